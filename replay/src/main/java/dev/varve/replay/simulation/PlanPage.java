package dev.varve.replay.simulation;

import static dev.varve.replay.simulation.Plot.escape;

import dev.varve.replay.Figures;
import dev.varve.replay.simulation.Plot.Range;
import dev.varve.replay.simulation.Plot.Scale;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/// A [Plan] as one page of HTML that loads nothing: styles and plots are in it, and there is no
/// script.
///
/// Immutable.
record PlanPage(Plan plan) {
    /// From which ratio of the longest to the shortest time on equal steps would hide the short.
    private static final double WIDE = 6;

    private static final String STYLE = """
            body{font:15px/1.5 system-ui,sans-serif;color:#1c2733;background:#fff;max-width:1180px;\
            margin:2rem auto;padding:0 1.25rem}
            h1{font-size:1.5rem;margin:0 0 .25rem}h2{font-size:1.1rem;margin:2rem 0 .5rem}
            p{max-width:95ch}.quiet{color:#5b6875}
            .plots{display:grid;gap:1.25rem;align-items:start}
            .plots{grid-template-columns:repeat(auto-fit,minmax(430px,1fr))}
            figure{margin:0;border:1px solid #dde3e9;border-radius:6px;padding:.75rem}
            figcaption{font-weight:600;margin-bottom:.25rem}
            svg{width:100%;height:auto;display:block}
            .grid{stroke:#e6ebf0}.tick{font-size:12px;fill:#5b6875}
            .axis{font-size:13px;fill:#1c2733}
            .tried{fill:#b9c4cf}.front{fill:#1f6feb}.best{fill:none;stroke:#d1462f;stroke-width:3}
            .band{fill:#1f6feb;opacity:.12}.minutes{fill:none;stroke:#1f6feb;stroke-width:1.5}
            .idle{fill:#8fa3b8}.work{fill:#1f6feb}
            .key{font-size:.85rem;color:#5b6875;margin:.25rem 0 0}
            .key b{font-weight:600}.scroll{overflow-x:auto}
            table{border-collapse:collapse;font-size:.87rem;white-space:nowrap}
            th,td{text-align:right;padding:.25rem .5rem;border-bottom:1px solid #e6ebf0}
            th{font-weight:600;color:#5b6875}
            td:first-child,th:first-child{text-align:left}
            td:first-child{white-space:normal;min-width:11rem}
            td.source{text-align:left;white-space:normal}
            tr.chosen{background:#fdf1ee}tr.assumed td{color:#a23522}
            code{background:#f2f5f8;padding:.15rem .35rem;border-radius:4px}
            """;

    String render() {
        var text = new PlanText(plan);
        var page = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\"><head>"
                + "<meta charset=\"utf-8\"><meta name=\"viewport\""
                + " content=\"width=device-width\"><title>Varve plan</title>\n<style>\n" + STYLE
                + "</style></head><body>\n<h1>A plan for memory and flash</h1>\n");
        page.append("<p class=\"quiet\">").append(lines(text.head())).append("</p>\n");
        plan.recommended()
                .ifPresentOrElse(best -> page.append("<h2>Recommended: ")
                        .append(escape(best.tiers()))
                        .append("</h2>\n<p>For ")
                        .append(escape(text.conditions()))
                        .append(".</p>\n<p><code>varve serve ")
                        .append(escape(PlanText.options(best)))
                        .append("</code></p>\n<p>")
                        .append(escape(text.sureness().replace('\n', ' ')))
                        .append("</p>\n"),
                        () -> page.append("<p>Nothing to recommend: no hierarchy that was tried"
                                + " meets ").append(escape(text.conditions())).append(".</p>\n"));
        page.append("<div class=\"plots\">\n");
        page.append(scatter("Speed and power", "power, W", one -> one.outcome().watts()));
        page.append(scatter("Speed and price", "price, USD", one -> one.outcome().price()));
        plan.recommended().ifPresent(best -> page.append(minutes(best)).append(power(best)));
        page.append("</div>\n<h2>Beaten by none</h2>\n").append(front(text));
        plan.recommended()
                .ifPresent(best -> page.append("<h2>The recommended tiers</h2>\n")
                        .append(tiers(best))
                        .append("<h2>Figures of their media</h2>\n")
                        .append("<p class=\"quiet\">Assumed ones are red; a price holds of its"
                                + " day.</p>\n")
                        .append(media(best)));
        return page.append("</body></html>\n").toString();
    }

    private static String lines(String text) {
        return escape(text.strip()).replace("\n", "<br>\n");
    }

    private String scatter(String title, String across, ToDoubleFunction<PlanCandidate> cost) {
        var times = range(PlanPage::millis);
        var plot = new Plot(title, across, range(cost), "time to a block, ms", times,
                times.to() > WIDE * times.from() ? Scale.LOGARITHMIC : Scale.LINEAR);
        for (var one : plan.tried()) {
            if (!plan.front().contains(one)) {
                plot.dot("tried", cost.applyAsDouble(one), millis(one), words(one));
            }
        }
        for (var one : plan.front()) {
            plot.dot("front", cost.applyAsDouble(one), millis(one), words(one));
        }
        plan.recommended()
                .ifPresent(best -> plot.dot("best", cost.applyAsDouble(best), millis(best),
                        words(best)));
        return figure(title, plot.svg(), "<b>Blue</b>: beaten by none in speed, energy, price and"
                + " lifetime together. Grey: the others. Ring: recommended.");
    }

    private Range range(ToDoubleFunction<PlanCandidate> figure) {
        return Range.of(plan.tried().stream().mapToDouble(figure).toArray());
    }

    private static double millis(PlanCandidate one) {
        return one.outcome().secondsPerBlock() * 1e3;
    }

    private static String words(PlanCandidate one) {
        return one.tiers() + ", " + one.eviction() + ", " + one.writing() + ": "
                + Figures.percent(one.outcome().hitRatio()) + " served, "
                + Figures.seconds(one.outcome().secondsPerBlock()) + ", "
                + Figures.watts(one.outcome().watts()) + ", "
                + Figures.dollars(one.outcome().price());
    }

    private String minutes(PlanCandidate best) {
        var minutes = best.outcome().minutes();
        double[] xs = new double[minutes.size()];
        double[] ys = new double[minutes.size()];
        for (int i = 0; i < xs.length; i++) {
            xs[i] = i;
            long blocks = minutes.get(i).blocks();
            ys[i] = blocks == 0 ? 0 : 100.0 * minutes.get(i).hits() / blocks;
        }
        var range = plan.sureness().hitRatio().get(plan.best().orElseThrow());
        String title = "Served, minute by minute";
        double highest = Math.max(100 * range.to(), Range.of(ys).to());
        var plot = new Plot(title, "minute of the traffic", new Range(0, Math.max(1, xs.length)),
                "served, %", new Range(0, highest), Scale.LINEAR)
                .band(100 * range.from(), 100 * range.to())
                .line("minutes", xs, ys);
        return figure(title, plot.svg(), "Band: where the whole is in 90 of 100 resamples.");
    }

    /// A bar for each tier.
    private static String power(PlanCandidate best) {
        var tiers = best.outcome().tiers();
        double seconds = Math.max(1e-9, best.outcome().seconds());
        double most = tiers.stream().mapToDouble(TierOutcome::joules).max().orElse(1) / seconds;
        int height = 44 * tiers.size() + 20;
        var svg = new StringBuilder(String.format(Locale.ROOT,
                "<svg viewBox=\"0 0 560 %d\" role=\"img\" aria-label=\"Power of each tier\">%n",
                height));
        for (int i = 0; i < tiers.size(); i++) {
            var tier = tiers.get(i);
            double idle = tier.idleJoules() / seconds / most * 340;
            double work = tier.requestJoules() / seconds / most * 340;
            int y = 14 + 44 * i;
            svg.append(String.format(Locale.ROOT,
                    "<text class=\"axis\" x=\"96\" y=\"%d\" text-anchor=\"end\">%s</text>"
                            + "<rect class=\"idle\" x=\"108\" y=\"%d\" width=\"%.1f\""
                            + " height=\"26\"/><rect class=\"work\" x=\"%.1f\" y=\"%d\""
                            + " width=\"%.1f\" height=\"26\"/>"
                            + "<text class=\"tick\" x=\"%.1f\" y=\"%d\">%s</text>%n",
                    y + 18, escape(tier.medium()), y, idle, 108 + idle, y, work,
                    116 + idle + work, y + 18,
                    escape(Figures.watts(tier.joules() / seconds))));
        }
        return figure("Power of each recommended tier", svg.append("</svg>\n").toString(),
                "<b>Blue</b>: moving bytes. Grey: being there.");
    }

    private static String figure(String title, String svg, String key) {
        return "<figure><figcaption>" + escape(title) + "</figcaption>\n" + svg
                + "<p class=\"key\">" + key + "</p></figure>\n";
    }

    private String front(PlanText text) {
        var table = new StringBuilder("<div class=\"scroll\"><table><tr><th>tiers</th>"
                + "<th>eviction</th><th>admission</th><th>hits</th><th>90 of 100 resamples</th>"
                + "<th>time to a block</th><th>p99 of a hit</th><th>power</th><th>price</th>"
                + "<th>wears out in</th></tr>\n");
        for (int index : text.shown()) {
            boolean chosen = plan.best().isPresent() && plan.best().getAsInt() == index;
            List<String> row = text.row(index);
            var range = plan.sureness().hitRatio().get(index);
            table.append(chosen ? "<tr class=\"chosen\">" : "<tr>");
            for (int column = 1; column < row.size(); column++) {
                cell(table, row.get(column));
                if (column == 4) {
                    cell(table, Figures.percent(range.from()) + " to "
                            + Figures.percent(range.to()));
                }
            }
            table.append("</tr>\n");
        }
        return table.append("</table></div>\n").toString();
    }

    private static void cell(StringBuilder table, String text) {
        table.append("<td>").append(escape(text)).append("</td>");
    }

    private static String tiers(PlanCandidate best) {
        double seconds = Math.max(1e-9, best.outcome().seconds());
        var table = new StringBuilder("<div class=\"scroll\"><table><tr><th>tier</th><th>size</th>"
                + "<th>devices</th><th>blocks served</th><th>read</th><th>written</th>"
                + "<th>power</th><th>of it idle</th><th>asleep</th><th>endurance used a year</th>"
                + "<th>price</th></tr>\n");
        for (var tier : best.outcome().tiers()) {
            table.append("<tr>");
            for (String text : List.of(tier.medium(), Figures.bytes(tier.capacityBytes()),
                    Figures.digits(tier.devices()),
                    String.format(Locale.ROOT, "%,d", tier.hits()),
                    Figures.bytes(tier.readBytes()), Figures.bytes(tier.writtenBytes()),
                    Figures.watts(tier.joules() / seconds),
                    Figures.watts(tier.idleJoules() / seconds),
                    Figures.percent(tier.asleepSeconds() / seconds),
                    Figures.percent(tier.endurancePerYear()),
                    Figures.dollars(tier.price()))) {
                cell(table, text);
            }
            table.append("</tr>\n");
        }
        return table.append("</table></div>\n").toString();
    }

    private static String media(PlanCandidate best) {
        var table = new StringBuilder("<div class=\"scroll\"><table><tr><th>figure</th>"
                + "<th>value</th><th>evidence</th><th>source</th></tr>\n");
        PlanText.media(best).forEach(medium -> {
            table.append("<tr><td colspan=\"4\"><b>")
                    .append(escape(medium.name()))
                    .append("</b></td></tr>\n");
            for (var property : Property.values()) {
                var figure = medium.figures().get(property);
                if (figure != null) {
                    table.append(figure.isAssumed() ? "<tr class=\"assumed\">" : "<tr>");
                    cell(table, property.key());
                    cell(table, figure.written());
                    cell(table, figure.evidence().key());
                    table.append("<td class=\"source\">")
                            .append(escape(figure.source()
                                    + figure.dated().map(day -> ", " + day).orElse("")))
                            .append("</td></tr>\n");
                }
            }
        });
        return table.append("</table></div>\n").toString();
    }
}
