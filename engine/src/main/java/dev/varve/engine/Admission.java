package dev.varve.engine;

import dev.varve.engine.Catalog.BlockEntry;
import dev.varve.engine.EngineStatus.Admissions;
import dev.varve.env.Clock;
import dev.varve.policy.EvictionPolicy;
import dev.varve.policy.FlashAdmission;
import dev.varve.policy.FlashAdmission.Verdict;
import dev.varve.policy.WriteBudget;
import dev.varve.tier.SegmentTier;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

/// Asks the policy and the budget of writes whether an object of a cache bucket goes to flash, and
/// counts the answers.
///
/// The budget is of device bytes. What is asked for is counted a little too high (a block's header
/// and padding are not known before it is written); the device's own counter corrects for what
/// nobody asked for: durable writes, cleaning, directories.
///
/// Thread-safe: by one lock, held for a few steps and over no I/O.
final class Admission {
    private static final int WINDOWS_IN_MEMORY = 4;
    /// What a transfer may take beside its blocks: headers, padding, the segment's own pages.
    private static final int BLOCK_PAGES_BYTES = 8 << 10;

    private final AdmissionSettings settings;
    private final boolean waits;
    private final SegmentTier flash;
    private final Clock clock;
    private final Map<Verdict, LongAdder> verdicts = new EnumMap<>(Verdict.class);
    private final LongAdder held = new LongAdder();
    private final LongAdder saved = new LongAdder();
    private final LongAdder overBudget = new LongAdder();
    private final ReentrantLock lock = new ReentrantLock();
    private final FlashAdmission policy;
    private final WriteBudget budget;
    private long seenDeviceBytes;
    /// Taken from the budget, and not yet seen in the device's counter.
    private long takenBytes;
    private volatile boolean closing;

    /// What happens to an object.
    ///
    /// @param detail why, where it is refused
    record Ruling(Decision decision, String detail) {
        private static final Ruling WRITE = new Ruling(Decision.WRITE, "");
        private static final Ruling WAIT = new Ruling(Decision.WAIT, "");
        private static final Ruling OVER_BUDGET = new Ruling(Decision.REFUSE,
                "flash-writes-per-day is used up");
    }

    enum Decision {
        WRITE,
        /// Stays in memory for a while.
        WAIT,
        REFUSE
    }

    Admission(EngineSettings engine, SegmentTier flash, long memoryBytes, Clock clock) {
        settings = engine.admission();
        waits = engine.blocksWait();
        this.flash = flash;
        this.clock = clock;
        policy = new FlashAdmission(Math.max(1, memoryBytes / WINDOWS_IN_MEMORY),
                Math.max(1, flash.budgetBytes()));
        budget = new WriteBudget(settings.deviceBytesPerDay(), flash.segments().isEmpty(),
                clock.nanoTime());
        seenDeviceBytes = flash.counters().deviceBytesWritten();
    }

    /// From now on everything is worth a write: it would be lost otherwise.
    void closing() {
        closing = true;
    }

    /// Whether to look for what is worth a write at all.
    boolean isSelective() {
        return settings.mode() == AdmissionSettings.Mode.SELECTIVE;
    }

    /// A client read or wrote an object; see [FlashAdmission#touched]. Waits for a few steps at
    /// most: what it does not hear of, it takes for what never returns.
    void touched(long name, long sizeBytes) {
        learn(name, () -> policy.touched(name, sizeBytes));
    }

    /// See [FlashAdmission#follows].
    void follows(long name, long predecessor) {
        learn(name, () -> policy.follows(name, predecessor));
    }

    private void learn(long name, Runnable lesson) {
        if (isSelective() && name != EvictionPolicy.NONE) {
            lock.lock();
            try {
                lesson.run();
            } finally {
                lock.unlock();
            }
        }
    }

    /// Whether a block of a segment that goes is worth another place on flash.
    ///
    /// @param wasRead whether it was read since it was written
    boolean isWorthAnother(BlockEntry entry, boolean wasRead) {
        if (!isSelective()) {
            return wasRead;
        }
        lock.lock();
        try {
            return policy.isWorthAnother(BlockNames.of(entry.bucket(), entry.owner()));
        } finally {
            lock.unlock();
        }
    }

    /// Decides about a fresh object that memory wants to let go.
    ///
    /// @param reads    how often it was read in memory
    /// @param mustStay whether it was promised to be found again
    Ruling decide(LiveObject object, int reads, boolean mustStay) {
        long bytes = object.info().sizeBytes();
        lock.lock();
        try {
            if (mustStay || closing || !isSelective()) {
                return write(bytes, mustStay ? held : saved);
            }
            boolean room = hasRoom();
            boolean waited = object.hasWaited(reads);
            if (!waited) {
                policy.taken(bytes, room);
            }
            long name = BlockNames.of(object.bucket().id(), object.key());
            var verdict = policy.decide(name, waited || !waits, room);
            var count = count(verdict);
            return switch (verdict) {
                case ROOM, LIKELY -> write(bytes, count);
                case WAIT -> {
                    count.increment();
                    yield Ruling.WAIT;
                }
                case UNLIKELY -> {
                    count.increment();
                    yield new Ruling(Decision.REFUSE, String.format(Locale.ROOT,
                            "chance to be asked for again %.0f %%, worth a write from %.0f %% on",
                            100 * policy.chance(name), 100 * policy.bar()));
                }
            };
        } finally {
            lock.unlock();
        }
    }

    /// Whether a block of a cache bucket may be written that no rule has to look at: one that is
    /// written again, or is too large for memory.
    boolean mayWrite(long bytes) {
        lock.lock();
        try {
            return write(bytes, saved).decision() == Decision.WRITE;
        } finally {
            lock.unlock();
        }
    }

    Admissions status() {
        lock.lock();
        try {
            return new Admissions(count(Verdict.ROOM).sum(),
                    count(Verdict.LIKELY).sum(), held.sum(),
                    count(Verdict.WAIT).sum(), count(Verdict.UNLIKELY).sum(),
                    overBudget.sum(), budget.leftBytes(clock.nanoTime()));
        } finally {
            lock.unlock();
        }
    }

    private LongAdder count(Verdict verdict) {
        return verdicts.computeIfAbsent(verdict, _ -> new LongAdder());
    }

    private Ruling write(long bytes, LongAdder count) {
        long now = clock.nanoTime();
        settle(now);
        long device = bytes + bytes / 32 + BLOCK_PAGES_BYTES;
        if (!budget.tryTake(device, now)) {
            overBudget.increment();
            return Ruling.OVER_BUDGET;
        }
        takenBytes += device;
        policy.written(bytes);
        count.increment();
        return Ruling.WRITE;
    }

    /// Counts what the device took and nobody asked for.
    private void settle(long now) {
        long device = flash.counters().deviceBytesWritten();
        long more = device - seenDeviceBytes;
        seenDeviceBytes = device;
        long asked = Math.min(more, takenBytes);
        takenBytes -= asked;
        budget.spent(more - asked, now);
    }

    /// Whether flash takes more without anything leaving it: well before the reserve is touched.
    private boolean hasRoom() {
        long free = flash.budgetBytes() - flash.usedBytes();
        return free > Reclamation.reserveBytes(flash, isSelective()) + flash.budgetBytes() / 32
                + 4L * flash.maxBlockBytes();
    }
}
