package dev.varve.replay;

import java.util.Locale;

/// Numbers for people. Powers of ten, as disks and networks are sold by.
public final class Figures {
    private static final String[] SCALES = {"", " k", " M", " G", " T", " P"};

    private Figures() {}

    /// Such as `12,345`.
    static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /// Such as `11.8 M`.
    static String rounded(double value) {
        int scale = 0;
        double rest = value;
        while (rest >= 999.5 && scale < SCALES.length - 1) {
            rest /= 1000;
            scale++;
        }
        return threeDigits(rest, scale == 0 && rest == Math.rint(rest)) + SCALES[scale];
    }

    /// As [#rounded(double)].
    static String rounded(long value) {
        return rounded((double) value);
    }

    /// As [#bytes(double)].
    public static String bytes(long value) {
        return bytes((double) value);
    }

    /// Such as `1.51 GB`.
    public static String bytes(double value) {
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

    /// Such as `35.1 %`.
    public static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    /// Such as `12.3 ms`.
    public static String seconds(double seconds) {
        if (seconds >= 1 || seconds == 0) {
            return digits(seconds) + " s";
        }
        return seconds >= 1e-3
                ? threeDigits(seconds * 1e3, false) + " ms"
                : threeDigits(seconds * 1e6, false) + " us";
    }

    /// Such as `12 y`; beyond a thousand years it is all one.
    public static String years(double years) {
        return years > 1000 ? "> 1000 y" : digits(years) + " y";
    }

    /// Such as `1,234 USD`.
    public static String dollars(double dollars) {
        return dollars >= 100
                ? String.format(Locale.ROOT, "%,.0f USD", dollars)
                : digits(dollars) + " USD";
    }

    /// Such as `28.4 W`.
    public static String watts(double watts) {
        return watts > 0 && watts < 0.1 ? digits(1e3 * watts) + " mW" : digits(watts) + " W";
    }

    /// The digits that count, three at most, without noughts behind them.
    public static String digits(double value) {
        if (value != 0 && value < 0.01) {
            return String.format(Locale.ROOT, "%.2g", value);
        }
        String text = String.format(Locale.ROOT, "%." + (value >= 9.995
                ? value >= 99.95 ? 0 : 1
                : 2) + "f", value);
        return text.indexOf('.') < 0 ? text : text.replaceFirst("\\.?0+$", "");
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
