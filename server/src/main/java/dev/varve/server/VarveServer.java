package dev.varve.server;

import dev.varve.door.local.LocalDoor;
import dev.varve.door.local.LocalSettings;
import dev.varve.door.resp.RespDoor;
import dev.varve.door.resp.RespSettings;
import dev.varve.door.resp.TlsIdentity;
import dev.varve.door.resp.TlsSettings;
import dev.varve.door.s3.S3Door;
import dev.varve.door.s3.S3Settings;
import dev.varve.engine.Engine;
import dev.varve.engine.EngineStatus.Survival;
import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.env.SystemTasks;
import dev.varve.env.Tasks;
import dev.varve.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// A whole server in one process.
///
/// Thread-safe.
public final class VarveServer implements AutoCloseable {
    /// A processor's meter begins anew after minutes at full power.
    private static final Duration ENERGY_PAUSE = Duration.ofSeconds(20);
    /// A drive's counter takes minutes for a step, and an answer costs a sleeping drive something.
    private static final Duration DRIVES_PAUSE = Duration.ofMinutes(1);

    private final Opened parts;
    private final Settings settings;
    private final Store store;
    private final Endpoints endpoints;
    private final Reloading reloading;

    private VarveServer(
            Opened parts,
            Settings settings,
            Store store,
            Endpoints endpoints,
            Reloading reloading) {
        this.parts = parts;
        this.settings = settings;
        this.store = store;
        this.endpoints = endpoints;
        this.reloading = reloading;
    }

    /// Opens a server whose settings never change, and which models no energy.
    ///
    /// @throws StorageException as the other one
    public static VarveServer start(Settings settings, Clock clock, RandomGenerator random) {
        return start(settings, () -> settings, EnergyFigures.Catalogue.NONE, clock, random);
    }

    /// Opens everything from the bottom up; closing goes the same way back.
    ///
    /// @param source reads the settings anew for [#reload]; throws a [StorageException] of kind
    ///               CONFIG if they cannot be used. Called from any thread
    /// @param media  knows the media that the settings name
    /// @param random unpredictable: makes the S3 keys at the first start
    /// @throws dev.varve.env.StorageException CONFLICT if another process holds the folder or a
    ///         port, CONFIG if the folder or an address cannot be used
    public static VarveServer start(
            Settings settings,
            Supplier<Settings> source,
            EnergyFigures.Catalogue media,
            Clock clock,
            RandomGenerator random) {
        var parts = new Opened();
        try {
            var data = settings.data();
            var tasks = parts.add(new SystemTasks());
            var flash = figures(Setting.FLASH_MEDIUM, settings.media().flash(), media);
            var store = parts.add(Store.open(data, settings.store().on(flash.ofFlash())));
            var engine = store.engine();
            engine.divide(settings.shares(settings));
            var keys = S3Keys.openOrCreate(data, random);
            var energy = energyMeter(
                    figures(Setting.MEMORY_MEDIUM, settings.media().memory(), media), flash, clock,
                    tasks);
            var metrics = parts.add(new ServerMetrics(engine::status, energy));
            var resp = parts.add(atSetting(Setting.RESP_PORT, settings.resp(), () -> RespDoor.open(
                    engine, respSettings(settings), clock, tasks, metrics.respLatencies())));
            var tls = settings.respTls().map(wanted -> OpenTls.on(resp, wanted));
            var s3 = parts.add(atSetting(Setting.S3_PORT, settings.s3(), () -> S3Door.open(
                    engine, s3Settings(settings), keys::secretOf, clock, random, tasks)));
            var local = settings.localSocket()
                    .map(socket -> parts.add(LocalDoor.open(engine,
                            LocalSettings.at(socket, RespSettings.BUCKET), new RespEntry(resp),
                            clock, tasks)));
            local.ifPresent(door -> metrics.watchLocal(door::counters));
            metrics.watchResp(resp::counters);
            metrics.watchS3(s3::counters);
            var doors = new Doors(resp, s3, local);
            var reloading = new Reloading(settings, source, engine, resp,
                    tls.map(OpenTls::identity));
            var recorder = new TraceRecorder(engine, clock, random);
            metrics.watchTrace(recorder.tally());
            var pages = new AdminPages(
                    settings, engine, doors, metrics, energy, reloading, recorder,
                    clock);
            var admin = parts.add(AdminServer.open(
                    settings.admin(), tasks, pages.byPath(), pages.actions()));
            parts.add(recorder);
            var endpoints = new Endpoints(
                    doors.respEndpoint(settings), tls.map(OpenTls::endpoint),
                    doors.s3Endpoint(settings), admin.endpoint());
            endpoints.write(data);
            parts.add(() -> Endpoints.remove(data));
            return new VarveServer(parts, settings, store, endpoints, reloading);
        } catch (RuntimeException e) {
            parts.closeAfter(e);
            throw e;
        }
    }

    /// Where it listens, with the real ports.
    public Endpoints endpoints() {
        return endpoints;
    }

    /// The store's engine; closed with the server.
    public Engine engine() {
        return store.engine();
    }

    /// What this machine does not offer and the server does without, a line each.
    public List<String> remarks() {
        return store.remarks();
    }

    /// What a user wants to know after the start, a line each.
    public List<String> facts() {
        var facts = new ArrayList<String>();
        facts.add("Varve " + Version.text());
        facts.add("  data    " + settings.data() + " (memory "
                + ByteSize.format(settings.store().memoryBytes()) + ", flash "
                + ByteSize.format(settings.store().flashBytes()) + ")");
        facts.add("  redis   redis://" + endpoints.resp()
                + (settings.respUsers().isEmpty() ? "" : " (users must authenticate)"));
        settings.respTls()
                .ifPresent(tls -> facts.add("  redis   rediss://"
                        + endpoints.respTls().orElseThrow() + " (TLS; certificate valid until "
                        + tls.identity().validUntil() + ")"));
        settings.localSocket().ifPresent(socket -> facts.add("  local   " + socket));
        facts.add("  s3      http://" + endpoints.s3() + " (keys: varve keys --data "
                + settings.data() + ")");
        facts.add("  admin   http://" + endpoints.admin() + "/status /health /metrics");
        found(engine().status().survival()).ifPresent(facts::add);
        remarks().forEach(remark -> facts.add("note: " + remark));
        return facts;
    }

    private static Optional<String> found(Survival survival) {
        long dropped = survival.dropped().values().stream().mapToLong(Long::longValue).sum();
        return survival.foundBlocks() == 0 && dropped == 0
                ? Optional.empty()
                : Optional.of("  found   " + survival.foundBlocks() + " blocks ("
                        + ByteSize.format(survival.foundBytes()) + ") in memory" + (dropped == 0
                                ? ""
                                : "; dropped " + dropped + ", see varve status"));
    }

    /// Reads the settings anew and puts users and the TLS certificate in force; all other settings
    /// hold until the server's end. Logs one line.
    ///
    /// @return the line, which says what is in force now
    /// @throws StorageException CONFIG if the settings cannot be used: nothing has changed
    public String reload() {
        return reloading.reload();
    }

    /// Stops taking requests, lets those under way end for a bounded time, and closes the store.
    @Override
    public void close() {
        parts.close();
    }

    private static RespSettings respSettings(Settings settings) {
        return RespSettings.on(settings.resp().host(), settings.resp().port())
                .withLoopThreads(settings.respThreads())
                .withUsers(settings.respUsers())
                .withAccesses(settings.accesses());
    }

    private static S3Settings s3Settings(Settings settings) {
        var plain = S3Settings.DEFAULT;
        return new S3Settings(settings.s3().host(), settings.s3().port(), settings.s3Region(),
                List.of(settings.s3Domain()), settings.s3ETags(), plain.anonymous(),
                plain.clockSkew(), plain.limits(), plain.timeouts());
    }

    private static EnergyMeter energyMeter(
            EnergyFigures memory,
            EnergyFigures flash,
            Clock clock,
            Tasks tasks) {
        var zones = PowerZones.in(PowerZones.FOLDER);
        if (!zones.isEmpty()) {
            tasks.repeat("energy", ENERGY_PAUSE, () -> {
                zones.read();
                return 0;
            });
        }
        var drives = new NvmeDrives(NvmeDrives.FOLDER,
                controller -> NvmeLog.health(controller).map(NvmePower::of));
        if (!drives.isEmpty()) {
            tasks.repeat("drives", DRIVES_PAUSE, () -> {
                drives.read();
                return 0;
            });
        }
        return new EnergyMeter(memory, flash, zones, drives, clock);
    }

    private static EnergyFigures figures(
            Setting setting,
            String id,
            EnergyFigures.Catalogue media) {
        try {
            return media.figures(id);
        } catch (IllegalArgumentException unknown) {
            throw new StorageException(
                    Kind.CONFIG, setting.key() + ": " + unknown.getMessage(), unknown);
        }
    }

    /// The TLS port, open.
    private record OpenTls(Endpoint endpoint, AtomicReference<TlsIdentity> identity) {
        static OpenTls on(RespDoor door, RespTls wanted) {
            var identity = new AtomicReference<>(wanted.identity());
            var endpoint = wanted.endpoint();
            var address = atSetting(Setting.RESP_TLS_PORT, endpoint, () -> door.listen(
                    TlsSettings.on(endpoint.host(), endpoint.port(), identity::get)));
            return new OpenTls(new Endpoint(endpoint.host(), address.getPort()), identity);
        }
    }

    /// Opens a door; where the address is the reason that it cannot, says which setting that is.
    private static <T> T atSetting(Setting port, Endpoint endpoint, Supplier<T> door) {
        try {
            return door.get();
        } catch (StorageException e) {
            if (e.kind() != Kind.CONFIG) {
                throw e;
            }
            throw new StorageException(
                    Kind.CONFLICT, port.key() + " (" + endpoint.port() + ") must be free on "
                            + endpoint.host(),
                    e);
        }
    }
}
