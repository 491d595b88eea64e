package dev.varve.replay.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A plot of two axes as inline SVG, in the classes of [PlanPage]'s style sheet.
///
/// Confined.
final class Plot {
    private static final int WIDTH = 560;
    private static final int HEIGHT = 340;
    private static final int LEFT = 64;
    private static final int RIGHT = 30;
    private static final int TOP = 16;
    private static final int BOTTOM = 48;
    private static final int TICKS = 6;

    private final String name;
    private final Axis across;
    private final Axis up;
    private final StringBuilder marks = new StringBuilder();

    /// One axis.
    private sealed interface Axis {
        String title();

        List<Double> ticks();

        /// Where a value lies, from 0 to 1.
        double share(double value);
    }

    /// An axis on which equal factors are equally far apart.
    private record Logarithmic(String title, double from, double to) implements Axis {
        static Logarithmic of(String title, Range range) {
            double from = Math.max(range.from, range.to * 1e-6);
            return new Logarithmic(title, from * 0.9, Math.max(range.to, from * 2) * 1.1);
        }

        @Override
        public List<Double> ticks() {
            var ticks = new ArrayList<Double>();
            for (double power = Math.pow(10,
                    Math.floor(Math.log10(from))); power < to; power *= 10) {
                for (int digit : new int[]{1, 2, 5}) {
                    if (digit * power >= from && digit * power <= to) {
                        ticks.add(digit * power);
                    }
                }
            }
            return ticks;
        }

        @Override
        public double share(double value) {
            return Math.log(value / from) / Math.log(to / from);
        }
    }

    /// An axis whose numbers begin at a tick and end at one.
    private record Linear(String title, double from, double to, double step) implements Axis {
        static Linear of(String title, double from, double to) {
            double span = Math.max(to - from, Math.abs(to) * 1e-3 + 1e-12);
            double rough = span / TICKS;
            double power = Math.pow(10, Math.floor(Math.log10(rough)));
            double step = 10 * power;
            for (double nice : new double[]{5, 2.5, 2, 1}) {
                step = nice * power >= rough ? nice * power : step;
            }
            return new Linear(title, Math.floor(from / step) * step, Math.ceil(to / step) * step,
                    step);
        }

        @Override
        public List<Double> ticks() {
            var ticks = new ArrayList<Double>();
            for (int i = 0; from + i * step <= to + step / 2; i++) {
                ticks.add(from + i * step);
            }
            return ticks;
        }

        @Override
        public double share(double value) {
            return (value - from) / (to - from);
        }
    }

    /// @param name of the plot, for those who cannot see it
    Plot(String name, String across, Range acrossRange, String up, Range upRange, Scale scale) {
        this.name = name;
        this.across = Linear.of(across, acrossRange.from, acrossRange.to);
        this.up = switch (scale) {
            case LINEAR -> Linear.of(up, upRange.from, upRange.to);
            case LOGARITHMIC -> Logarithmic.of(up, upRange);
        };
    }

    /// How the heights are divided.
    enum Scale {
        LINEAR,
        LOGARITHMIC
    }

    /// What an axis must show at least.
    record Range(double from, double to) {
        static Range of(double... values) {
            double from = Double.POSITIVE_INFINITY;
            double to = Double.NEGATIVE_INFINITY;
            for (double value : values) {
                from = Math.min(from, value);
                to = Math.max(to, value);
            }
            return new Range(from, to);
        }
    }

    /// A dot with words that appear where the mouse rests on it.
    Plot dot(String style, double x, double y, String words) {
        marks.append(String.format(Locale.ROOT,
                "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%s\"><title>%s</title></circle>%n",
                style, x(x), y(y), style.equals("best") ? "7" : "4", escape(words)));
        return this;
    }

    /// A line through points.
    Plot line(String style, double[] xs, double[] ys) {
        var points = new StringBuilder();
        for (int i = 0; i < xs.length; i++) {
            points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(xs[i]), y(ys[i])));
        }
        marks.append("<polyline class=\"")
                .append(style)
                .append("\" points=\"")
                .append(points.toString().strip())
                .append("\"/>\n");
        return this;
    }

    /// A band between two heights, over the whole width.
    Plot band(double from, double to) {
        marks.append(String.format(Locale.ROOT,
                "<rect class=\"band\" x=\"%d\" y=\"%.1f\" width=\"%d\" height=\"%.1f\"/>%n", LEFT,
                y(to), WIDTH - LEFT - RIGHT, y(from) - y(to)));
        return this;
    }

    String svg() {
        var svg = new StringBuilder();
        svg.append(String.format(Locale.ROOT,
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%n", WIDTH, HEIGHT,
                escape(name)));
        for (double tick : across.ticks()) {
            svg.append(String.format(Locale.ROOT, "<line class=\"grid\" x1=\"%.1f\" y1=\"%d\""
                    + " x2=\"%.1f\" y2=\"%d\"/><text class=\"tick\" x=\"%.1f\" y=\"%d\""
                    + " text-anchor=\"middle\">%s</text>%n", x(tick), TOP, x(tick),
                    HEIGHT - BOTTOM, x(tick), HEIGHT - BOTTOM + 18, label(tick)));
        }
        for (double tick : up.ticks()) {
            svg.append(String.format(Locale.ROOT, "<line class=\"grid\" x1=\"%d\" y1=\"%.1f\""
                    + " x2=\"%d\" y2=\"%.1f\"/><text class=\"tick\" x=\"%d\" y=\"%.1f\""
                    + " text-anchor=\"end\">%s</text>%n", LEFT, y(tick), WIDTH - RIGHT, y(tick),
                    LEFT - 8, y(tick) + 4, label(tick)));
        }
        svg.append(marks);
        svg.append(String.format(Locale.ROOT, "<text class=\"axis\" x=\"%d\" y=\"%d\""
                + " text-anchor=\"middle\">%s</text>%n", (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8,
                escape(across.title())));
        int middle = (TOP + HEIGHT - BOTTOM) / 2;
        svg.append(String.format(Locale.ROOT, "<text class=\"axis\" transform=\"translate(14 %d)"
                + " rotate(-90)\" text-anchor=\"middle\">%s</text>%n", middle, escape(up.title())));
        return svg.append("</svg>\n").toString();
    }

    /// Text as it may stand in HTML and SVG.
    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static String label(double tick) {
        if (Math.abs(tick) < 1e-9) {
            return "0";
        }
        String text = String.format(Locale.ROOT, Math.abs(tick) >= 1000 ? "%,.0f" : "%.3f", tick);
        return text.indexOf('.') < 0 ? text : text.replaceFirst("\\.?0+$", "");
    }

    private double x(double value) {
        return LEFT + across.share(value) * (WIDTH - LEFT - RIGHT);
    }

    private double y(double value) {
        return HEIGHT - BOTTOM - up.share(value) * (HEIGHT - TOP - BOTTOM);
    }
}
