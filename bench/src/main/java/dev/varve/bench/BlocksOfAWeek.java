package dev.varve.bench;

import dev.varve.replay.TraceRequest;
import dev.varve.replay.TraceRequest.Operation;
import dev.varve.replay.Traffic;
import java.util.Optional;

/// Blocks that tell no times, spread evenly over a week.
///
/// Confined to one thread at a time.
final class BlocksOfAWeek implements Traffic {
    private static final double WEEK_MILLIS = 7 * 86_400e3;

    private final int[] references;
    private int at;

    /// @param references borrowed
    BlocksOfAWeek(int[] references) {
        this.references = references;
    }

    @Override
    public Optional<TraceRequest> next() {
        if (at == references.length) {
            return Optional.empty();
        }
        long millis = (long) (WEEK_MILLIS * at / references.length);
        return Optional.of(new TraceRequest(millis, Operation.FETCH, 0, 0, 1,
                new long[]{references[at++]}, TraceRequest.SIZE_UNKNOWN, 0));
    }

    @Override
    public String description() {
        return "blocks of a week";
    }

    @Override
    public void close() {
        // nothing is open
    }
}
