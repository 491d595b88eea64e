package dev.varve.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// `BUCKET/KEY`, as commands take it; the key is empty where there is no slash.
///
/// Immutable.
record ObjectName(String bucket, String key) {

    /// Reads an object's name, which needs a key.
    static final class Reader implements ITypeConverter<ObjectName> {
        @Override
        public ObjectName convert(String text) {
            var name = ObjectName.of(text);
            if (name.bucket().isEmpty() || name.key().isEmpty()) {
                throw new TypeConversionException("'" + text + "' must be BUCKET/KEY");
            }
            return name;
        }
    }

    static ObjectName of(String text) {
        int slash = text.indexOf('/');
        return slash < 0
                ? new ObjectName(text, "")
                : new ObjectName(text.substring(0, slash), text.substring(slash + 1));
    }

    @Override
    public String toString() {
        return bucket + "/" + key;
    }
}
