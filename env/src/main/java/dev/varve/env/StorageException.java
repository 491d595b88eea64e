package dev.varve.env;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// An operation that failed for a reason outside the program: the disk, the folder, the settings,
/// or the limits that a user set. Programmer errors are never reported this way.
public final class StorageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Kind kind;

    /// What the caller can act on; the message says the rest.
    public enum Kind {
        /// Stored bytes are not what was written. Never goes away by itself.
        CORRUPT,
        /// The medium did not answer or refused; may work later.
        UNAVAILABLE,
        /// No room within the configured budget or on the disk.
        FULL,
        /// The component was closed.
        CLOSED,
        /// A setting, a folder or a format that cannot be used as it is.
        CONFIG,
        /// Somebody else changed or holds what this operation needs.
        CONFLICT,
        /// The thing that was named does not exist.
        ABSENT
    }

    /// @param message what (value) must be what (value), in which file, key or offset
    public StorageException(Kind kind, String message) {
        this(kind, message, null);
    }

    /// @param cause the exception that this one wraps, if any
    public StorageException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    @Override
    public String getMessage() {
        return Objects.requireNonNullElse(super.getMessage(), "");
    }
}
