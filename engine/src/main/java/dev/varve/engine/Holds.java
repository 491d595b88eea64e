package dev.varve.engine;

import dev.varve.env.Clock;
import dev.varve.env.Tasks;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/// Objects of cache buckets that stay in the store for a while: a client was told that they are
/// there and will come for them (a *lease*), or asked to keep them (a *pin*).
///
/// A hold keeps an object from being dropped, not in any particular tier: what would leave the
/// store is asked for here, and finds another place instead. Holds are bounded in bytes for
/// each share; beyond that they are refused, so that a client that asks for everything cannot stop
/// eviction.
///
/// Running out is found on a wheel of slots of one second (Varghese and Lauck, "Hashed and
/// Hierarchical Timing Wheels", 1987), so that a lease costs one map entry and no lock.
///
/// Thread-safe.
final class Holds implements Tasks.Worker {
    private static final int SLOTS = 64;
    private static final long SLOT_NANOS = Duration.ofSeconds(1).toNanos();

    /// What each hold is counted with at least: its own bookkeeping.
    private static final long LEAST_BYTES = 512;

    private final Clock clock;
    private volatile Division division;
    private final EngineCounters counters;
    private final ConcurrentMap<Name, Hold> holds = new ConcurrentHashMap<>();
    private final AtomicLong heldBytes = new AtomicLong();
    private final List<Queue<Hold>> wheel = Stream
            .<Queue<Hold>>generate(ConcurrentLinkedQueue::new)
            .limit(SLOTS)
            .toList();
    private long sweptSlot;

    private record Name(int bucket, ObjectKey key) {}

    /// One object's hold. Once ended it stays so; the object's next one is another.
    ///
    /// Thread-safe.
    static final class Hold {
        /// What holds nothing.
        static final Hold NONE = new Hold(
                new Name(0, ObjectKey.EMPTY), Hold.ENDED, 0, new AtomicLong());

        private static final long ENDED = Long.MIN_VALUE;
        private static final VarHandle UNTIL;

        static {
            try {
                UNTIL = MethodHandles.lookup().findVarHandle(Hold.class, "untilNanos", long.class);
            } catch (ReflectiveOperationException impossible) {
                throw new ExceptionInInitializerError(impossible);
            }
        }

        private final Name name;
        private final long bytes;
        private volatile long untilNanos;
        /// What it is counted in; changed under the lock of its map entry.
        private volatile AtomicLong account;

        private Hold(Name name, long untilNanos, long bytes, AtomicLong account) {
            this.name = name;
            this.untilNanos = untilNanos;
            this.bytes = bytes;
            this.account = account;
        }

        /// Holds at least until then.
        ///
        /// @return false if it has ended
        private boolean extend(long until) {
            long present = untilNanos;
            while (present != ENDED && present < until) {
                if (UNTIL.compareAndSet(this, present, until)) {
                    return true;
                }
                present = untilNanos;
            }
            return present != ENDED;
        }

        /// Ends it if its time is over; true as well if it has ended before.
        private boolean expire(long now) {
            long present = untilNanos;
            return present <= now && UNTIL.compareAndSet(this, present, ENDED);
        }

        private void end() {
            untilNanos = ENDED;
        }

        private long leftNanos(long now) {
            long present = untilNanos;
            return present == ENDED ? 0 : Math.max(0, present - now);
        }
    }

    Holds(Clock clock, Division division, EngineCounters counters) {
        this.clock = clock;
        this.division = division;
        this.counters = counters;
        this.sweptSlot = slot(clock.nanoTime());
    }

    /// Holds an object from now on, at least for the time given; what a durable bucket has stays
    /// anyway. The caller holds its key lock, under which it has seen that the object is there.
    ///
    /// @return false if too much is held already
    boolean hold(BucketState bucket, ObjectInfo info, Duration time) {
        return bucket.isDurable()
                || find(bucket, info, clock.nanoTime() + time.toNanos()) != Hold.NONE;
    }

    /// As above, for an object in memory, which remembers what holds it.
    void hold(LiveObject live, Duration time) {
        if (!live.bucket().isDurable()) {
            long until = clock.nanoTime() + time.toNanos();
            live.isHeldBy(find(live.bucket(), live.info(), until));
        }
    }

    /// Lets the hold on an object in memory go on, at least for the time given. Needs no lock: what
    /// would drop the object ends its hold before ([#isHeld]), or finds that it goes on.
    ///
    /// @return false if nothing holds it any more
    boolean extend(LiveObject live, Duration time) {
        return live.hold().extend(clock.nanoTime() + time.toNanos());
    }

    private Hold find(BucketState bucket, ObjectInfo info, long until) {
        var name = new Name(bucket.id(), info.key());
        var share = division.of(bucket, info.key());
        var held = holds.compute(name, (_, present) -> {
            if (present != null) {
                if (present.extend(until)) {
                    return present;
                }
                discount(present);
            }
            long bytes = Math.max(LEAST_BYTES, info.sizeBytes());
            if (share.held().addAndGet(bytes) > share.maxHeld()) {
                share.held().addAndGet(-bytes);
                return null;
            }
            heldBytes.addAndGet(bytes);
            var hold = new Hold(name, until, bytes, share.held());
            wheel.get(wheelIndex(until)).add(hold);
            return hold;
        });
        if (held == null) {
            counters.refusedHolds.increment();
            return Hold.NONE;
        }
        return held;
    }

    /// Whether something holds an object. If its time was over, nothing does from now on, so that
    /// who asks under the object's key lock may drop it.
    boolean isHeld(BucketState bucket, ObjectKey key) {
        var hold = holds.get(new Name(bucket.id(), key));
        return hold != null && !hold.expire(clock.nanoTime());
    }

    /// How long an object is still held; zero if it is not.
    Duration heldFor(BucketState bucket, ObjectKey key) {
        var hold = holds.get(new Name(bucket.id(), key));
        return Duration.ofNanos(hold == null ? 0 : hold.leftNanos(clock.nanoTime()));
    }

    /// Ends a hold before its time.
    void release(BucketState bucket, ObjectKey key) {
        var hold = holds.remove(new Name(bucket.id(), key));
        if (hold != null) {
            hold.end();
            discount(hold);
        }
    }

    /// Counts what is held in the shares of another division. No hold ends for it.
    ///
    /// @param buckets finds the bucket of an id
    void divide(Division next, IntFunction<Optional<BucketState>> buckets) {
        division = next;
        for (var name : holds.keySet()) {
            var bucket = buckets.apply(name.bucket);
            bucket.ifPresent(found -> holds.computeIfPresent(name, (_, hold) -> {
                var account = next.of(found, name.key).held();
                hold.account.addAndGet(-hold.bytes);
                account.addAndGet(hold.bytes);
                hold.account = account;
                return hold;
            }));
        }
    }

    private void discount(Hold hold) {
        heldBytes.addAndGet(-hold.bytes);
        hold.account.addAndGet(-hold.bytes);
    }

    long heldBytes() {
        return heldBytes.get();
    }

    int count() {
        return holds.size();
    }

    /// Forgets holds whose time is over. Called by one thread at a time.
    @Override
    public int doWork() {
        long now = clock.nanoTime();
        int ended = 0;
        for (long due = Math.max(sweptSlot, slot(now) - SLOTS); due < slot(now); due++) {
            ended += sweep(wheel.get(Math.floorMod(due, SLOTS)), now);
        }
        sweptSlot = slot(now);
        return ended;
    }

    private int sweep(Queue<Hold> due, long now) {
        int ended = 0;
        for (int left = due.size(); left > 0; left--) {
            var hold = due.poll();
            if (hold == null) {
                break;
            }
            if (!hold.expire(now)) {
                wheel.get(wheelIndex(hold.untilNanos)).add(hold);
                continue;
            }
            ended++;
            if (holds.remove(hold.name, hold)) {
                discount(hold);
            }
        }
        return ended;
    }

    /// The slot that is swept after this instant. One farther away than the wheel goes round comes
    /// by earlier and is put back.
    private static int wheelIndex(long nanos) {
        return Math.floorMod(slot(nanos), SLOTS);
    }

    private static long slot(long nanos) {
        return Math.floorDiv(nanos, SLOT_NANOS);
    }
}
