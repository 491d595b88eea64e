package dev.varve.replay.simulation;

import java.util.Locale;

/// A catalogue of media for a terminal: every figure with its mark and source.
///
/// Immutable.
public record MediaTable(MediaCatalogue catalogue) {

    /// Renders it.
    public String render() {
        var text = new StringBuilder();
        for (var medium : catalogue.media()) {
            text.append(medium.id()).append(": ").append(medium.name()).append('\n');
            for (var property : Property.values()) {
                var figure = medium.figures().get(property);
                if (figure != null) {
                    String date = figure.dated().map(day -> ", " + day).orElse("");
                    text.append(String.format(Locale.ROOT, "  %-16s %-14s %-12s %s%n",
                            property.key(), figure.written(),
                            figure.isAssumed() ? "ASSUMED" : figure.evidence().key(),
                            figure.source() + date));
                }
            }
            text.append('\n');
        }
        return text.toString();
    }
}
