package dev.varve.server;

import dev.varve.door.resp.RespSettings;
import dev.varve.engine.Engine;
import dev.varve.engine.ObjectKey;
import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import dev.varve.server.AdminServer.Answer;
import dev.varve.server.AdminServer.Page;
import dev.varve.server.AdminServer.Query;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// What the admin port says.
///
/// Thread-safe.
final class AdminPages {
    private static final System.Logger LOG = System.getLogger(AdminPages.class.getName());
    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;
    private static final int UNAVAILABLE = 503;

    private final Settings settings;
    private final Engine engine;
    private final Doors doors;
    private final ServerMetrics metrics;
    private final EnergyMeter energy;
    private final Reloading reloading;
    private final TraceRecorder recorder;
    private final Clock clock;
    private final long startNanos;

    AdminPages(
            Settings settings,
            Engine engine,
            Doors doors,
            ServerMetrics metrics,
            EnergyMeter energy,
            Reloading reloading,
            TraceRecorder recorder,
            Clock clock) {
        this.settings = settings;
        this.engine = engine;
        this.doors = doors;
        this.metrics = metrics;
        this.energy = energy;
        this.reloading = reloading;
        this.recorder = recorder;
        this.clock = clock;
        this.startNanos = clock.nanoTime();
    }

    /// What can be looked at, by path.
    Map<String, Function<Query, Page>> byPath() {
        return Map.of(
                "/health", _ -> health(),
                "/metrics", _ -> new Page(OK, ServerMetrics.TEXT_TYPE, metrics.scrape()),
                "/status", _ -> Page.json(OK, report().toJson()),
                "/explain", this::explain);
    }

    /// What can be asked to be done, by path.
    Map<String, Function<Query, Answer>> actions() {
        return Map.of(
                "/reload", _ -> reload(),
                "/trace", recorder::record,
                "/trace/stop", _ -> recorder.stop());
    }

    private Page reload() {
        try {
            return Page.text(OK, reloading.reload() + "\n");
        } catch (StorageException e) {
            return Page.text(CONFLICT, e.getMessage() + "\n");
        }
    }

    /// What became of a key, as lines of a name and a text.
    private Page explain(Query query) {
        var key = query.parameter("key").filter(text -> !text.isEmpty());
        if (key.isEmpty()) {
            return Page.text(BAD_REQUEST, "/explain?key=KEY[&bucket=BUCKET]\n");
        }
        var name = query.parameter("bucket").orElse(RespSettings.BUCKET);
        var bucket = engine.bucket(name);
        if (bucket.isEmpty()) {
            return Page.text(NOT_FOUND, "bucket " + name + " does not exist\n");
        }
        var lines = new StringBuilder();
        bucket.get()
                .explain(ObjectKey.of(key.get()))
                .facts(clock.epochMillis())
                .forEach((fact, text) -> lines.append(String.format("%-10s %s%n", fact, text)));
        return Page.text(OK, lines.toString());
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
        var status = engine.status();
        return new StatusReport(
                Version.text(),
                TimeUnit.NANOSECONDS.toSeconds(clock.nanoTime() - startNanos),
                settings.data().toString(),
                doors.respEndpoint(settings).toString(),
                doors.s3Endpoint(settings).toString(),
                ProcessMemory.residentBytes(),
                status,
                energy.report(status),
                doors.status(),
                doors.waitedMillis());
    }
}
