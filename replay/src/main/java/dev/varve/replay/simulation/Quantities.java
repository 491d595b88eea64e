package dev.varve.replay.simulation;

import java.util.Locale;

/// Numbers of plans, for people.
final class Quantities {
    private static final String[] BYTES = {"B", "kB", "MB", "GB", "TB", "PB"};

    private Quantities() {}

    /// Such as `1.2 TB`.
    static String bytes(double bytes) {
        int scale = 0;
        double rest = bytes;
        while (rest >= 999.5 && scale < BYTES.length - 1) {
            rest /= 1000;
            scale++;
        }
        return digits(rest) + " " + BYTES[scale];
    }

    /// As [#bytes(double)].
    static String bytes(long bytes) {
        return bytes((double) bytes);
    }

    /// Such as `12.3 ms`.
    static String seconds(double seconds) {
        if (seconds >= 1 || seconds == 0) {
            return digits(seconds) + " s";
        }
        return seconds >= 1e-3 ? digits(seconds * 1e3) + " ms" : digits(seconds * 1e6) + " us";
    }

    /// Such as `12 y`; beyond a thousand years it is all one.
    static String years(double years) {
        return years > 1000 ? "> 1000 y" : digits(years) + " y";
    }

    /// Such as `1,234 USD`.
    static String dollars(double dollars) {
        return dollars >= 100
                ? String.format(Locale.ROOT, "%,.0f USD", dollars)
                : digits(dollars) + " USD";
    }

    /// Such as `28.4 W`.
    static String watts(double watts) {
        return digits(watts) + " W";
    }

    /// Such as `35.1 %`.
    static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    /// Three digits that count.
    static String digits(double value) {
        if (value == 0) {
            return "0";
        }
        if (value < 0.01) {
            return String.format(Locale.ROOT, "%.2g", value);
        }
        int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
        String text = String.format(Locale.ROOT, "%." + decimals + "f", value);
        return text.indexOf('.') < 0 ? text : text.replaceFirst("\\.?0+$", "");
    }
}
