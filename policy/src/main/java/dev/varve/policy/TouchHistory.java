package dev.varve.policy;

/// What [LearnedPolicy] knows of a block, in the bits of one number:
///
/// | bits | |
/// |---|---|
/// | 32 | when it was touched last, in ticks |
/// | 8 | the logarithm of its size, in quarters of a doubling |
/// | 4 | how often it has come back, 15 for more |
/// | 5 | the gap before the last one |
/// | 5 | the last gap: its age when it came back |
///
/// A *tick* is the time in which one 4096th of the capacity is asked for. Ages and gaps are told
/// apart in steps of about √2, from a 32nd of the capacity to 16 capacities.
///
/// Immutable.
final class TouchHistory {
    /// Ticks in which as much as the capacity is asked for.
    static final int TICKS = 1 << 12;
    /// Number of ages; what has the last one is past any that is told apart.
    static final int AGES = 20;
    static final int GAP_BITS = 5;
    static final int TOUCH_BITS = 4;
    /// The gap of a block that never came back.
    static final int NO_GAP = 0;

    private static final int FIRST_AGE_BITS = 7;
    private static final int BEFORE_SHIFT = GAP_BITS;
    private static final int TOUCH_SHIFT = 2 * GAP_BITS;
    private static final int SIZE_SHIFT = TOUCH_SHIFT + TOUCH_BITS;
    private static final int GAP_MASK = (1 << GAP_BITS) - 1;
    private static final int TOUCH_MASK = (1 << TOUCH_BITS) - 1;
    private static final int SIZE_MASK = 0xff;
    private static final double LOG_OF_A_SIZE_STEP = StrictMath.log(2) / 4;

    private TouchHistory() {}

    /// Of a block that has never been seen before.
    static long begun(int now, long sizeBytes) {
        return touchedAt(now) | (sizeStep(sizeBytes) << SIZE_SHIFT);
    }

    /// Of a block that came back.
    ///
    /// @param age the one that it had, in steps
    static long cameBack(long history, int now, int age, long sizeBytes) {
        return touchedAt(now)
                | (sizeStep(sizeBytes) << SIZE_SHIFT)
                | (long) Math.min(TOUCH_MASK, touches(history) + 1) << TOUCH_SHIFT
                | (long) gap(history) << BEFORE_SHIFT
                | age + 1;
    }

    private static long touchedAt(int now) {
        return (long) now << Integer.SIZE;
    }

    /// Ticks since a block was touched; what has waited for a million capacities may seem young.
    static int waited(long history, int now) {
        return (now - (int) (history >>> Integer.SIZE)) & Integer.MAX_VALUE;
    }

    /// The step of age that a number of ticks has reached, 0 to [#AGES] - 1.
    static int age(int ticks) {
        if (ticks >>> FIRST_AGE_BITS == 0) {
            return 0;
        }
        int log = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(ticks);
        int half = (ticks >>> (log - 1)) & 1;
        return Math.min(AGES - 1, 1 + 2 * (log - FIRST_AGE_BITS) + half);
    }

    /// The age at which it came back last, plus 1, or [#NO_GAP].
    static int gap(long history) {
        return (int) history & GAP_MASK;
    }

    /// As [#gap], for the time before.
    static int gapBefore(long history) {
        return (int) (history >>> BEFORE_SHIFT) & GAP_MASK;
    }

    /// How often it has come back, at most 15.
    static int touches(long history) {
        return (int) (history >>> TOUCH_SHIFT) & TOUCH_MASK;
    }

    /// The natural logarithm of its size in bytes, 0.23 too low at worst.
    static double logBytes(long history) {
        return ((history >>> SIZE_SHIFT) & SIZE_MASK) * LOG_OF_A_SIZE_STEP;
    }

    private static long sizeStep(long sizeBytes) {
        int log = Long.SIZE - 1 - Long.numberOfLeadingZeros(Math.max(1, sizeBytes));
        long quarter = log < 2 ? sizeBytes << (2 - log) : sizeBytes >>> (log - 2);
        return 4L * log + (sizeBytes == 0 ? 0 : quarter & 3);
    }
}
