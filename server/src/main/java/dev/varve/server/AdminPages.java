package dev.varve.server;

import dev.varve.engine.Engine;
import dev.varve.env.Clock;
import dev.varve.server.AdminServer.Page;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// What the admin port says.
///
/// Thread-safe.
final class AdminPages {
    private static final System.Logger LOG = System.getLogger(AdminPages.class.getName());
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;

    private final Settings settings;
    private final Engine engine;
    private final Doors doors;
    private final ServerMetrics metrics;
    private final Clock clock;
    private final long startNanos;

    AdminPages(
            Settings settings,
            Engine engine,
            Doors doors,
            ServerMetrics metrics,
            Clock clock) {
        this.settings = settings;
        this.engine = engine;
        this.doors = doors;
        this.metrics = metrics;
        this.clock = clock;
        this.startNanos = clock.nanoTime();
    }

    Map<String, Supplier<Page>> byPath() {
        return Map.of(
                "/health", this::health,
                "/metrics", () -> Page.text(OK, ServerMetrics.TEXT_TYPE, metrics.scrape()),
                "/status", () -> Page.json(OK, report().toJson()));
    }

    private Page health() {
        try {
            engine.status();
            return Page.json(OK, "{\"status\":\"up\"}\n");
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "Not healthy", e);
            return Page.json(UNAVAILABLE, "{\"status\":\"down\"}\n");
        }
    }

    private StatusReport report() {
        return new StatusReport(
                Version.text(),
                TimeUnit.NANOSECONDS.toSeconds(clock.nanoTime() - startNanos),
                settings.data().toString(),
                doors.respEndpoint(settings).toString(),
                doors.s3Endpoint(settings).toString(),
                ProcessMemory.residentBytes(),
                engine.status(),
                doors.status());
    }
}
