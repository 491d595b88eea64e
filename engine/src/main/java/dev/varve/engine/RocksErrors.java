package dev.varve.engine;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.nio.file.Path;
import java.util.Objects;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/// What RocksDB's errors mean to us.
///
/// Immutable.
final class RocksErrors {
    private RocksErrors() {}

    /// @param doing what failed, for the message: "read a block"
    static StorageException of(Path folder, String doing, RocksDBException e) {
        var kind = kind(e);
        return new StorageException(kind, "catalog " + folder + ": could not " + doing + ": "
                + Objects.requireNonNullElse(e.getMessage(), "no reason given") + advice(kind), e);
    }

    private static Kind kind(RocksDBException e) {
        var message = Objects.requireNonNullElse(e.getMessage(), "");
        var status = e.getStatus();
        if (status == null) {
            return Kind.UNAVAILABLE;
        }
        if (message.contains("While lock file") || message.contains("lock hold by current")) {
            return Kind.CONFLICT;
        }
        if (message.contains("No such file or directory")) {
            return Kind.CORRUPT;
        }
        return switch (status.getCode()) {
            case Corruption -> Kind.CORRUPT;
            case InvalidArgument, NotSupported -> Kind.CONFIG;
            case IOError -> status.getSubCode() == Status.SubCode.NoSpace
                    ? Kind.FULL
                    : Kind.UNAVAILABLE;
            case Ok, NotFound, MergeInProgress, Incomplete, ShutdownInProgress, TimedOut, Aborted,
                    Busy, Expired, TryAgain, Undefined ->
                Kind.UNAVAILABLE;
        };
    }

    private static String advice(Kind kind) {
        return switch (kind) {
            case CORRUPT -> "\nMaybe the disk is failing: copy the folder away, look at it with"
                    + " `varve verify`, and restore it from a backup.";
            case CONFIG -> "\nMaybe a newer version of Varve wrote it: start that one again.";
            case CONFLICT -> "\nMaybe another Varve is running on this folder.";
            case FULL -> "\nFree some space on the device; reading goes on meanwhile.";
            case UNAVAILABLE, CLOSED, ABSENT -> "";
        };
    }
}
