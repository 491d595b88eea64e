package dev.varve.cli;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.server.Endpoints;
import dev.varve.server.Setting;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/// The option that says which folder, and thereby which server on this machine, is meant.
final class DataFolder {
    @Option(names = "--data", paramLabel = "DIR",
            description = "The server's data folder (default: $VARVE_DATA, else varve-data).")
    private String folder = System.getenv()
            .getOrDefault(
                    Setting.DATA.variable(), Setting.DATA.fallback());

    Path path() {
        return Path.of(folder);
    }

    /// Where the server on this folder listens.
    ///
    /// @throws StorageException ABSENT if none runs
    Endpoints endpoints() {
        return Endpoints.read(path())
                .orElseThrow(() -> new StorageException(
                        Kind.ABSENT,
                        "no server runs on " + folder + "; start one with: varve serve --data "
                                + folder));
    }
}
