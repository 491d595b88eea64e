package dev.varve.policy;

/// How many bytes a second background work may move on a device, so that clients do not notice.
///
/// It is steered by what clients wait, not by what the device is said to do. An eighth of the time
/// the background rests; the waits of those moments are compared with the waits beside movement, in
/// one window after the other. The limit is a fifth (and a little) above the 95th percentile of
/// the rests. Where clearly more than a twentieth of the waits of any kind are beyond it beside
/// movement, the allowance is halved; otherwise it grows, if it was used:
/// doubling until the first halving, then by a fixed step. It never falls below a floor, so that
/// nothing starves. While no client is at work, nothing waits.
///
/// The parts are others': the rests compare like with like where load changes (Cardwell et al.,
/// "BBR", 2016, rests to find the unloaded delay); additive increase with multiplicative decrease
/// shares fairly and stays stable (Chiu and Jain, 1989); Linux holds background writes back by the
/// latency of reads (block/blk-wbt.c); and loaded latency is what to balance tiers by (Vuppalapati
/// and Agarwal, "Tiered Memory Management: Access Latency is the Key!", SOSP 2024).
///
/// Knows no clock: each call says what time it is, in nanoseconds that never go back.
///
/// Confined: the caller serialises all calls.
public final class MovementBudget {
    /// What movement may always have, in bytes a second.
    public static final long FLOOR = 8L << 20;
    /// The kind of a wait for a processor; see [#readOf] for the others.
    public static final int PROCESSOR = 0;

    private static final long START = 32L << 20;
    private static final double STEP = 8 << 20;
    private static final double TOLERANCE = 1.2;
    /// What a client across a socket cannot tell, in nanoseconds.
    private static final long SLACK_NANOS = 50_000;
    private static final double QUANTILE = 0.95;
    /// A twentieth is beyond the limit of itself; of a few hundred waits a few more are by chance.
    private static final double MOST_BEYOND = 0.08;
    private static final double LEAST_WAITS = 40;

    private static final long WINDOW_NANOS = 1_000_000_000;
    private static final long SLOT_NANOS = 25_000_000;
    private static final int SLOTS = 8;
    /// What was under way when a rest begins has ended by then.
    private static final long SETTLE_NANOS = 5_000_000;
    /// How long after a move a wait counts as beside it.
    private static final long BESIDE_NANOS = 20_000_000;
    /// Who sleeps until the next move is due wakes up later by up to this much, and may catch up.
    private static final long LATE_NANOS = 2_000_000;
    private static final long CLIENTS_GONE_NANOS = 500_000_000;

    private static final int LEAST_READ_EXPONENT = 12;
    static final int READ_CLASSES = 14;
    private static final double OLD_RESTS_COUNT = 0.85;
    private static final double OLD_MOVES_COUNT = 0.5;

    private final double ceiling;
    private final WaitHistogram[] resting = histograms();
    private final WaitHistogram[] moving = histograms();
    private double bytesPerSecond;
    private boolean doubling = true;
    private long nextNanos;
    private long lastMoveNanos;
    private long lastClientNanos;
    private long windowStartNanos;
    private long windowBytes;
    private long slowdowns;

    /// @param ceilingBytesPerSecond never more than this, also without clients; at least [#FLOOR]
    public MovementBudget(long ceilingBytesPerSecond, long nowNanos) {
        if (ceilingBytesPerSecond < FLOOR) {
            throw new IllegalArgumentException("ceiling (" + ceilingBytesPerSecond
                    + " bytes a second) must be at least " + FLOOR);
        }
        ceiling = ceilingBytesPerSecond;
        bytesPerSecond = Math.min(START, ceiling);
        nextNanos = nowNanos;
        windowStartNanos = nowNanos;
        lastMoveNanos = nowNanos - CLIENTS_GONE_NANOS;
        lastClientNanos = nowNanos - CLIENTS_GONE_NANOS;
    }

    /// What waits for flash are compared with: those for blocks of about the same length.
    public static int readOf(int lengthBytes) {
        int exponent = Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(1, lengthBytes - 1));
        return 1 + Math.clamp(exponent - LEAST_READ_EXPONENT, 0, READ_CLASSES - 1);
    }

    /// Hears that a client was at work.
    public void clientsAtWork(long nowNanos) {
        lastClientNanos = nowNanos;
    }

    /// Hears how long something of a client's waited.
    ///
    /// @param kind [#PROCESSOR] or [#readOf]
    public void waited(int kind, long nanos, long nowNanos) {
        long start = nowNanos - nanos;
        if (start - lastMoveNanos < 0) { // moved meanwhile
            moving[kind].add(nanos);
        } else if (isRest(start)
                ? start - slotStart(start) >= SETTLE_NANOS
                : start - lastMoveNanos > BESIDE_NANOS) {
            resting[kind].add(nanos);
        } else if (!isRest(start)) {
            moving[kind].add(nanos);
        }
        endWindow(nowNanos);
    }

    /// Asks for a move.
    ///
    /// @return how long to wait before asking again, in nanoseconds; 0 if it may be made now
    public long take(int bytes, long nowNanos) {
        endWindow(nowNanos);
        boolean watched = nowNanos - lastClientNanos < CLIENTS_GONE_NANOS;
        if (watched && isRest(nowNanos)) {
            return slotStart(nowNanos) + SLOT_NANOS - nowNanos;
        }
        if ((watched || ceiling < Long.MAX_VALUE) && nowNanos < nextNanos) {
            return nextNanos - nowNanos;
        }
        double rate = watched ? bytesPerSecond : ceiling;
        nextNanos = Math.max(nextNanos, nowNanos - LATE_NANOS) + (long) (bytes * 1e9 / rate);
        moved(bytes, nowNanos);
        return 0;
    }

    /// Counts a move that was made without asking, because it could not wait.
    public void moved(int bytes, long nowNanos) {
        lastMoveNanos = nowNanos;
        windowBytes += bytes;
    }

    /// The present allowance beside clients.
    public long bytesPerSecond() {
        return (long) bytesPerSecond;
    }

    /// How often the allowance was halved.
    public long slowdowns() {
        return slowdowns;
    }

    /// The 95th percentile of the waits of a kind, in nanoseconds, while the background rests.
    public long restingNanos(int kind) {
        return resting[kind].quantile(QUANTILE);
    }

    /// The 95th percentile of the waits of a kind, in nanoseconds, beside movement.
    public long movingNanos(int kind) {
        return moving[kind].quantile(QUANTILE);
    }

    private void endWindow(long nowNanos) {
        long passed = nowNanos - windowStartNanos;
        if (passed < WINDOW_NANOS) {
            return;
        }
        boolean used = windowBytes * 1e9 > bytesPerSecond * passed / 2;
        boolean measured = false;
        boolean slower = false;
        for (int kind = 0; kind < moving.length; kind++) {
            if (moving[kind].weight() >= LEAST_WAITS && resting[kind].weight() >= LEAST_WAITS) {
                measured = true;
                long limit = (long) (restingNanos(kind) * TOLERANCE) + SLACK_NANOS;
                slower |= moving[kind].beyond(limit) > MOST_BEYOND;
            }
        }
        if (slower && windowBytes > 0) {
            bytesPerSecond = Math.max(FLOOR, bytesPerSecond / 2);
            doubling = false;
            slowdowns++;
        } else if (measured && used) {
            bytesPerSecond = Math.min(ceiling,
                    doubling ? 2 * bytesPerSecond : bytesPerSecond + STEP);
        }
        for (int kind = 0; kind < moving.length; kind++) {
            resting[kind].fade(OLD_RESTS_COUNT);
            moving[kind].fade(slower ? 0 : OLD_MOVES_COUNT);
        }
        windowStartNanos = nowNanos;
        windowBytes = 0;
    }

    private static boolean isRest(long nanos) {
        return Math.floorMod(Math.floorDiv(nanos, SLOT_NANOS), SLOTS) == SLOTS - 1;
    }

    private static long slotStart(long nanos) {
        return Math.floorDiv(nanos, SLOT_NANOS) * SLOT_NANOS;
    }

    private static WaitHistogram[] histograms() {
        var histograms = new WaitHistogram[1 + READ_CLASSES];
        for (int i = 0; i < histograms.length; i++) {
            histograms[i] = new WaitHistogram();
        }
        return histograms;
    }
}
