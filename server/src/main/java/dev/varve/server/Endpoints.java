package dev.varve.server;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.Properties;

/// Where a running server listens. Kept in the file `endpoints` of the data folder while the server
/// runs, so that commands on the same machine find it; a server that was killed leaves its file
/// behind.
///
/// @param resp  the Redis door
/// @param respTls the Redis door for TLS, if it offers that
/// @param s3    the S3 door
/// @param admin health, metrics and status
///
/// Immutable.
public record Endpoints(
        Endpoint resp,
        Optional<Endpoint> respTls,
        Endpoint s3,
        Endpoint admin) {
    static final String FILE_NAME = "endpoints";

    /// What the folder's file says; empty if there is none that says it all.
    public static Optional<Endpoints> read(Path folder) {
        var properties = new Properties();
        try (var reader = Files.newBufferedReader(folder.resolve(FILE_NAME))) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
        return endpoint(properties, "resp").flatMap(resp -> endpoint(properties, "s3")
                .flatMap(s3 -> endpoint(properties, "admin")
                        .map(admin -> new Endpoints(
                                resp, endpoint(properties, "resp-tls"), s3, admin))));
    }

    private static Optional<Endpoint> endpoint(Properties properties, String name) {
        return Endpoint.parse(properties.getProperty(name, ""));
    }

    /// Replaces the folder's file. The caller holds the folder.
    void write(Path folder) {
        var file = folder.resolve(FILE_NAME);
        var draft = folder.resolve(FILE_NAME + ".new");
        try {
            Files.writeString(draft,
                    "resp = " + resp + respTls.map(tls -> "\nresp-tls = " + tls).orElse("")
                            + "\ns3 = " + s3 + "\nadmin = " + admin + "\n");
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new StorageException(
                    Kind.UNAVAILABLE, "endpoints (" + file + ") must be writable", e);
        }
    }

    /// Removes the folder's file, if it can.
    static void remove(Path folder) {
        try {
            Files.deleteIfExists(folder.resolve(FILE_NAME));
        } catch (IOException e) {
            System.getLogger(Endpoints.class.getName())
                    .log(System.Logger.Level.WARNING, "Could not remove the endpoints file", e);
        }
    }
}
