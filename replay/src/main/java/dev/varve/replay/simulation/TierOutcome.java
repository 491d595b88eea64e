package dev.varve.replay.simulation;

/// What came of one tier.
///
/// @param medium           its id
/// @param capacityBytes    what may lie there
/// @param devices          how many there are, parts included
/// @param hits             blocks read from it for a client; of a sample, in the sample
/// @param readBytes        that the devices read
/// @param writtenBytes     that the medium took, rounding and refreshes included
/// @param requestJoules    energy of requests and refreshes
/// @param idleJoules       energy of being there
/// @param asleepSeconds    that a device slept, on average
/// @param wakes            how often devices were woken up
/// @param endurancePerYear share of its endurance that a year of such traffic uses up
/// @param price            of the devices, in US dollars
///
/// Immutable.
public record TierOutcome(
        String medium,
        long capacityBytes,
        double devices,
        long hits,
        double readBytes,
        double writtenBytes,
        double requestJoules,
        double idleJoules,
        double asleepSeconds,
        long wakes,
        double endurancePerYear,
        double price) {

    /// What a tier that is so many times as large does for so many times the traffic.
    TierOutcome scaled(double factor) {
        return new TierOutcome(medium, Math.round(capacityBytes * factor), devices * factor, hits,
                readBytes * factor, writtenBytes * factor, requestJoules * factor,
                idleJoules * factor, asleepSeconds, wakes, endurancePerYear, price * factor);
    }

    public double joules() {
        return requestJoules + idleJoules;
    }

    /// How many years it lasts; infinite where nothing wears out.
    public double lifetimeYears() {
        return 1 / endurancePerYear;
    }
}
