package dev.varve.replay;

import java.util.Optional;
import java.util.function.Function;

/// A trace of lines, each an access.
///
/// Confined to one thread at a time.
final class TextTrace implements Traffic {
    private final Lines lines;
    private final Function<Lines, TraceRequest> reader;

    private TextTrace(Lines lines, Function<Lines, TraceRequest> reader) {
        this.lines = lines;
        this.reader = reader;
    }

    /// @param lines owned: closed with the trace
    static TextTrace of(Lines lines, LineFormat format) {
        return new TextTrace(lines, format::read);
    }

    /// Columns that the first line names, if it is a header.
    ///
    /// @param lines owned: closed with the trace
    static TextTrace ofColumns(Lines lines) {
        return new TextTrace(lines, new Function<>() {
            private Optional<Columns> columns = Optional.empty();

            @Override
            public TraceRequest apply(Lines present) {
                if (columns.isEmpty()) {
                    var named = Columns.ofHeader(present.text());
                    columns = named.or(() -> Optional.of(Columns.DEFAULT));
                    if (named.isPresent()) {
                        return TraceRequest.access(
                                0, TraceRequest.Operation.TOUCH, TraceRequest.SIZE_UNKNOWN);
                    }
                }
                return columns.orElseThrow().read(present);
            }
        });
    }

    @Override
    public Optional<TraceRequest> next() {
        while (lines.next()) {
            var request = reader.apply(lines);
            if (request.blockIds().length > 0) {
                return Optional.of(request);
            }
        }
        return Optional.empty();
    }

    @Override
    public String description() {
        return "replayed from " + lines.name();
    }

    @Override
    public void close() {
        lines.close();
    }
}
