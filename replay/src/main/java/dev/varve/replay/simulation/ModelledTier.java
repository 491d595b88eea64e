package dev.varve.replay.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// All devices of one medium in a hierarchy: where bytes go among them, and what it costs.
///
/// Whole devices are bought, at least one, unless the plan is for a slice of a larger machine.
///
/// Confined.
final class ModelledTier {
    /// Bytes are refreshed when this share of their retention is over: early enough for a device
    /// that was off, or warm, meanwhile.
    static final double REFRESH_SHARE = 0.5;

    private static final double YEAR_SECONDS = 365.25 * 86_400;

    private final TierSettings settings;
    private final double deviceCount;
    private final List<ModelledDevice> devices = new ArrayList<>();

    ModelledTier(TierSettings settings) {
        this.settings = settings;
        var medium = settings.medium();
        double exact = settings.capacityBytes() / medium.value(Property.CAPACITY);
        double whole = Math.max(1, Math.ceil(exact));
        double share = settings.slice() ? exact / whole : 1;
        deviceCount = whole * share;
        double sleepAfter = settings.sleepAfterSeconds();
        switch (settings.layout()) {
            case STRIPED -> devices.add(new ModelledDevice(medium, whole, sleepAfter, share));
            case CONCENTRATED -> {
                for (int i = 0; i < whole; i++) {
                    devices.add(new ModelledDevice(medium, 1, sleepAfter, share));
                }
            }
        }
    }

    /// How many places there are that bytes can be kept together in: one where all are spread over
    /// all devices.
    int placeCount() {
        return devices.size();
    }

    /// @return when it is done, in seconds
    double read(int place, double nowSeconds, long bytes) {
        return devices.get(place).read(nowSeconds, bytes);
    }

    /// @return when it is done, in seconds
    double write(int place, double nowSeconds, long bytes) {
        return devices.get(place).write(nowSeconds, bytes);
    }

    /// Accounts for the refreshes of bytes that were kept for a time.
    void kept(int place, double seconds, long bytes) {
        double interval = settings.medium().value(Property.RETENTION) * REFRESH_SHARE;
        double times = Math.floor(seconds / interval);
        if (times > 0) {
            devices.get(place).refresh(times * bytes);
        }
    }

    /// Ends the simulation, which began at 0, and says what came of it.
    TierOutcome end(double nowSeconds, long hits) {
        devices.forEach(device -> device.end(nowSeconds));
        var medium = settings.medium();
        double written = sum(ModelledDevice::writtenBytes);
        double capacity = deviceCount * medium.value(Property.CAPACITY);
        double perYear = YEAR_SECONDS / Math.max(1e-9, nowSeconds);
        return new TierOutcome(medium.id(), settings.capacityBytes(), deviceCount, hits,
                sum(ModelledDevice::readBytes), written, sum(ModelledDevice::requestJoules),
                sum(ModelledDevice::idleJoules),
                sum(ModelledDevice::asleepSeconds) / devices.size(),
                devices.stream().mapToLong(ModelledDevice::wakes).sum(),
                written * perYear / (capacity * medium.value(Property.ENDURANCE)),
                capacity * medium.value(Property.PRICE));
    }

    private double sum(ToDoubleFunction<ModelledDevice> figure) {
        return devices.stream().mapToDouble(figure).sum();
    }
}
