package dev.varve.tier;

import dev.varve.bytes.Block;
import dev.varve.env.StorageException;
import dev.varve.env.Tasks;
import dev.varve.tier.DeviceGuard.Ending;
import dev.varve.tier.DeviceGuard.Patience;
import dev.varve.tier.DutyMeter.Kind;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/// A tier whose callers do not wait for ever: a [DeviceGuard] sees to what touches the device, and
/// a [DutyMeter] hears of it.
///
/// Each operation has leases of its own on the blocks that it reads from or writes to, because it
/// may go on after its caller has given it up; what it then has written is released.
///
/// Thread-safe: by the guard.
public final class GuardedTier implements SegmentTier {
    private static final System.Logger LOG = System.getLogger(GuardedTier.class.getName());

    private final SegmentTier tier;
    private final DeviceGuard guard;
    private final DutyMeter duty;
    private final Patience patience;
    private final Tasks tasks;
    private volatile boolean closed;

    /// @param tier  owned
    /// @param guard of the device; borrowed
    /// @param duty  hears of each operation
    /// @param tasks owned; runs each operation on a thread that may block
    public GuardedTier(SegmentTier tier, DeviceGuard guard, DutyMeter duty, Tasks tasks) {
        this.tier = tier;
        this.guard = guard;
        this.duty = duty;
        this.patience = guard.patience();
        this.tasks = tasks;
    }

    @Override
    public Medium medium() {
        return tier.medium();
    }

    @Override
    public List<Place> write(Purpose purpose, List<Write> writes, Pace pace) {
        long bytes = writes.stream().mapToLong(write -> write.info().lengthBytes()).sum();
        var limit = patience.write().plus(pace.longestWait(bytes));
        var kept = List.copyOf(writes);
        var leases = kept.stream().map(write -> write.block().retain()).toList();
        return run(Kind.OTHER, "write", limit, () -> tier.write(purpose, kept, pace),
                new Ending<>() {
                    @Override
                    public void succeeded(List<Place> places, boolean inTime) {
                        leases.forEach(Block::close);
                        if (!inTime) {
                            places.forEach(tier::release);
                        }
                    }

                    @Override
                    public void failed() {
                        leases.forEach(Block::close);
                    }
                });
    }

    @Override
    public void sync() {
        run("sync", patience.sync(), tier::sync);
    }

    @Override
    public void read(Place place, BlockInfo info, Block target, Pace pace) {
        var limit = patience.read().plus(pace.longestWait(info.lengthBytes()));
        var lease = target.retain();
        run(Kind.READ, "read", limit, () -> {
            tier.read(place, info, target, pace);
            return true;
        }, Ending.always(lease::close));
    }

    @Override
    public Pin pin(int segment) {
        return tier.pin(segment);
    }

    @Override
    public void adopt(Place place) {
        tier.adopt(place);
    }

    @Override
    public void release(Place place) {
        tier.release(place);
    }

    @Override
    public boolean wasRead(Place place) {
        return tier.wasRead(place);
    }

    @Override
    public List<Segment> segments() {
        return tier.segments();
    }

    @Override
    public List<Entry> entries(int segment) {
        return run(Kind.OTHER, "directory", patience.write(), () -> tier.entries(segment),
                Ending.none());
    }

    @Override
    public void drop(int segment) {
        run("drop", patience.write(), () -> tier.drop(segment));
    }

    @Override
    public void seal(Purpose purpose) {
        run("seal", patience.write(), () -> tier.seal(purpose));
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
                counters.corruptReads(), counters.failedTransfers(), guard.overdueOperations(),
                !guard.answers(), duty.duty(), counters.compressed());
    }

    /// Closes the tier. A device that does not answer is left alone: nothing that waits for it can
    /// be waited for.
    @Override
    public void close() {
        if (!guard.answers()) {
            LOG.log(System.Logger.Level.WARNING, "{0} does not answer and is left open",
                    tier.medium().name());
            return;
        }
        closed = true;
        tasks.close();
        tier.close();
    }

    private void run(String name, Duration limit, Runnable body) {
        run(Kind.OTHER, name, limit, () -> {
            body.run();
            return true;
        }, Ending.none());
    }

    private <T> T run(
            Kind kind,
            String name,
            Duration limit,
            Supplier<T> body,
            Ending<T> ending) {
        if (closed) {
            ending.failed();
            throw new StorageException(StorageException.Kind.CLOSED,
                    tier.medium().name() + " is closed");
        }
        return guard.run(name, limit, perform -> tasks.start(name, perform),
                () -> metered(kind, body), ending);
    }

    private <T> T metered(Kind kind, Supplier<T> body) {
        duty.begin(kind);
        try {
            return body.get();
        } finally {
            duty.end();
        }
    }
}
