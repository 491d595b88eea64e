package dev.varve.replay;

import java.util.Locale;

/// Numbers for people. Powers of ten, as disks and networks are sold by.
final class Figures {
    private static final String[] SCALES = {"", " k", " M", " G", " T"};

    private Figures() {}

    /// Such as `12,345`.
    static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /// Such as `11.8 M`.
    static String rounded(long value) {
        int scale = 0;
        double rest = value;
        while (rest >= 999.5 && scale < SCALES.length - 1) {
            rest /= 1000;
            scale++;
        }
        return threeDigits(rest, scale == 0 && rest == Math.rint(rest)) + SCALES[scale];
    }

    /// Such as `1.51 GB`.
    static String bytes(long value) {
        String text = rounded(value);
        return Character.isDigit(text.charAt(text.length() - 1)) ? text + " B" : text + "B";
    }

    /// Such as `0.23 GB/s`.
    static String bytesPerSecond(double value) {
        return String.format(Locale.ROOT, "%.2f GB/s", value / 1e9);
    }

    /// Such as `0.085 ms`.
    static String millis(long nanos) {
        return threeDigits(nanos / 1e6, false) + " ms";
    }

    /// Such as `34.7 %`; of nothing 0.
    static String percent(long part, long whole) {
        return String.format(Locale.ROOT, "%.1f %%", whole == 0 ? 0 : 100.0 * part / whole);
    }

    private static String threeDigits(double value, boolean whole) {
        int decimals;
        if (whole || value >= 99.95) {
            decimals = 0;
        } else if (value >= 9.995) {
            decimals = 1;
        } else {
            decimals = value >= .9995 || value == 0 ? 2 : 3;
        }
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
