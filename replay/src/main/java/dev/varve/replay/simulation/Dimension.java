package dev.varve.replay.simulation;

import java.util.Map;
import java.util.TreeMap;

/// What a figure measures, and the units that it may be written in. Values are kept in the unit
/// named in each comment.
enum Dimension {
    /// Seconds.
    TIME(true, time()),
    /// Bytes.
    SIZE(false, sizes("", 1)),
    /// Bytes a second.
    BANDWIDTH(false, sizes("/s", 1)),
    /// Joules a byte.
    ENERGY_PER_BYTE(false, energies("/bit", 8, energies("/B", 1, new TreeMap<>()))),
    /// Joules.
    ENERGY(false, energies("", 1, new TreeMap<>())),
    /// Watts.
    POWER(false, Map.of("uW", 1e-6, "mW", 1e-3, "W", 1.0, "kW", 1e3)),
    /// Times that each cell can be written.
    CYCLES(true, Map.of("cycles", 1.0)),
    /// US dollars a byte.
    PRICE(false, Map.of("USD/GB", 1e-9, "USD/TB", 1e-12, "USD/MB", 1e-6)),
    /// How many.
    COUNT(false, Map.of("", 1.0));

    private static final String UNLIMITED = "unlimited";

    private final boolean mayBeUnlimited;
    @SuppressWarnings("ImmutableEnumChecker") // nobody changes it
    private final Map<String, Double> units;

    Dimension(boolean mayBeUnlimited, Map<String, Double> units) {
        this.mayBeUnlimited = mayBeUnlimited;
        this.units = new TreeMap<>(units);
    }

    /// Reads such as `25.6 GB/s`.
    ///
    /// @return at least 0; infinite for `unlimited`
    /// @throws IllegalArgumentException with a message that goes on after the figure's name
    double parse(String text) {
        if (text.equals(UNLIMITED) && mayBeUnlimited) {
            return Double.POSITIVE_INFINITY;
        }
        int end = 0;
        while (end < text.length() && "+-.0123456789eE".indexOf(text.charAt(end)) >= 0) {
            end++;
        }
        double number;
        try {
            number = Double.parseDouble(text.substring(0, end));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("must be a number and a unit, is '" + text + "'", e);
        }
        if (number < 0 || !Double.isFinite(number)) {
            throw new IllegalArgumentException("must be 0 or more, is '" + text + "'");
        }
        String unit = text.substring(end).strip();
        Double factor = units.get(unit);
        if (factor == null) {
            throw new IllegalArgumentException((unit.isEmpty() ? "lacks its unit" : "has no unit")
                    + " that is one of " + allowed() + ", is '" + text + "'");
        }
        return number * factor;
    }

    private String allowed() {
        String list = String.join(", ", units.keySet());
        return list.isEmpty() ? "none" : list;
    }

    private static Map<String, Double> time() {
        var units = new TreeMap<String, Double>();
        units.putAll(Map.of("ps", 1e-12, "ns", 1e-9, "us", 1e-6, "ms", 1e-3, "s", 1.0));
        units.putAll(Map.of("min", 60.0, "h", 3600.0, "d", 86_400.0, "y", 365.25 * 86_400));
        return units;
    }

    private static Map<String, Double> sizes(String suffix, double factor) {
        var units = new TreeMap<String, Double>();
        String[] decimal = {"B", "kB", "MB", "GB", "TB", "PB"};
        String[] binary = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
        for (int i = 0; i < decimal.length; i++) {
            units.put(decimal[i] + suffix, factor * Math.pow(1000, i));
            units.put(binary[i] + suffix, factor * Math.pow(1024, i));
        }
        return units;
    }

    private static Map<String, Double> energies(
            String suffix,
            double factor,
            Map<String, Double> units) {
        units.put("pJ" + suffix, factor * 1e-12);
        units.put("nJ" + suffix, factor * 1e-9);
        units.put("uJ" + suffix, factor * 1e-6);
        units.put("mJ" + suffix, factor * 1e-3);
        units.put("J" + suffix, factor);
        return units;
    }
}
