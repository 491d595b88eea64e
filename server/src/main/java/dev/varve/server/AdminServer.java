package dev.varve.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.env.Tasks;
import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/// The admin port: pages that anybody who reaches it may look at, and actions that only this
/// machine may ask for.
///
/// The JDK's own HTTP server serves it: a few small answers a minute need no event loop, and it
/// stays apart from the doors' network code, so that it still answers when they are in trouble.
///
/// Thread-safe.
final class AdminServer implements AutoCloseable {
    private static final int BACKLOG = 64;
    /// What the JDK's server takes for that.
    private static final int LENGTH_UNKNOWN = 0;

    private final HttpServer http;
    private final Endpoint endpoint;

    /// What a request is answered with.
    sealed interface Answer {}

    /// What a page says.
    record Page(int code, String type, String body) implements Answer {
        static Page json(int code, String body) {
            return new Page(code, "application/json", body);
        }

        static Page text(int code, String body) {
            return new Page(code, "text/plain; charset=utf-8", body);
        }
    }

    /// Bytes that are sent as they come about.
    record Stream(String type, Source source) implements Answer {}

    /// Where the bytes of a stream come from.
    interface Source extends AutoCloseable {
        /// Blocks until all is written, or nobody reads on.
        ///
        /// @param out borrowed
        void writeTo(OutputStream out);

        /// Called in any case, also where nothing was asked for.
        @Override
        void close();
    }

    /// What a request asks for beside its path.
    record Query(Map<String, String> parameters) {
        static Query of(URI uri) {
            var parameters = new HashMap<String, String>();
            for (var pair : Objects.requireNonNullElse(uri.getRawQuery(), "")
                    .split("&", -1)) {
                int equals = pair.indexOf('=');
                if (equals > 0) {
                    parameters.put(decoded(pair.substring(0, equals)),
                            decoded(pair.substring(equals + 1)));
                }
            }
            return new Query(Map.copyOf(parameters));
        }

        Optional<String> parameter(String name) {
            return Optional.ofNullable(parameters.get(name));
        }

        private static String decoded(String text) {
            try {
                return URLDecoder.decode(text, StandardCharsets.UTF_8);
            } catch (IllegalArgumentException malformed) {
                return text;
            }
        }
    }

    private AdminServer(HttpServer http, Endpoint endpoint) {
        this.http = http;
        this.endpoint = endpoint;
    }

    /// Listens, and serves each page under its path to GET, each action to POST.
    ///
    /// @param tasks runs the answers
    /// @throws StorageException CONFLICT if the port is taken, CONFIG if the address is not this
    ///         machine's
    static AdminServer open(
            Endpoint wanted,
            Tasks tasks,
            Map<String, Function<Query, Page>> pages,
            Map<String, Function<Query, Answer>> actions) {
        var http = bind(wanted);
        http.setExecutor(answer -> tasks.start("admin", answer));
        http.createContext("/", exchange -> answer(exchange, pages, actions));
        http.start();
        return new AdminServer(http, new Endpoint(wanted.host(), http.getAddress().getPort()));
    }

    /// Where it listens, with the real port.
    Endpoint endpoint() {
        return endpoint;
    }

    /// Ends at once; answers on their way are cut off.
    @Override
    public void close() {
        http.stop(0);
    }

    private static HttpServer bind(Endpoint wanted) {
        try {
            return HttpServer.create(new InetSocketAddress(wanted.host(), wanted.port()), BACKLOG);
        } catch (BindException e) {
            throw new StorageException(
                    Kind.CONFLICT,
                    "admin-port (" + wanted.port() + ") must be free, and " + wanted.host()
                            + " must be an address of this machine: " + e.getMessage(),
                    e);
        } catch (IOException | RuntimeException e) {
            throw new StorageException(
                    Kind.CONFIG,
                    "admin-host (" + wanted.host() + ") must be an address of this machine: "
                            + e.getMessage(),
                    e);
        }
    }

    private static void answer(
            HttpExchange exchange,
            Map<String, Function<Query, Page>> pages,
            Map<String, Function<Query, Answer>> actions) throws IOException {
        try (exchange) {
            var action = actions.get(exchange.getRequestURI().getPath());
            switch (action == null ? page(exchange, pages) : act(exchange, action)) {
                case Page page -> send(exchange, page);
                case Stream stream -> send(exchange, stream);
            }
        }
    }

    private static void send(HttpExchange exchange, Page page) throws IOException {
        var body = page.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", page.type());
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(page.code(), -1);
        } else {
            exchange.sendResponseHeaders(page.code(), body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static void send(HttpExchange exchange, Stream stream) throws IOException {
        try (var source = stream.source()) {
            exchange.getResponseHeaders().set("Content-Type", stream.type());
            exchange.sendResponseHeaders(200, LENGTH_UNKNOWN);
            // The end of the answer is sent before the source is closed, which others wait for.
            try (var body = exchange.getResponseBody()) {
                source.writeTo(body);
            }
        }
    }

    private static Answer act(HttpExchange exchange, Function<Query, Answer> action) {
        if (!exchange.getRemoteAddress().getAddress().isLoopbackAddress()) {
            return Page.text(403, "From this machine only\n");
        }
        if (!exchange.getRequestMethod().equals("POST")) {
            return Page.text(405, "POST only\n");
        }
        return action.apply(Query.of(exchange.getRequestURI()));
    }

    private static Page page(
            HttpExchange exchange,
            Map<String, Function<Query, Page>> pages) {
        var method = exchange.getRequestMethod();
        var page = pages.get(exchange.getRequestURI().getPath());
        if (page == null) {
            var known = String.join(" ", pages.keySet().stream().sorted().toList());
            return Page.text(404, "Here are " + known + "\n");
        }
        if (!method.equals("GET") && !method.equals("HEAD")) {
            return Page.text(405, "GET only\n");
        }
        return page.apply(Query.of(exchange.getRequestURI()));
    }
}
