package dev.varve.engine;

import dev.varve.env.Clock;
import dev.varve.env.Tasks;
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
    private final List<Queue<Name>> wheel = Stream
            .<Queue<Name>>generate(ConcurrentLinkedQueue::new)
            .limit(SLOTS)
            .toList();
    private long sweptSlot;

    private record Name(int bucket, ObjectKey key) {}

    /// @param account what it is counted in
    private record Hold(long untilNanos, long bytes, AtomicLong account) {}

    Holds(Clock clock, Division division, EngineCounters counters) {
        this.clock = clock;
        this.division = division;
        this.counters = counters;
        this.sweptSlot = slot(clock.nanoTime());
    }

    /// Holds an object from now on, at least for the time given. The caller holds its key lock,
    /// under which it has seen that the object is there.
    ///
    /// @return false if too much is held already
    boolean hold(BucketState bucket, ObjectInfo info, Duration time) {
        long until = clock.nanoTime() + time.toNanos();
        var name = new Name(bucket.id(), info.key());
        var share = division.of(bucket, info.key());
        var held = holds.compute(name, (_, present) -> {
            if (present != null) {
                return present.untilNanos >= until
                        ? present
                        : new Hold(until, present.bytes, present.account);
            }
            long bytes = Math.max(LEAST_BYTES, info.sizeBytes());
            if (share.held().addAndGet(bytes) > share.maxHeld()) {
                share.held().addAndGet(-bytes);
                return null;
            }
            heldBytes.addAndGet(bytes);
            wheel.get(wheelIndex(until)).add(name);
            return new Hold(until, bytes, share.held());
        });
        if (held == null) {
            counters.refusedHolds.increment();
        }
        return held != null;
    }

    boolean isHeld(BucketState bucket, ObjectKey key) {
        var hold = holds.get(new Name(bucket.id(), key));
        return hold != null && hold.untilNanos > clock.nanoTime();
    }

    /// How long an object is still held; zero if it is not.
    Duration heldFor(BucketState bucket, ObjectKey key) {
        var hold = holds.get(new Name(bucket.id(), key));
        long nanos = hold == null ? 0 : hold.untilNanos - clock.nanoTime();
        return Duration.ofNanos(Math.max(0, nanos));
    }

    /// Ends a hold before its time.
    void release(BucketState bucket, ObjectKey key) {
        var hold = holds.remove(new Name(bucket.id(), key));
        if (hold != null) {
            end(hold);
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
                return new Hold(hold.untilNanos, hold.bytes, account);
            }));
        }
    }

    private void end(Hold hold) {
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

    private int sweep(Queue<Name> names, long now) {
        int ended = 0;
        for (int left = names.size(); left > 0; left--) {
            var name = names.poll();
            if (name == null) {
                break;
            }
            var kept = holds.computeIfPresent(name, (_, hold) -> {
                if (hold.untilNanos > now) {
                    wheel.get(wheelIndex(hold.untilNanos)).add(name);
                    return hold;
                }
                end(hold);
                return null;
            });
            ended += kept == null ? 1 : 0;
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
