package dev.varve.checks.crash;

import java.time.LocalDate;
import java.time.ZoneOffset;

/// The page in `docs/` that says what the last long run of the harness found.
///
/// @param cycles how many were run
/// @param seed   of the run
/// @param tally  what was done
///
/// Immutable.
record CrashReport(int cycles, long seed, Tally tally) {

    String markdown() {
        return """
                # Killed again and again

                The crash harness starts the real server on a folder, puts mixed load on both doors
                (cached values set, deleted and read over the Redis protocol; objects of a durable
                bucket put in one piece and in parts, deleted and read over S3), and kills it with
                SIGKILL at a random instant: mostly under load, sometimes while it stops in order,
                sometimes again while it recovers. After each kill it checks that

                - `varve verify` finds the folder clean,
                - every acknowledged durable write and deletion holds, to the last byte, and
                  listings say the same; a change without an answer has happened as a whole or not
                  at all,
                - a cached key is right or not there, and never an older version than the last
                  acknowledged one.

                Ten cycles are part of `./mvnw verify`. The long run is

                    ./mvnw -Plong -Dquick -pl checks -am verify \\
                        -Dtest=KilledServerIT -Dsurefire.failIfNoSpecifiedTests=false

                and writes this page. `-Dvarve.crash.cycles=N` and `-Dvarve.crash.seed=N` set both
                by hand.

                ## The last long run

                On %s, %d cycles with seed %d, no promise broken: %s.
                """
                .formatted(LocalDate.now(ZoneOffset.UTC), cycles, seed, tally);
    }
}
