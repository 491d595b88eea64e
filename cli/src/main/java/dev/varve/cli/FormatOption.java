package dev.varve.cli;

import dev.varve.replay.TraceFormat;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// The option that says which format a trace has.
final class FormatOption {
    @Option(names = "--format", paramLabel = "FORMAT", converter = Reader.class,
            description = "The trace's format, where it cannot be told from the content: varve,"
                    + " mooncake, qwen, oracle-general, csv, lirs, arc, address, gradle, lrb,"
                    + " twitter, cambridge, object-store, spc, longs or ints (see docs/trace.md).")
    private Optional<TraceFormat> format = Optional.empty();

    Optional<TraceFormat> format() {
        return format;
    }

    /// Reads a format's name.
    static final class Reader implements ITypeConverter<TraceFormat> {
        @Override
        public TraceFormat convert(String text) {
            return TraceFormat.ofLabel(text)
                    .orElseThrow(() -> new TypeConversionException(
                            "format (" + text + ") must be one of " + TraceFormat.labels()));
        }
    }
}
