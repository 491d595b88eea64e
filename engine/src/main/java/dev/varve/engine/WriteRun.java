package dev.varve.engine;

/// What a client wrote without asking for anything in between: in a KV cache, the blocks of one
/// prompt that were not there yet.
///
/// Confined to its client's thread, but for the length, which anyone may read.
final class WriteRun {
    private final boolean continued;
    private volatile int length;

    /// @param continued whether the client had read more than one object just before
    WriteRun(boolean continued) {
        this.continued = continued;
    }

    boolean isContinued() {
        return continued;
    }

    /// How many objects it has so far.
    int length() {
        return length;
    }

    /// Adds an object.
    ///
    /// @return its place, from 0
    int add() {
        int position = length;
        length = position + 1;
        return position;
    }
}
