package dev.varve.replay.simulation;

/// A device of a modelled medium, or several that share all work evenly, in simulated time.
///
/// A request first needs one of a few *places* at the device, which it keeps until it is done; its
/// bytes then pass one pipe, one request after the other; and the latency of the medium comes on
/// top. So an idle device answers after latency plus bytes over bandwidth, a busy one lets requests
/// wait, and no more than its bandwidth gets through. In the words of queueing theory: c servers
/// before a single one, first come, first served.
///
/// It draws idle power all the time that it is awake, and each request adds the energy of its bytes
/// and its own. Left alone for long enough it falls asleep; the next request wakes it up and waits
/// for that.
///
/// Requests must come in the order of their times. Confined.
final class ModelledDevice {
    private final ModelledMedium medium;
    private final double count;
    private final double share;
    private final double sleepAfterSeconds;
    /// When each place is free again, as a binary heap with the first one at the front.
    private final double[] placeFreeSeconds;
    private double pipeFreeSeconds;
    private double quietSinceSeconds;
    private double awakeSeconds;
    private double asleepSeconds;
    private double readBytes;
    private double writtenBytes;
    private double requestJoules;
    private long wakes;

    /// @param count             how many devices there are, each of which takes its part of every
    ///                          request; greater than 0
    /// @param sleepAfterSeconds how long it must have had nothing to do to fall asleep; infinite
    ///                          for never
    /// @param share             which part of their power counts; 1 unless others have the rest
    ModelledDevice(
            ModelledMedium medium,
            double count,
            double sleepAfterSeconds,
            double share) {
        this.share = share;
        this.medium = medium;
        this.count = count;
        this.sleepAfterSeconds = medium.canSleep() ? sleepAfterSeconds : Double.POSITIVE_INFINITY;
        double places = Math.min(1 << 16, Math.max(1, medium.value(Property.PARALLEL) * count));
        placeFreeSeconds = new double[(int) places];
    }

    /// Reads.
    ///
    /// @return when it is done, in seconds
    double read(double nowSeconds, long bytes) {
        readBytes += bytes;
        requestJoules += bytes * medium.value(Property.READ_ENERGY);
        return request(nowSeconds, bytes / (medium.value(Property.READ_BANDWIDTH) * count),
                medium.value(Property.READ_LATENCY));
    }

    /// Writes, rounded up to the medium's granule.
    ///
    /// @return when it is done, in seconds
    double write(double nowSeconds, long bytes) {
        double rounded = wear((double) bytes);
        return request(nowSeconds, rounded / (medium.value(Property.WRITE_BANDWIDTH) * count),
                medium.value(Property.WRITE_LATENCY));
    }

    /// Writes and reads what must be refreshed, beside all else: it takes energy and endurance, but
    /// is done when nobody waits.
    void refresh(double bytes) {
        readBytes += bytes;
        requestJoules += bytes * medium.value(Property.READ_ENERGY);
        wear(bytes);
    }

    /// Ends the simulation.
    void end(double nowSeconds) {
        quiet(Math.max(nowSeconds, quietSinceSeconds));
        quietSinceSeconds = Math.max(nowSeconds, quietSinceSeconds);
    }

    double readBytes() {
        return readBytes;
    }

    /// What the medium itself took, granules included.
    double writtenBytes() {
        return writtenBytes;
    }

    /// Of requests and refreshes.
    double requestJoules() {
        return requestJoules;
    }

    /// Of being there, awake or asleep, and of waking up.
    double idleJoules() {
        double asleep = asleepSeconds > 0 ? medium.value(Property.SLEEP_POWER) * asleepSeconds : 0;
        return share * count * (medium.value(Property.IDLE_POWER) * awakeSeconds + asleep
                + medium.value(Property.WAKE_ENERGY) * wakes);
    }

    double asleepSeconds() {
        return asleepSeconds;
    }

    long wakes() {
        return wakes;
    }

    private double wear(double bytes) {
        double granule = medium.value(Property.WRITE_GRANULE);
        double rounded = Math.ceil(bytes / granule) * granule;
        writtenBytes += rounded;
        requestJoules += rounded * medium.value(Property.WRITE_ENERGY);
        return rounded;
    }

    private double request(double nowSeconds, double pipeSeconds, double latencySeconds) {
        requestJoules += medium.value(Property.ACCESS_ENERGY);
        double start = nowSeconds;
        if (nowSeconds > quietSinceSeconds && quiet(nowSeconds)) {
            wakes++;
            start += medium.value(Property.WAKE_TIME);
        }
        start = Math.max(start, placeFreeSeconds[0]);
        pipeFreeSeconds = Math.max(start, pipeFreeSeconds) + pipeSeconds;
        double end = pipeFreeSeconds + latencySeconds;
        occupyFirst(end);
        double until = Math.max(end, quietSinceSeconds);
        awakeSeconds += until - Math.max(nowSeconds, quietSinceSeconds);
        quietSinceSeconds = until;
        return end;
    }

    /// Takes the place that is free first, and puts it where it belongs in the heap.
    private void occupyFirst(double untilSeconds) {
        int at = 0;
        for (int child = 1; child < placeFreeSeconds.length; child = 2 * at + 1) {
            if (child + 1 < placeFreeSeconds.length
                    && placeFreeSeconds[child + 1] < placeFreeSeconds[child]) {
                child++;
            }
            if (placeFreeSeconds[child] >= untilSeconds) {
                break;
            }
            placeFreeSeconds[at] = placeFreeSeconds[child];
            at = child;
        }
        placeFreeSeconds[at] = untilSeconds;
    }

    /// Accounts for the time that nothing was to do, up to now.
    ///
    /// @return whether it fell asleep
    private boolean quiet(double nowSeconds) {
        double gap = nowSeconds - quietSinceSeconds;
        double asleep = Math.max(0, gap - sleepAfterSeconds);
        awakeSeconds += gap - asleep;
        asleepSeconds += asleep;
        return asleep > 0;
    }
}
