package dev.varve.server;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/// How sizes are written by people: `4096`, `512m`, `1.5t`. Letters are binary multiples.
public final class ByteSize {
    private static final String UNITS = "kmgtp";
    private static final Pattern SIZE = Pattern
            .compile("(\\d{1,18}(?:\\.\\d{1,9})?)([kmgtp]?)(?:i?b)?");

    private ByteSize() {}

    /// Reads a size; empty if the text is none, or if it is more than a long can count.
    public static OptionalLong parse(String text) {
        var matcher = SIZE.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            return OptionalLong.empty();
        }
        int shift = 10 * (UNITS.indexOf(matcher.group(2)) + 1);
        if (matcher.group(2).isEmpty()) {
            shift = 0;
        }
        var bytes = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(1L << shift));
        if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(bytes.longValue());
    }

    /// Writes a size with at most one decimal: `512 MiB`, `1.5 TiB`.
    public static String format(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        int unit = Math.min((63 - Long.numberOfLeadingZeros(bytes)) / 10, UNITS.length());
        double value = (double) bytes / (1L << (10 * unit));
        if (value >= 1023.95 && unit < UNITS.length()) {
            unit++;
            value /= 1024;
        }
        var number = String.format(Locale.ROOT, "%.1f", value);
        if (number.endsWith(".0")) {
            number = number.substring(0, number.length() - 2);
        }
        return number + " " + Character.toUpperCase(UNITS.charAt(unit - 1)) + "iB";
    }
}
