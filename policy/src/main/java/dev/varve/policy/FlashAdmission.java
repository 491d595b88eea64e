package dev.varve.policy;

/// Decides which objects of a cache are worth a write to flash: those that are most likely to be
/// asked for again, as many as make up a share of what clients write.
///
/// How likely that is, [ReuseForecast] learns from the traffic: from how often an object was asked
/// for, how long ago, what came with it and before it. When memory wants to let an object go,
///
///   - it is written while flash has room that nothing else needs ([Verdict#ROOM]);
///   - it is written if its chance to return is at least a bar ([Verdict#LIKELY]);
///   - it *waits* in memory for a reader if that is not far below, once ([Verdict#WAIT]; see
///     [WaitingRoom]);
///   - else it leaves the cache ([Verdict#UNLIKELY]).
///
/// The bar is steered so that what flash takes, for the first time and again, comes to a share of
/// what clients write. Counted in bytes, not in time, so that a replay at any speed decides alike.
///
/// That most of what a cache writes to flash is never read, and that a learnt forecast at admission
/// spares the device without loss of hits, is what Flashield found (Eisenman et al., NSDI 2019),
/// which lets objects prove themselves in memory too.
///
/// Confined: the caller serialises all calls.
public final class FlashAdmission {
    /// The bytes that flash should take, of those that clients write.
    static final double SHARE = 0.38;

    private static final double FIRST_BAR = 0.3;
    private static final double MIN_BAR = 1e-3;
    private static final double MAX_BAR = 0.99;
    /// By how much the bar changes, as a part of it, for a window in which flash took all that
    /// clients wrote beyond the share. In proportion, so that the mean comes to the share even
    /// where chances lie on few values and a window takes nearly all or nothing.
    private static final double GAIN = 0.2;
    /// What waits has at least this part of the chance that the bar asks for.
    private static final double WAITS_FROM = 0.6;

    private final long windowBytes;
    private final ReuseForecast forecast;
    private double bar = FIRST_BAR;
    private long takenBytes;
    private long flashBytes;

    /// What is to be done with an object.
    public enum Verdict {
        /// To flash: there is room.
        ROOM,
        /// To flash: it is likely to be asked for again.
        LIKELY,
        /// Not yet to flash: it stays in memory for a while.
        WAIT,
        /// Not to flash.
        UNLIKELY
    }

    /// @param windowBytes after how many bytes written by clients the bar is looked at
    /// @param flashBytes  what flash holds, at least 1
    public FlashAdmission(long windowBytes, long flashBytes) {
        if (windowBytes < 1) {
            throw new IllegalArgumentException(
                    "window (" + windowBytes + " bytes) must be at least 1 byte");
        }
        Arguments.checkCapacity(flashBytes);
        this.windowBytes = windowBytes;
        forecast = new ReuseForecast(flashBytes);
    }

    /// A client read or wrote an object.
    ///
    /// @param name stands for bucket and key; two that share one are taken for the same
    public void touched(long name, long sizeBytes) {
        Arguments.checkBlock(name, sizeBytes);
        forecast.touched(name, sizeBytes);
    }

    /// See [EvictionPolicy#follows].
    public void follows(long name, long predecessor) {
        forecast.follows(name, predecessor);
    }

    /// Decides about an object that memory wants to let go, and that flash does not have.
    ///
    /// @param waited whether the verdict was [Verdict#WAIT] before, and nobody has read it since
    /// @param room   whether flash takes more without losing anything for it
    public Verdict decide(long name, boolean waited, boolean room) {
        if (room) {
            return Verdict.ROOM;
        }
        double chance = forecast.chance(name);
        if (chance >= bar) {
            return Verdict.LIKELY;
        }
        return waited || chance < WAITS_FROM * bar ? Verdict.UNLIKELY : Verdict.WAIT;
    }

    /// Whether an object whose place on flash is needed is worth another one.
    public boolean isWorthAnother(long name) {
        return forecast.chance(name) >= bar;
    }

    /// Clients wrote this much.
    ///
    /// @param room as in [#decide]: what flash takes meanwhile says nothing about the bar
    public void taken(long bytes, boolean room) {
        takenBytes += bytes;
        if (takenBytes >= windowBytes) {
            if (!room) {
                double excess = (double) flashBytes / takenBytes - SHARE;
                bar = Math.clamp(bar * Math.exp(GAIN * excess), MIN_BAR, MAX_BAR);
            }
            takenBytes = 0;
            flashBytes = 0;
        }
    }

    /// Flash took this much, for the first time or again.
    public void written(long bytes) {
        flashBytes += bytes;
    }

    /// The chance that an object was thought to have to come back, 0 to 1.
    public double chance(long name) {
        return forecast.chance(name);
    }

    /// The least chance that is worth a write, 0 to 1.
    public double bar() {
        return bar;
    }
}
