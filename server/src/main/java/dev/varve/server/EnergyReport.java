package dev.varve.server;

import dev.varve.engine.EngineStatus.Owner;
import java.util.List;

/// The energy that a server took since its start, in joules. What is modelled is bytes times what
/// the media's catalogue says; what is measured was read from the machine's own meters.
///
/// @param tiers        modelled, of each tier
/// @param owners       modelled, of what each bucket and each tenant had moved; idle power is
///                     nobody's
/// @param readJoules   modelled, of what clients read, for each lookup that found something
/// @param writeJoules  modelled, of what clients wrote and what became of it, for each commit
/// @param compressing  modelled, of compressing what goes to flash
/// @param measured     of the machine's meters; none where it has none or they cannot be read
/// @param power        of those of them that tell it
///
/// Immutable.
public record EnergyReport(
        List<TierEnergy> tiers,
        List<OwnerEnergy> owners,
        double readJoules,
        double writeJoules,
        Compressing compressing,
        List<Measured> measured,
        List<Power> power) {

    public EnergyReport {
        tiers = List.copyOf(tiers);
        owners = List.copyOf(owners);
        measured = List.copyOf(measured);
        power = List.copyOf(power);
    }

    /// Modelled energy of a tier.
    ///
    /// @param medium     the id of what it is taken to be made of
    /// @param idleJoules of being there, awake
    /// @param sleep      of being there, asleep
    public record TierEnergy(
            String tier,
            String medium,
            double readJoules,
            double writeJoules,
            double idleJoules,
            Sleep sleep) {
        /// All of it.
        public double joules() {
            return readJoules + writeJoules + idleJoules + sleep.joules();
        }
    }

    /// The sleep of a tier, modelled: what its device would have done in the gaps between the
    /// operations that were asked of it.
    ///
    /// @param seconds     how long it would have slept
    /// @param wakings     how often it would have been woken
    /// @param wakingReads how often by a read, which would have waited for it
    /// @param wakeSeconds how long each of them
    /// @param joules      drawn asleep and for waking up
    public record Sleep(
            double seconds,
            long wakings,
            long wakingReads,
            double wakeSeconds,
            double joules) {
        public static final Sleep NONE = new Sleep(0, 0, 0, 0, 0);
    }

    /// Modelled energy of compressing what goes to flash.
    ///
    /// @param contentBytes of the blocks that were written compressed
    /// @param storedBytes  what they took instead
    /// @param spentJoules  of the processor, also for blocks that turned out not to be worth it
    /// @param savedJoules  of what flash did not write and not read; the room that it leaves is not
    ///                     counted
    public record Compressing(
            long contentBytes,
            long storedBytes,
            double spentJoules,
            double savedJoules) {
        public static final Compressing NONE = new Compressing(0, 0, 0, 0);
    }

    /// Modelled energy of a bucket's or a tenant's traffic.
    public record OwnerEnergy(Owner owner, String name, double joules) {}

    /// What a meter of the machine has counted since the server's start, whichever program it was
    /// for.
    ///
    /// @param zone       such as `package-0`, `package-0/dram`, or `nvme0`
    /// @param stepJoules what it counts in, by which the joules may be off
    public record Measured(String zone, double joules, double stepJoules) {}

    /// What a meter of the machine says that is drawn, whichever program it is for.
    ///
    /// @param zone as above
    /// @param watts over the second before it was read
    public record Power(String zone, double watts) {}
}
