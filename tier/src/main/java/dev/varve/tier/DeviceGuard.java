package dev.varve.tier;

import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.env.Tasks;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/// Sees to it that nobody waits for ever for a device that hangs: what is not answered in time
/// fails with UNAVAILABLE. All that use one device share its guard.
///
/// A thread that waits for a device cannot be called back. So each operation runs on a thread of
/// its own, and its caller waits beside it. When the time is over the caller goes on; the operation
/// ends when the device lets it, and [Ending] hears what became of it.
///
/// From the first operation that is overdue until the last such has ended, the device counts as
/// unwell. Then everything that would need it fails at once, and what is under way is given the
/// shortest time alone. So what is stuck is bounded by what was under way at that moment, and it is
/// the probe too: its end says that the device answers again. Until then nothing new is begun, so
/// that no operation overtakes one of unknown outcome.
///
/// Thread-safe: each operation has its own monitor; the rest is a concurrent set and a volatile.
public final class DeviceGuard implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(DeviceGuard.class.getName());
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final String device;
    private final Patience patience;
    private final Clock clock;
    private final Tasks tasks;
    private final Set<Operation<?>> running = ConcurrentHashMap.newKeySet();
    private final LongAdder overdue = new LongAdder();
    private volatile boolean unwell;

    /// How long operations may take. Deleting a file and reading a directory count as writes.
    public record Patience(Duration read, Duration write, Duration sync) {
        /// More than a busy device takes, and less than clients wait.
        public static final Patience DEFAULT = new Patience(
                Duration.ofSeconds(4), Duration.ofSeconds(10), Duration.ofSeconds(30));
    }

    /// What is done when an operation has ended: once, in time or not, before the caller goes on
    /// with the result, and before the device may count as well again. Must not throw.
    public interface Ending<T> {
        /// @param inTime whether the caller gets the result
        void succeeded(T result, boolean inTime);

        /// It has thrown, or was not begun and never will be.
        void failed();

        static <T> Ending<T> none() {
            return always(() -> {});
        }

        /// The same, whatever became of the operation.
        static <T> Ending<T> always(Runnable done) {
            return new Ending<>() {
                @Override
                public void succeeded(T result, boolean inTime) {
                    done.run();
                }

                @Override
                public void failed() {
                    done.run();
                }
            };
        }
    }

    /// @param device what it is called in messages
    /// @param tasks  owned; looks every now and then what is overdue
    public DeviceGuard(String device, Patience patience, Clock clock, Tasks tasks) {
        this.device = device;
        this.patience = patience;
        this.clock = clock;
        this.tasks = tasks;
        tasks.repeat("device-guard", PAUSE, this::watch);
    }

    /// Whether the device answers, as far as is known.
    public boolean answers() {
        return !unwell;
    }

    /// How many operations were given up so far.
    public long overdueOperations() {
        return overdue.sum();
    }

    public Patience patience() {
        return patience;
    }

    /// Runs an operation on one of `threads`, and waits for it.
    ///
    /// @param name what it is called in messages
    /// @throws StorageException UNAVAILABLE if it was not answered in time, or the device is
    ///         unwell; then it was not begun, and the ending hears of it before this throws
    public <T> T run(
            String name,
            Duration limit,
            Executor threads,
            Supplier<T> body,
            Ending<T> ending) {
        if (unwell) {
            ending.failed();
            throw new StorageException(Kind.UNAVAILABLE, device
                    + " does not answer\nMaybe the device hangs; it is used again once it does.");
        }
        var operation = new Operation<>(name, limit, body, ending);
        running.add(operation);
        try {
            threads.execute(operation::perform);
        } catch (RuntimeException | Error refused) {
            running.remove(operation);
            ending.failed();
            throw refused;
        }
        return operation.await();
    }

    /// Ends the watch. What is still under way is no longer given up.
    @Override
    public void close() {
        tasks.close();
    }

    /// Gives up what is overdue, and notices when the device answers again.
    private int watch() {
        long now = clock.nanoTime();
        int abandoned = 0;
        boolean stuck = false;
        for (var operation : running) {
            var limit = unwell ? patience.read : operation.limit;
            if (now - operation.startNanos > limit.toNanos()) {
                // Before its caller goes on, who might come back at once.
                setUnwell(true);
                abandoned += operation.abandon() ? 1 : 0;
            }
            stuck |= operation.isAbandoned();
        }
        setUnwell(stuck);
        return abandoned;
    }

    private void setUnwell(boolean now) {
        if (now != unwell) {
            unwell = now;
            LOG.log(now ? System.Logger.Level.WARNING : System.Logger.Level.INFO,
                    device + (now
                            ? " does not answer; the store does without it until it does"
                            : " answers again"));
        }
    }

    /// One call, on its own thread.
    private final class Operation<T> {
        private final String name;
        private final Duration limit;
        private final Supplier<T> body;
        private final Ending<T> ending;
        private final long startNanos = clock.nanoTime();
        private final Outcome<T> outcome = new Outcome<>();

        Operation(String name, Duration limit, Supplier<T> body, Ending<T> ending) {
            this.name = name;
            this.limit = limit;
            this.body = body;
            this.ending = ending;
        }

        void perform() {
            try {
                answer();
            } finally {
                running.remove(this);
            }
        }

        private void answer() {
            if (outcome.isAbandoned()) {
                ending.failed();
                return;
            }
            T result;
            try {
                result = body.get();
            } catch (RuntimeException | Error failure) {
                outcome.end();
                ending.failed();
                outcome.fail(failure);
                return;
            }
            boolean inTime = outcome.end();
            ending.succeeded(result, inTime);
            outcome.finish(result);
        }

        /// The one caller counts that it was given up, before anybody can hear of it.
        T await() {
            return outcome.await(() -> {
                overdue.increment();
                return new StorageException(Kind.UNAVAILABLE, device + " did not answer a " + name
                        + " within " + limit.toMillis() + " ms");
            });
        }

        boolean abandon() {
            return outcome.abandon();
        }

        boolean isAbandoned() {
            return outcome.isAbandoned();
        }
    }
}
