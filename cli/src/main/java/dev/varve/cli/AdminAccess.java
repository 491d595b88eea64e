package dev.varve.cli;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.server.Endpoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;
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
        return ask(path, HttpRequest.Builder::GET, AdminAccess::text);
    }

    /// Asks for something to be done, which only a server on this machine does.
    ///
    /// @throws StorageException as [#get], and CONFLICT if it cannot be done now
    String post(String path) {
        return ask(path, AdminAccess::posting, AdminAccess::text);
    }

    /// As [#post], where the answer is a stream, which goes into a file as it comes.
    void post(String path, OutputStream target) {
        ask(path, AdminAccess::posting, body -> {
            body.transferTo(target);
            return "";
        });
    }

    /// Reads the answer to a request to its end.
    private interface Reading {
        String read(InputStream body) throws IOException;
    }

    private static String read(Reading reading, InputStream body, Endpoint endpoint) {
        try {
            return reading.read(body);
        } catch (IOException e) {
            throw new StorageException(
                    Kind.UNAVAILABLE, "the answer of " + endpoint + " broke off: " + e, e);
        }
    }

    private static HttpRequest.Builder posting(HttpRequest.Builder request) {
        return request.POST(HttpRequest.BodyPublishers.noBody());
    }

    private static String text(InputStream body) throws IOException {
        return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    }

    private String ask(
            String path,
            UnaryOperator<HttpRequest.Builder> method,
            Reading reading) {
        var endpoint = admin.map(this::parse).orElseGet(() -> folder.endpoints().admin());
        var uri = URI.create("http://" + endpoint.asSeenLocally() + path);
        try (var http = HttpClient.newBuilder().connectTimeout(WAIT).build()) {
            var request = method.apply(HttpRequest.newBuilder(uri).timeout(WAIT)).build();
            var answer = http.send(request, BodyHandlers.ofInputStream());
            try (var body = answer.body()) {
                return switch (answer.statusCode()) {
                    case 200 -> read(reading, body, endpoint);
                    case 404 -> throw new StorageException(Kind.ABSENT, text(body).strip());
                    case 400, 403, 409 ->
                        throw new StorageException(Kind.CONFLICT, text(body).strip());
                    default -> throw new StorageException(
                            Kind.UNAVAILABLE, uri + " answered " + answer.statusCode());
                };
            }
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
