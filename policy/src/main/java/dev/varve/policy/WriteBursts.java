package dev.varve.policy;

import java.util.Arrays;
import java.util.OptionalLong;
import java.util.stream.Stream;

/// How much a cache gathers in memory before it writes it to a device in one burst, so that the
/// device can sleep between two of them, and readers wait hardly longer for it.
///
/// It is steered by what readers of the device wait. One period of eight the goal *rests*: nothing
/// is gathered. The waits of the rests are compared with those of the other periods, for reads of
/// each length apart. Where they wait longer on the average than `slack` times as long as in the
/// rests (and a little), or clearly more than a twentieth of them longer than that for the 95th
/// percentile of the rests, the burst is halved; otherwise it grows: doubling until the first
/// halving, then by a fixed step. It stays as long as too few waits are known, and grows where
/// hardly anything is read, because nobody suffers. So does [MovementBudget] with the pace of what
/// moves; see there for whose the parts are.
///
/// That a device draws less when its work comes in bursts, with the gaps between them drawn
/// together, is what Papathanasiou and Scott found ("Energy Efficient Prefetching and Caching",
/// USENIX 2004).
///
/// Knows no clock: each call says what time it is, in nanoseconds that never go back.
///
/// Confined: the caller serialises all calls.
public final class WriteBursts {
    /// One of so many periods is a rest.
    static final int PERIODS = 8;
    static final long PERIOD_NANOS = 2_000_000_000;

    /// What a client across a socket cannot tell, in nanoseconds.
    private static final long UNFELT_NANOS = 50_000;
    private static final double QUANTILE = 0.95;
    /// A twentieth is beyond the limit of itself; of a few hundred waits a few more are by chance.
    private static final double MOST_BEYOND = 0.08;
    private static final double LEAST_WAITS = 20;
    /// Twice as long as drives take to wake up. What waits longer waits for something else, and
    /// would hide all others in the mean.
    private static final long LONGEST_NANOS = 20_000_000;
    /// What was under way when a period begins has ended by then.
    private static final long SETTLE_NANOS = PERIOD_NANOS / 8;
    private static final int FIRST_SHARE = 8;
    private static final int STEP_SHARE = 16;
    private static final int LEAST_SHARE = 64;
    /// The same for both sides: other load, which comes and goes, must be in both alike.
    private static final double OLD_COUNT = 0.5;

    private final double slack;
    private final long mostBytes;
    private final WaitHistogram[] resting = histograms();
    private final WaitHistogram[] gathering = histograms();
    private final long startNanos;
    private long rounds;
    private long burstBytes;
    private boolean doubling = true;
    private long halvings;

    /// @param slack     how many times as long readers may wait on the average, at least 1
    /// @param mostBytes the largest burst
    public WriteBursts(double slack, long mostBytes, long nowNanos) {
        if (!(slack >= 1)) {
            throw new IllegalArgumentException("slack (" + slack + ") must be at least 1");
        }
        this.slack = slack;
        this.mostBytes = mostBytes;
        burstBytes = mostBytes / FIRST_SHARE;
        startNanos = nowNanos;
    }

    /// How much may be gathered now before it is written.
    ///
    /// @return empty while the goal rests
    public OptionalLong burstBytes(long nowNanos) {
        endRounds(nowNanos);
        return isRest(nowNanos) ? OptionalLong.empty() : OptionalLong.of(burstBytes);
    }

    /// Hears how long a client waited for a read of the device.
    public void waited(int lengthBytes, long nanos, long nowNanos) {
        endRounds(nowNanos);
        long start = nowNanos - nanos;
        boolean isSettled = Math.floorMod(start - startNanos, PERIOD_NANOS) >= SETTLE_NANOS;
        if (isSettled && period(start) == period(nowNanos)) {
            int kind = MovementBudget.readOf(lengthBytes) - 1;
            (isRest(nowNanos) ? resting : gathering)[kind]
                    .add(Math.min(nanos, LONGEST_NANOS));
        }
    }

    /// The present size of a burst, outside of the rests.
    public long burstBytes() {
        return burstBytes;
    }

    /// How often the burst was halved.
    public long halvings() {
        return halvings;
    }

    /// The mean wait for a read in the rests lately, in nanoseconds; 0 without any.
    public long restingNanos() {
        return mean(resting);
    }

    /// The mean wait for a read outside of them.
    public long gatheringNanos() {
        return mean(gathering);
    }

    private boolean isRest(long nanos) {
        return Math.floorMod(period(nanos), PERIODS) == PERIODS - 1;
    }

    private long period(long nanos) {
        return Math.floorDiv(nanos - startNanos, PERIOD_NANOS);
    }

    private void endRounds(long nowNanos) {
        long ended = (nowNanos - startNanos) / (PERIODS * PERIOD_NANOS);
        if (ended > rounds) {
            rounds = ended;
            judge();
        }
    }

    private void judge() {
        boolean slower = false;
        boolean isKnown = false;
        boolean isRead = false;
        for (int kind = 0; kind < resting.length; kind++) {
            isRead |= gathering[kind].weight() >= LEAST_WAITS;
            isKnown |= isKnown(kind);
            slower |= isKnown(kind) && isSlower(gathering[kind], resting[kind]);
        }
        if (slower) {
            burstBytes = burstBytes / 2 < mostBytes / LEAST_SHARE ? 0 : burstBytes / 2;
            doubling = false;
            halvings++;
        } else if (isKnown || !isRead) {
            long step = mostBytes / STEP_SHARE;
            burstBytes = Math.min(mostBytes,
                    doubling ? Math.max(step, 2 * burstBytes) : burstBytes + step);
        }
        for (int kind = 0; kind < resting.length; kind++) {
            double left = slower ? 0 : isKnown(kind) ? OLD_COUNT : 1;
            resting[kind].fade(left);
            gathering[kind].fade(left);
        }
    }

    private boolean isKnown(int kind) {
        return resting[kind].weight() >= LEAST_WAITS && gathering[kind].weight() >= LEAST_WAITS;
    }

    private boolean isSlower(WaitHistogram waits, WaitHistogram rests) {
        return waits.mean() > limit(rests.mean())
                || waits.beyond((long) limit((double) rests.quantile(QUANTILE))) > MOST_BEYOND;
    }

    private double limit(double restNanos) {
        return slack * restNanos + UNFELT_NANOS;
    }

    private static WaitHistogram[] histograms() {
        return Stream.generate(WaitHistogram::new)
                .limit(MovementBudget.READ_CLASSES)
                .toArray(WaitHistogram[]::new);
    }

    private static long mean(WaitHistogram[] waits) {
        double weight = Arrays.stream(waits).mapToDouble(WaitHistogram::weight).sum();
        return weight == 0
                ? 0
                : (long) (Arrays.stream(waits)
                        .mapToDouble(kind -> kind.weight() * kind.mean())
                        .sum() / weight);
    }
}
