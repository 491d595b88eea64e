package dev.varve.bench;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// The page with the table: what was run, where, and what came of it.
///
/// @param options    how it was run
/// @param arguments  the same, as the command line had it
/// @param loadBefore the machine's load average before the first row
/// @param rows       the table
///
/// Immutable.
record Report(BenchOptions options, String arguments, double loadBefore, List<Row> rows) {

    Report {
        rows = List.copyOf(rows);
    }

    String markdown() {
        return String.format(Locale.ROOT,
                """
                        # Benchmarks

                        Varve beside its peers and limits, written by

                            bench/run %s

                        on %s, on one machine: %s.
                        Its load average was %.1f when this began; beyond 0.5 others worked on it
                        too, and ratios say more than figures.

                        Each figure is the median (least–most) of %d rounds of %d s. The sides of
                        a row take turns, round after round, and the ratio is the median of the
                        rounds' ratios. The same client program asks all servers, on the machine
                        that they run on.

                        | work | Varve | peer or limit | ratio | bar | met |
                        |---|---|---|---|---|---|
                        %s
                        """,
                arguments, LocalDate.now(ZoneOffset.UTC), Machine.describe(options.folder()),
                loadBefore, options.rounds(), options.roundMillis() / 1000,
                rows.stream().map(Row::markdown).collect(Collectors.joining("\n")));
    }
}
