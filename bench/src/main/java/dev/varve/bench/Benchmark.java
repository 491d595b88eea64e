package dev.varve.bench;

import java.util.List;

/// One entry of the command line: starts what it needs, measures, and ends it again.
///
/// Thread-safe: stateless.
interface Benchmark {

    /// What the command line calls it.
    String name();

    /// Runs in an empty workplace.
    List<Row> run(BenchOptions options, Workplace workplace) throws Exception;
}
