package dev.varve.replay.simulation;

/// One tier of a hierarchy.
///
/// @param medium            what it is made of
/// @param capacityBytes     what may lie there, greater than 0
/// @param layout            how bytes are spread over its devices
/// @param sleepAfterSeconds how long a device must have had nothing to do to fall asleep; infinite
///                          for never
/// @param slice             whether parts of devices may be had, with so much of their power and
///                          price, and all of their speed: for a share of a machine whose other
///                          users are quiet
///
/// Immutable.
public record TierSettings(
        ModelledMedium medium,
        long capacityBytes,
        Layout layout,
        double sleepAfterSeconds,
        boolean slice) {

    /// How bytes are spread over devices.
    public enum Layout {
        /// All devices share each request.
        STRIPED,
        /// What is written together lies on one device, so that those with old bytes may sleep.
        CONCENTRATED
    }

    public TierSettings {
        if (capacityBytes < 1) {
            throw new IllegalArgumentException("capacity of a tier of " + medium.name() + " ("
                    + capacityBytes + " bytes) must be at least 1 byte");
        }
        if (!(sleepAfterSeconds >= 0)) {
            throw new IllegalArgumentException(
                    "time to sleep (" + sleepAfterSeconds + " s) must be at least 0");
        }
    }

    /// Whole devices that share all work and never sleep.
    public static TierSettings of(ModelledMedium medium, long capacityBytes) {
        return new TierSettings(medium, capacityBytes, Layout.STRIPED, Double.POSITIVE_INFINITY,
                false);
    }

    /// The same, with devices that are filled one after the other and sleep.
    public TierSettings concentrated(double afterSeconds) {
        return new TierSettings(medium, capacityBytes, Layout.CONCENTRATED, afterSeconds, slice);
    }

    /// The same as a slice of something larger.
    public TierSettings sliced() {
        return sliced(1);
    }

    /// A slice of this tier.
    ///
    /// @param share above 0, at most 1
    TierSettings sliced(double share) {
        return new TierSettings(medium, Math.max(1, (long) (capacityBytes * share)), layout,
                sleepAfterSeconds, true);
    }
}
