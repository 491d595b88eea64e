package dev.varve.replay.simulation;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A medium that exists only as figures.
///
/// @param id      what it is asked for by, such as `tlc`
/// @param name    for people
/// @param figures those that are given; the required ones are there
///
/// Immutable.
public record ModelledMedium(String id, String name, Map<Property, Figure> figures) {
    public ModelledMedium {
        figures = Map.copyOf(figures);
        for (var property : Property.values()) {
            if (property.isRequired() && !figures.containsKey(property)) {
                throw new IllegalArgumentException(
                        "medium " + id + " lacks " + property.key());
            }
        }
    }

    /// A figure's value, or what holds where it is not given.
    ///
    /// @throws IllegalArgumentException where nothing does
    public double value(Property property) {
        var figure = figures.get(property);
        return figure == null
                ? property.otherwise()
                        .orElseThrow(() -> new IllegalArgumentException(
                                "medium " + id + " has no " + property.key()))
                : figure.value();
    }

    boolean canSleep() {
        return figures.containsKey(Property.SLEEP_POWER);
    }

    /// Seconds asleep that save what waking up costs; infinite where it cannot sleep.
    public double breakEvenSeconds() {
        if (!canSleep()) {
            return Double.POSITIVE_INFINITY;
        }
        double saved = value(Property.IDLE_POWER) - value(Property.SLEEP_POWER);
        return saved <= 0 ? Double.POSITIVE_INFINITY : wakeJoules() / saved;
    }

    /// What waking up takes: energy of its own, and idle power until it is done.
    public double wakeJoules() {
        return value(Property.WAKE_ENERGY)
                + value(Property.WAKE_TIME) * value(Property.IDLE_POWER);
    }

    /// The figures that nobody has measured or published, in the order of [Property].
    List<Property> assumed() {
        return figures.entrySet()
                .stream()
                .filter(entry -> entry.getValue().isAssumed())
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    /// The same with some figures replaced.
    ModelledMedium with(Optional<String> otherName, Map<Property, Figure> others) {
        var all = new EnumMap<Property, Figure>(figures);
        all.putAll(others);
        return new ModelledMedium(id, otherName.orElse(name), all);
    }
}
