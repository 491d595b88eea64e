package dev.varve.tier;

import dev.varve.bytes.Block;
import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.env.Tasks;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// A tier whose callers do not wait for ever: what the device does not answer in time fails with
/// UNAVAILABLE.
///
/// A thread that waits for a device cannot be called back. So each operation runs on a thread of
/// its own, with leases of its own on the blocks that it reads from or writes to, and its caller
/// waits beside it. When the time is over the caller goes on; the operation ends when the device
/// lets it, and what it then has written is released.
///
/// From the first operation that is overdue until the last such has ended, the device counts as
/// unwell, and everything that would need it fails at once. So what is stuck is bounded by what was
/// under way at that moment, and it is the probe too: its end says that the device answers again.
///
/// Thread-safe: each operation has its own monitor; the rest is a concurrent set and a volatile.
public final class GuardedTier implements SegmentTier {
    private static final System.Logger LOG = System.getLogger(GuardedTier.class.getName());
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final SegmentTier tier;
    private final Patience patience;
    private final Clock clock;
    private final Tasks tasks;
    private final Set<Operation<?>> running = ConcurrentHashMap.newKeySet();
    private final LongAdder overdue = new LongAdder();
    private volatile boolean unwell;
    private volatile boolean closed;

    /// How long operations may take. Deleting a segment and reading its directory count as writes.
    public record Patience(Duration read, Duration write, Duration sync) {
        /// More than a busy device takes, and less than clients wait.
        public static final Patience DEFAULT = new Patience(
                Duration.ofSeconds(4), Duration.ofSeconds(10), Duration.ofSeconds(30));
    }

    /// @param tier  owned
    /// @param tasks owned; runs each operation on a thread that may block
    public GuardedTier(SegmentTier tier, Patience patience, Clock clock, Tasks tasks) {
        this.tier = tier;
        this.patience = patience;
        this.clock = clock;
        this.tasks = tasks;
        tasks.repeat("flash-guard", PAUSE, this::watch);
    }

    /// Whether the device answers, as far as is known.
    public boolean answers() {
        return !unwell;
    }

    @Override
    public Medium medium() {
        return tier.medium();
    }

    @Override
    public List<Place> write(Purpose purpose, List<Write> writes, Pace pace) {
        checkAnswers();
        long bytes = writes.stream().mapToLong(write -> write.info().lengthBytes()).sum();
        var limit = patience.write.plus(pace.longestWait(bytes));
        var kept = List.copyOf(writes);
        var leases = kept.stream().map(write -> write.block().retain()).toList();
        return run(new Operation<>("write", limit,
                () -> tier.write(purpose, kept, pace),
                places -> releaseAll(kept, places),
                () -> leases.forEach(Block::close)));
    }

    @Override
    public void sync() {
        checkAnswers();
        run("sync", patience.sync, tier::sync);
    }

    @Override
    public void read(Place place, BlockInfo info, Block target, Pace pace) {
        checkAnswers();
        var limit = patience.read.plus(pace.longestWait(info.lengthBytes()));
        var lease = target.retain();
        run(new Operation<>("read", limit, () -> {
            tier.read(place, info, target, pace);
            return true;
        }, _ -> {}, lease::close));
    }

    @Override
    public Pin pin(int segment) {
        return tier.pin(segment);
    }

    @Override
    public void adopt(Place place, int lengthBytes) {
        tier.adopt(place, lengthBytes);
    }

    @Override
    public void release(Place place, int lengthBytes) {
        tier.release(place, lengthBytes);
    }

    @Override
    public boolean wasRead(Place place) {
        return tier.wasRead(place);
    }

    @Override
    public void forgetReads(int segment) {
        tier.forgetReads(segment);
    }

    @Override
    public List<Segment> segments() {
        return tier.segments();
    }

    @Override
    public List<Entry> entries(int segment) {
        checkAnswers();
        return run(new Operation<>("directory", patience.write, () -> tier.entries(segment),
                _ -> {}, () -> {}));
    }

    @Override
    public void drop(int segment) {
        checkAnswers();
        run("drop", patience.write, () -> tier.drop(segment));
    }

    @Override
    public void seal(Purpose purpose) {
        checkAnswers();
        run("seal", patience.write, () -> tier.seal(purpose));
    }

    @Override
    public long budgetBytes() {
        return tier.budgetBytes();
    }

    @Override
    public long usedBytes() {
        return tier.usedBytes();
    }

    @Override
    public int maxBlockBytes() {
        return tier.maxBlockBytes();
    }

    @Override
    public SegmentTierCounters counters() {
        var counters = tier.counters();
        return new SegmentTierCounters(counters.contentBytesWritten(),
                counters.deviceBytesWritten(), counters.bytesRead(), counters.reads(),
                counters.corruptReads(), counters.failedTransfers(), overdue.sum(), unwell);
    }

    /// Closes the tier. A device that does not answer is left alone: nothing that waits for it can
    /// be waited for.
    @Override
    public void close() {
        if (unwell) {
            LOG.log(System.Logger.Level.WARNING, "{0} does not answer and is left open",
                    tier.medium().name());
            return;
        }
        closed = true;
        tasks.close();
        tier.close();
    }

    private void checkAnswers() {
        if (closed) {
            throw new StorageException(Kind.CLOSED, tier.medium().name() + " is closed");
        }
        if (unwell) {
            throw new StorageException(Kind.UNAVAILABLE, tier.medium().name()
                    + " does not answer\nMaybe the device hangs; it is used again once it does.");
        }
    }

    private void run(String name, Duration limit, Runnable body) {
        run(new Operation<>(name, limit, () -> {
            body.run();
            return true;
        }, _ -> {}, () -> {}));
    }

    private <T> T run(Operation<T> operation) {
        running.add(operation);
        try {
            tasks.start(operation.name, operation::perform);
        } catch (RuntimeException | Error refused) {
            running.remove(operation);
            operation.cleanUp.run();
            throw refused;
        }
        return operation.await();
    }

    private void releaseAll(List<Write> writes, List<Place> places) {
        for (int i = 0; i < places.size(); i++) {
            tier.release(places.get(i), writes.get(i).info().lengthBytes());
        }
    }

    /// Gives up what is overdue, and notices when the device answers again.
    private int watch() {
        long now = clock.nanoTime();
        int abandoned = 0;
        boolean stuck = false;
        for (var operation : running) {
            if (now - operation.startNanos > operation.limit.toNanos()) {
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
                    tier.medium().name() + (now
                            ? " does not answer; the store does without it until it does"
                            : " answers again"));
        }
    }

    /// One call of the tier, on its own thread.
    private final class Operation<T> {
        private final String name;
        private final Duration limit;
        private final Supplier<T> body;
        private final Consumer<T> undo;
        private final Runnable cleanUp;
        private final long startNanos = clock.nanoTime();
        private final Outcome<T> outcome = new Outcome<>();

        /// @param undo    what is done with a result that came too late
        /// @param cleanUp what is done in any case when the tier has let go
        Operation(
                String name,
                Duration limit,
                Supplier<T> body,
                Consumer<T> undo,
                Runnable cleanUp) {
            this.name = name;
            this.limit = limit;
            this.body = body;
            this.undo = undo;
            this.cleanUp = cleanUp;
        }

        void perform() {
            try {
                answer();
            } finally {
                running.remove(this);
            }
        }

        private void answer() {
            T result;
            try {
                result = body.get();
            } catch (RuntimeException | Error failure) {
                cleanUp.run();
                outcome.fail(failure);
                return;
            }
            cleanUp.run();
            if (!outcome.finish(result)) {
                undo.accept(result);
            }
        }

        /// The one caller counts that it was given up, before anybody can hear of it.
        T await() {
            return outcome.await(() -> {
                overdue.increment();
                return new StorageException(Kind.UNAVAILABLE, tier.medium().name()
                        + " did not answer a " + name + " within " + limit.toMillis() + " ms");
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
