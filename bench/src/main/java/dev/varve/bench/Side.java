package dev.varve.bench;

/// One of the parties of a [Comparison], ready to be measured.
///
/// Confined to the thread that runs the comparison.
interface Side {

    String name();

    /// Does the work once.
    ///
    /// @param round  0 for the warm-up, then counted from 1
    /// @param millis how long it should take
    /// @return the figure, in the comparison's unit
    double measure(int round, long millis) throws Exception;

    /// A side from its name and its work.
    static Side of(String name, Measurement measurement) {
        return new Side() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public double measure(int round, long millis) throws Exception {
                return measurement.measure(round, millis);
            }
        };
    }

    /// The work of a side, see [Side#measure].
    @FunctionalInterface
    interface Measurement {
        double measure(int round, long millis) throws Exception;
    }
}
