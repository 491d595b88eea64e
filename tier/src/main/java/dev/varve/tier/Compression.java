package dev.varve.tier;

/// When a tier keeps blocks compressed.
///
/// Immutable.
public sealed interface Compression {
    /// What a processor core draws while it compresses or expands, in watts. Assumed: a core of a
    /// server with some 64 of them at 280 W.
    double CORE_WATTS = 4;

    /// What a wait may be longer, whatever the slack is: time that nobody notices.
    long NANOS_BEYOND = 50_000;

    record Never() implements Compression {}

    /// Whenever it makes a block smaller by at least a sixteenth, whoever waits for it.
    record Always() implements Compression {}

    /// Where it saves more energy than it costs.
    ///
    /// @param slack how many times as long somebody may wait for the block as without it, and
    ///              [#NANOS_BEYOND], at least 1
    record Saving(DeviceEnergy device, double slack) implements Compression {
        public Saving {
            if (!(slack >= 1)) {
                throw new IllegalArgumentException("slack (" + slack + ") must be at least 1");
            }
        }
    }

    /// What energy a byte takes on the device.
    ///
    /// @param readJoules  to read it
    /// @param writeJoules to write it
    /// @param heldWatts   to have it, as a part of the device's capacity
    record DeviceEnergy(double readJoules, double writeJoules, double heldWatts) {
        public static final DeviceEnergy NONE = new DeviceEnergy(0, 0, 0);
    }
}
