package dev.varve.engine;

import dev.varve.env.Clock;
import dev.varve.env.Tasks;
import java.time.Duration;
import java.util.function.LongSupplier;

/// Background work that nobody waits for: while clients are at work, it rests after each step, for
/// a multiple of the time that the step took, so that it never has more than a share of the
/// processors and of the device.
///
/// Confined to its task's thread.
final class YieldingWorker implements Tasks.Worker {
    /// With one such worker, nine tenths of a processor and of the device are left to clients.
    private static final int REST_FACTOR = 9;
    /// Who closes the task waits for its rest.
    private static final long MAX_REST_NANOS = Duration.ofMillis(500).toNanos();

    private final Tasks.Worker work;
    private final LongSupplier clientWork;
    private final Clock clock;
    private long lastClientWork;

    /// @param clientWork grows with what clients have done
    YieldingWorker(Tasks.Worker work, LongSupplier clientWork, Clock clock) {
        this.work = work;
        this.clientWork = clientWork;
        this.clock = clock;
        lastClientWork = clientWork.getAsLong();
    }

    @Override
    public int doWork() {
        long start = clock.nanoTime();
        int done = work.doWork();
        long now = clientWork.getAsLong();
        if (done > 0 && now != lastClientWork) {
            clock.sleepNanos(
                    Math.min(REST_FACTOR * (clock.nanoTime() - start), MAX_REST_NANOS));
        }
        lastClientWork = now;
        return done;
    }
}
