package dev.varve.cli;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.server.Endpoint;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/// The options that say which server is asked, and the asking.
final class AdminAccess {
    private static final Duration WAIT = Duration.ofSeconds(10);

    @Spec(Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private DataFolder folder = new DataFolder();

    @Option(names = "--admin", paramLabel = "HOST:PORT",
            description = "The server's admin address (default: that of the server on the folder).")
    private Optional<String> admin = Optional.empty();

    /// What the server says under a path.
    ///
    /// @throws StorageException UNAVAILABLE if no server answers, ABSENT if it has no such thing
    String get(String path) {
        var endpoint = admin.map(this::parse).orElseGet(() -> folder.endpoints().admin());
        var uri = URI.create("http://" + endpoint.asSeenLocally() + path);
        try (var http = HttpClient.newBuilder().connectTimeout(WAIT).build()) {
            var request = HttpRequest.newBuilder(uri).timeout(WAIT).build();
            var answer = http.send(request, BodyHandlers.ofString());
            return switch (answer.statusCode()) {
                case 200 -> answer.body();
                case 404 -> throw new StorageException(Kind.ABSENT, answer.body().strip());
                default -> throw new StorageException(
                        Kind.UNAVAILABLE, uri + " answered " + answer.statusCode());
            };
        } catch (IOException e) {
            throw new StorageException(Kind.UNAVAILABLE, "no server answers at " + endpoint, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StorageException(Kind.UNAVAILABLE, "interrupted", e);
        }
    }

    private Endpoint parse(String text) {
        return Endpoint.parse(text)
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(), "--admin (" + text + ") must be HOST:PORT"));
    }
}
