package dev.varve.replay.simulation;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// What is known of a medium. All figures of a medium are of one device as it is bought: a module,
/// a drive, a stack.
public enum Property {
    /// From a request to the first byte, with nothing before it.
    READ_LATENCY(Dimension.TIME),
    WRITE_LATENCY(Dimension.TIME),
    READ_BANDWIDTH(Dimension.BANDWIDTH),
    WRITE_BANDWIDTH(Dimension.BANDWIDTH),
    /// Requests that a device works on at a time.
    PARALLEL(Dimension.COUNT),
    /// What a write is rounded up to.
    WRITE_GRANULE(Dimension.SIZE),
    READ_ENERGY(Dimension.ENERGY_PER_BYTE),
    WRITE_ENERGY(Dimension.ENERGY_PER_BYTE),
    /// Of each request, beside that of its bytes.
    ACCESS_ENERGY(Dimension.ENERGY, "0 J"),
    /// Drawn all the time while awake, busy or not; of volatile media with their refresh.
    IDLE_POWER(Dimension.POWER),
    /// Drawn asleep; a medium without it does not sleep.
    SLEEP_POWER(Dimension.POWER, ""),
    WAKE_TIME(Dimension.TIME, "0 s"),
    WAKE_ENERGY(Dimension.ENERGY, "0 J"),
    ENDURANCE(Dimension.CYCLES),
    /// How long bytes stay readable once written; what is kept longer is written anew in time.
    /// Volatile media refresh themselves, within their idle power, and have `unlimited`.
    RETENTION(Dimension.TIME),
    CAPACITY(Dimension.SIZE),
    PRICE(Dimension.PRICE);

    private final Dimension dimension;
    private final Optional<String> otherwise;

    Property(Dimension dimension) {
        this.dimension = dimension;
        otherwise = Optional.empty();
    }

    /// @param otherwise what holds where the figure is not given; "" for nothing
    Property(Dimension dimension, String otherwise) {
        this.dimension = dimension;
        this.otherwise = Optional.of(otherwise);
    }

    /// As it is written in a catalogue, such as `read-latency`.
    String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    Dimension dimension() {
        return dimension;
    }

    boolean isRequired() {
        return otherwise.isEmpty();
    }

    /// What holds where the figure is not given; empty where nothing does.
    Optional<Double> otherwise() {
        return otherwise.filter(text -> !text.isEmpty()).map(dimension::parse);
    }

    /// Whether 0 makes no sense.
    boolean mustBePositive() {
        return switch (this) {
            case READ_BANDWIDTH, WRITE_BANDWIDTH, PARALLEL, WRITE_GRANULE, ENDURANCE, RETENTION,
                    CAPACITY ->
                true;
            case READ_LATENCY, WRITE_LATENCY, READ_ENERGY, WRITE_ENERGY, ACCESS_ENERGY, IDLE_POWER,
                    SLEEP_POWER, WAKE_TIME, WAKE_ENERGY, PRICE ->
                false;
        };
    }

    static Optional<Property> of(String key) {
        return Arrays.stream(values()).filter(property -> property.key().equals(key)).findFirst();
    }
}
