package dev.varve.replay;

import dev.varve.replay.TraceRequest.Operation;
import dev.varve.trace.TraceEvent;
import dev.varve.trace.TraceReader;
import dev.varve.trace.TraceReader.Ending;
import java.io.InputStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// What `varve trace record` has recorded.
///
/// A read that hit is a [Operation#FETCH]: where a replay misses it, the client would have written
/// the value again. A read that missed is a [Operation#READ], as its write was recorded too.
///
/// Confined to one thread at a time.
public final class RecordedTrace implements Traffic {
    private final String name;
    private final TraceReader reader;

    /// @param source owned: closed with the trace
    public RecordedTrace(String name, InputStream source) {
        this.name = name;
        reader = new TraceReader(name, source);
    }

    /// The recording itself; borrowed.
    public TraceReader reader() {
        return reader;
    }

    @Override
    public Optional<TraceRequest> next() {
        return reader.next().map(RecordedTrace::request);
    }

    @Override
    public String description() {
        var header = reader.header();
        return "recorded into " + name + " from "
                + Instant.ofEpochMilli(header.startMillis()).truncatedTo(ChronoUnit.SECONDS)
                + String.format(Locale.ROOT, " on, %.4g %% of all keys", 100 * header.rate());
    }

    @Override
    public double sampleRate() {
        return reader.header().rate();
    }

    @Override
    public List<String> remarks() {
        var remarks = new ArrayList<String>();
        if (reader.ending() == Ending.CUT_OFF) {
            remarks.add(name + " was cut off: read up to its last whole block, which ends at"
                    + " offset " + reader.wholeBytes());
        }
        if (reader.droppedEvents() > 0) {
            remarks.add("the recorder dropped " + reader.droppedEvents()
                    + " accesses, because its reader was too slow");
        }
        return List.copyOf(remarks);
    }

    @Override
    public void close() {
        reader.close();
    }

    private static TraceRequest request(TraceEvent event) {
        var operation = switch (event.operation()) {
            case READ_HIT -> Operation.FETCH;
            case READ_MISS -> Operation.READ;
            case EXISTS_HIT, EXISTS_MISS -> Operation.EXISTS;
            case WRITE -> Operation.WRITE;
            case DELETE -> Operation.DELETE;
            case TOUCH -> Operation.TOUCH;
        };
        boolean isSized = switch (event.operation()) {
            case READ_HIT, EXISTS_HIT, WRITE -> true;
            case READ_MISS, EXISTS_MISS, DELETE, TOUCH -> false;
        };
        return new TraceRequest(TimeUnit.MICROSECONDS.toMillis(event.timeMicros()), operation, 0, 0,
                TraceRequest.TOKENS_PER_BLOCK, new long[]{event.keyHash()},
                isSized ? event.sizeBytes() : TraceRequest.SIZE_UNKNOWN, event.connection());
    }
}
