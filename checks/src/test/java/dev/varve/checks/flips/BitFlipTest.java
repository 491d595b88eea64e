package dev.varve.checks.flips;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.checks.flips.BitFlips.Target;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Whatever bit of the data folder is turned over: never a wrong byte.
final class BitFlipTest {
    private static final String FLIPS = "varve.flips";
    private static final String SEED = "varve.flips.seed";

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void aFlippedBitIsNeverServed(Target target) throws Exception {
        int flips = Integer.getInteger(FLIPS, 300);
        long seed = Long.getLong(SEED, ThreadLocalRandom.current().nextLong());
        String command = "-D" + SEED + "=" + seed + " -D" + FLIPS + "=" + flips;
        System.out.println("bit flips in " + target + ": " + command);

        var tally = new BitFlips(folder, seed).run(target, flips);

        System.out.println("bit flips in " + target + ": " + tally);
        assertThat(tally.wrong).as("wrong; %s", command).isZero();
        assertThat(tally.absent).as("durable and said to be absent; %s", command).isZero();
        assertThat(tally.unexplained).as("missed for no reason; %s", command).isZero();
        assertThat(tally.unclear).as("refusals that name no file; %s", command).isEmpty();
        assertThat(tally.right).isPositive();
    }
}
