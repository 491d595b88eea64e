package dev.varve.cli;

import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.server.S3Keys;
import picocli.CommandLine.Mixin;

/// Reaches the server that runs on a folder of this machine, with the folder's own keys.
final class ServerAccess {
    @Mixin
    private DataFolder folder = new DataFolder();

    /// A client of the server's S3 door; the caller closes it.
    ///
    /// @throws StorageException ABSENT if no server runs on the folder
    S3Client connect() {
        var endpoints = folder.endpoints();
        var keys = S3Keys.read(folder.path())
                .orElseThrow(() -> new StorageException(
                        Kind.ABSENT, "data (" + folder.path() + ") must hold the server's keys"));
        return new S3Client(endpoints.s3(), keys, Clock.system());
    }
}
