package dev.varve.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.varve.engine.EngineStatus.Goal;
import dev.varve.env.Clock;
import dev.varve.policy.WriteBursts;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;

/// Says how much of what leaves memory is gathered before it is written to flash, as
/// [WriteBursts] finds that readers bear it. Nothing where the goal is latency.
///
/// Cleaning and writing again need no gathering of their own: flash fills up in the bursts only, so
/// that they come with them.
///
/// Thread-safe: by one lock, held for a few steps.
final class Gathering {
    /// The largest burst is this share of memory. It costs none: what is written stays readable
    /// until its room is needed.
    private static final int MOST_SHARE = 4;
    private static final OptionalLong NOTHING = OptionalLong.of(0);

    private final double slack;
    private final long mostBytes;
    private final Residency residency;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile boolean ended;

    @GuardedBy("lock")
    private final WriteBursts bursts;

    Gathering(PlacementGoal goal, Residency residency, Clock clock) {
        this.residency = residency;
        this.clock = clock;
        switch (goal) {
            case PlacementGoal.Latency() -> {
                slack = 1;
                mostBytes = 0;
            }
            case PlacementGoal.Energy(var most) -> {
                slack = most;
                mostBytes = residency.capacityBytes() / MOST_SHARE;
            }
        }
        bursts = new WriteBursts(slack, mostBytes, clock.nanoTime());
    }

    private boolean isOn() {
        return mostBytes > 0 && !ended;
    }

    /// How much may be gathered now; empty while the goal rests.
    OptionalLong burstBytes() {
        if (!isOn()) {
            return NOTHING;
        }
        lock.lock();
        try {
            return bursts.burstBytes(clock.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    /// Gathers nothing any more, for closing.
    void end() {
        ended = true;
    }

    /// Hears that a client's read of flash has ended.
    void readForClient(int lengthBytes, long startNanos) {
        if (!isOn() || residency.isLateBurst()) {
            return;
        }
        lock.lock();
        try {
            long now = clock.nanoTime();
            bursts.waited(lengthBytes, now - startNanos, now);
        } finally {
            lock.unlock();
        }
    }

    Goal status() {
        if (mostBytes == 0) {
            return Goal.LATENCY;
        }
        lock.lock();
        try {
            return new Goal(true, slack, bursts.burstBytes(), mostBytes, bursts.halvings(),
                    residency.bursts(), bursts.restingNanos(), bursts.gatheringNanos());
        } finally {
            lock.unlock();
        }
    }
}
