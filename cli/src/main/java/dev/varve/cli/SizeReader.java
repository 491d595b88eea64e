package dev.varve.cli;

import dev.varve.server.ByteSize;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads sizes such as `64k` from the command line.
final class SizeReader implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
        return ByteSize.parse(text)
                .orElseThrow(() -> new TypeConversionException(
                        "'" + text + "' must be a size such as 64k, 512m or 1.5g"));
    }
}
