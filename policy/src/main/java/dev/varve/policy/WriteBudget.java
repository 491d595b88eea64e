package dev.varve.policy;

/// Keeps what is written to a device under a number of bytes a day: a token bucket (Turner, "New
/// directions in communications", 1986). An eighth of the budget may be saved up and written at
/// once, seven eighths come in evenly over the day, so that no 24 hours see more than the budget,
/// whenever they begin.
///
/// Two kinds of writes: those that are asked for first ([#tryTake]) and may be refused, and those
/// that are only counted ([#spent]); the latter may leave the budget in debt, which is paid off
/// before anything is granted.
///
/// Knows no clock: each call says what time it is, in nanoseconds that never go back.
///
/// Confined: the caller serialises all calls.
public final class WriteBudget {
    /// A budget that refuses nothing.
    public static final long UNLIMITED = Long.MAX_VALUE;

    private static final double DAY_NANOS = 24.0 * 3600 * 1e9;
    private static final int SAVED_SHARE = 8;

    private final long bytesPerDay;
    private final double mostSaved;
    private double left;
    private long lastNanos;

    /// @param bytesPerDay at least 1, or [#UNLIMITED]
    /// @param saved       whether the first day may begin with all that can be saved up; not
    ///                    where the device may have been written to just before
    public WriteBudget(long bytesPerDay, boolean saved, long nowNanos) {
        if (bytesPerDay < 1) {
            throw new IllegalArgumentException(
                    "budget (" + bytesPerDay + " bytes a day) must be at least 1 byte");
        }
        this.bytesPerDay = bytesPerDay;
        mostSaved = (double) bytesPerDay / SAVED_SHARE;
        left = saved ? mostSaved : 0;
        lastNanos = nowNanos;
    }

    /// Asks for a write.
    ///
    /// @return false if it must not be made now
    public boolean tryTake(long bytes, long nowNanos) {
        if (bytesPerDay == UNLIMITED) {
            return true;
        }
        accrue(nowNanos);
        if (bytes > left) {
            return false;
        }
        left -= bytes;
        return true;
    }

    /// Counts a write that nobody asked for; a negative number gives back what was taken and not
    /// used.
    public void spent(long bytes, long nowNanos) {
        if (bytesPerDay != UNLIMITED) {
            accrue(nowNanos);
            left = Math.min(mostSaved, left - bytes);
        }
    }

    /// What may be written now, in bytes; negative while in debt.
    public long leftBytes(long nowNanos) {
        if (bytesPerDay == UNLIMITED) {
            return UNLIMITED;
        }
        accrue(nowNanos);
        return (long) Math.floor(left);
    }

    private void accrue(long nowNanos) {
        double perNano = (bytesPerDay - mostSaved) / DAY_NANOS;
        left = Math.min(mostSaved, left + (nowNanos - lastNanos) * perNano);
        lastNanos = nowNanos;
    }
}
