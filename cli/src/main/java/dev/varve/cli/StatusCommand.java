package dev.varve.cli;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.server.Endpoint;
import dev.varve.server.StatusReport;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `varve status`.
@Command(name = "status", description = "Show a running server in figures.", footer = {
        "",
        "Examples:",
        "  varve status --data DIR",
        "  varve status --admin 10.0.0.7:9100 --json"})
final class StatusCommand implements Runnable {
    private static final Duration WAIT = Duration.ofSeconds(10);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private DataFolder folder = new DataFolder();

    @Option(names = "--admin", paramLabel = "HOST:PORT",
            description = "The server's admin address (default: that of the server on the folder).")
    private Optional<String> admin = Optional.empty();

    @Option(names = "--json", description = "As JSON.")
    private boolean json;

    @Override
    public void run() {
        var endpoint = admin.map(this::parse).orElseGet(() -> folder.endpoints().admin());
        var text = fetch(endpoint.asSeenLocally());
        var out = spec.commandLine().getOut();
        out.print(json ? text : StatusTable.render(StatusReport.ofJson(text)));
        out.flush();
    }

    private Endpoint parse(String text) {
        return Endpoint.parse(text)
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(), "--admin (" + text + ") must be HOST:PORT"));
    }

    private static String fetch(Endpoint endpoint) {
        var uri = URI.create("http://" + endpoint + "/status");
        try (var http = HttpClient.newBuilder().connectTimeout(WAIT).build()) {
            var request = HttpRequest.newBuilder(uri).timeout(WAIT).build();
            var answer = http.send(request, BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new StorageException(
                        Kind.UNAVAILABLE, uri + " answered " + answer.statusCode());
            }
            return answer.body();
        } catch (IOException e) {
            throw new StorageException(Kind.UNAVAILABLE, "no server answers at " + endpoint, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StorageException(Kind.UNAVAILABLE, "interrupted", e);
        }
    }
}
