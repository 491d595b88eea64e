package dev.varve.server;

import dev.varve.door.local.LocalSettings;
import dev.varve.door.resp.TlsIdentity;
import dev.varve.door.s3.S3Settings.ETags;
import dev.varve.engine.AdmissionSettings;
import dev.varve.engine.AdmissionSettings.Mode;
import dev.varve.engine.EngineSettings;
import dev.varve.engine.PlacementGoal;
import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.policy.MovementBudget;
import dev.varve.policy.PolicyName;
import dev.varve.store.Compressing;
import dev.varve.store.FlashMedium;
import dev.varve.store.MemoryHome;
import dev.varve.store.MemoryHome.AtStop;
import dev.varve.store.StoreSettings;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Reads settings: defaults, then the configuration file, then the environment, then the command
/// line; the later one wins. Each setting that cannot be used becomes one line of the error, which
/// names the setting, its value, where it came from and what it must be.
///
/// Confined to one thread.
public final class SettingsReader {
    /// The configuration file that is read from the data folder when no other is named.
    public static final String FILE_NAME = "varve.conf";

    /// Instead of a policy: whichever does best.
    private static final String AUTO = "auto";
    private static final String PREFIX = "VARVE_";
    private static final String CONFIG_VARIABLE = "VARVE_CONFIG";
    private static final long MAX_LEASE_MILLIS = 600_000;
    private static final int MAX_THREADS = 1024;
    private static final int MAX_SLACK = 100;
    private static final long MIN_WRITES_PER_DAY = 1L << 20;
    private static final long DEFAULT_FLASH_BYTES_MAX = 100L << 30;

    /// Variables that belong to the launcher, and those that Kubernetes sets for a service that is
    /// named "varve"; neither is a setting.
    private static final Pattern NOT_SETTINGS = Pattern
            .compile("VARVE_(JAVA_HOME|HEAP|JAVA_OPTS|CONFIG|SERVICE_.*|PORT|PORT_.*)");
    private static final String LOOPBACK = "a loopback address, because no resp-user is set and"
            + " anyone could read and write";
    private static final Pattern DOMAIN = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?");
    private static final Pattern MEDIUM = Pattern.compile("[a-z0-9][a-z0-9-]{0,31}");
    private static final String MEDIUM_FORM = "the id of a medium such as ddr5 or tlc";
    private static final Pattern REGION = Pattern.compile("[a-z0-9-]{1,64}");
    private static final Pattern USER = Pattern.compile("[!-~&&[^=]]{1,64}");

    private final Machine machine;
    private final Clock clock;
    private final Map<String, String> environment;
    private final Map<Setting, Given> given = new EnumMap<>(Setting.class);
    private final Map<String, Given> users = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();
    private final TenantsReader tenants = new TenantsReader(problems);

    /// @param clock       tells which certificates are valid
    /// @param environment the process's environment variables
    public SettingsReader(Machine machine, Clock clock, Map<String, String> environment) {
        this.machine = machine;
        this.clock = clock;
        this.environment = environment;
    }

    /// Reads all sources. To be called once.
    ///
    /// @param arguments values from the command line, by setting; several only where
    ///                  [Setting#repeats]
    /// @param config    the configuration file that the command line names, if it does
    /// @throws StorageException CONFIG with one line for each setting that cannot be used
    public Settings read(Map<Setting, List<String>> arguments, Optional<Path> config) {
        configFile(arguments, config).ifPresent(this::readFile);
        readEnvironment();
        arguments.forEach((setting, texts) -> texts
                .forEach(text -> accept(setting, new Given(text, "--" + setting.key()))));
        var settings = build();
        if (!problems.isEmpty()) {
            throw new StorageException(Kind.CONFIG, String.join("\n", problems));
        }
        return settings;
    }

    /// The configuration file that [#read] takes, if there is one.
    Optional<Path> configFile(
            Map<Setting, List<String>> arguments,
            Optional<Path> named) {
        var file = named
                .or(() -> Optional.ofNullable(environment.get(CONFIG_VARIABLE)).map(Path::of));
        if (file.isPresent()) {
            return file;
        }
        var folder = arguments.containsKey(Setting.DATA)
                ? arguments.get(Setting.DATA).getLast()
                : environment.getOrDefault(Setting.DATA.variable(), Setting.DATA.fallback());
        return Optional.of(Path.of(folder, FILE_NAME)).filter(Files::exists);
    }

    private void readFile(Path file) {
        var properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            problems.add("config (" + file + ") must be a readable file of KEY = value lines: "
                    + reason(e));
            return;
        }
        var origin = file.toString();
        new TreeMap<>(properties).forEach((name, value) -> {
            var key = name.toString();
            var text = value.toString().strip();
            var setting = Setting.ofKey(key).filter(found -> !found.repeats());
            if (key.startsWith(Setting.RESP_USER.key() + ".")) {
                acceptUser(
                        key.substring(Setting.RESP_USER.key().length() + 1),
                        new Given(text, origin));
            } else if (key.startsWith(Setting.TENANT.key() + ".")) {
                tenants.accept(key.substring(Setting.TENANT.key().length() + 1),
                        new Given(text, origin));
            } else if (setting.isPresent()) {
                accept(setting.get(), new Given(text, origin));
            } else {
                problems.add(key + " in " + origin + " is not a setting"
                        + (key.equals(Setting.RESP_USER.key())
                                ? "; write resp-user.NAME = PASSWORD"
                                : "")
                        + (key.equals(Setting.TENANT.key())
                                ? "; write tenant.NAME.prefix = PREFIX"
                                : ""));
            }
        });
    }

    private static String reason(Exception e) {
        return e.getClass().getSimpleName()
                + (e.getMessage() == null ? "" : " (" + e.getMessage() + ")");
    }

    private void readEnvironment() {
        var userPrefix = Setting.RESP_USER.variable() + "_";
        var byVariable = new TreeMap<String, Setting>();
        for (var setting : Setting.values()) {
            byVariable.put(setting.variable(), setting);
        }
        byVariable.values().removeIf(Setting::repeats);
        var tenantPrefix = Setting.TENANT.variable() + "_";
        new TreeMap<>(environment).forEach((name, text) -> {
            var setting = byVariable.get(name);
            if (setting != null) {
                accept(setting, new Given(text.strip(), name));
            } else if (name.startsWith(userPrefix)) {
                acceptUser(name.substring(userPrefix.length()), new Given(text, name));
            } else if (name.startsWith(tenantPrefix)) {
                tenants.acceptVariable(name.substring(tenantPrefix.length()),
                        new Given(text.strip(), name));
            } else if (name.startsWith(PREFIX) && !NOT_SETTINGS.matcher(name).matches()) {
                problems.add(name + " in the environment is not a setting");
            }
        });
    }

    private void accept(Setting setting, Given value) {
        switch (setting) {
            case RESP_USER -> acceptUserArgument(value);
            case TENANT -> tenants.acceptArgument(value);
            default -> given.put(setting, value);
        }
    }

    private void acceptUserArgument(Given value) {
        int split = value.text().indexOf('=');
        if (split < 0) {
            problems.add("resp-user from " + value.origin() + " must be NAME=PASSWORD");
        } else {
            acceptUser(
                    value.text().substring(0, split),
                    new Given(value.text().substring(split + 1), value.origin()));
        }
    }

    private void acceptUser(String name, Given password) {
        if (!USER.matcher(name).matches()) {
            problems.add("resp-user (" + name + ") from " + password.origin()
                    + " must be a name of 1 to 64 printable characters without '='");
        } else if (password.text().isEmpty()) {
            problems.add("resp-user (" + name + ") from " + password.origin()
                    + " must have a password");
        } else {
            users.put(name, password);
        }
    }

    private Settings build() {
        var data = path();
        var respUsers = new LinkedHashMap<String, String>();
        users.forEach((name, password) -> respUsers.put(name, password.text()));
        var resp = new Endpoint(host(Setting.RESP_HOST), port(Setting.RESP_PORT));
        var settings = new Settings(
                data,
                store(data),
                new TierMedia(
                        pattern(Setting.MEMORY_MEDIUM, MEDIUM, MEDIUM_FORM),
                        pattern(Setting.FLASH_MEDIUM, MEDIUM, MEDIUM_FORM)),
                resp,
                respThreads(),
                respUsers,
                tenants.build(respUsers.keySet()),
                respTls(resp),
                localSocket(),
                new Endpoint(host(Setting.S3_HOST), port(Setting.S3_PORT)),
                pattern(Setting.S3_DOMAIN, DOMAIN, "a domain name in lower case"),
                pattern(Setting.S3_REGION, REGION, "a region name such as us-east-1"),
                eTags(),
                new Endpoint(host(Setting.ADMIN_HOST), port(Setting.ADMIN_PORT)));
        checkTogether(settings);
        return settings;
    }

    private StoreSettings store(Path data) {
        var goal = goal();
        return new StoreSettings(
                size(Setting.MEMORY, StoreSettings.MIN_MEMORY_BYTES, defaultMemoryBytes()),
                flash(data), eviction(), bool(Setting.DIRECT_IO), memoryHome(),
                FlashMedium.UNKNOWN, compressing(),
                EngineSettings.DEFAULT.with(lease(), admission(goal))
                        .with(goal)
                        .readingAhead(bool(Setting.READ_AHEAD))
                        .withMovement(size(Setting.MOVEMENT_RATE, MovementBudget.FLOOR,
                                EngineSettings.UNLIMITED)));
    }

    private void checkTogether(Settings settings) {
        if (settings.store().memoryBytes() > machine.memoryBytes()) {
            reject(
                    Setting.MEMORY,
                    "at most " + ByteSize.format(machine.memoryBytes())
                            + ", what this machine has");
        }
        if (settings.respUsers().isEmpty() && !settings.resp().isLoopback()) {
            reject(Setting.RESP_HOST, LOOPBACK);
        }
        if (settings.respUsers().isEmpty() && given.containsKey(Setting.RESP_TLS_HOST)
                && !settings.respTls().map(tls -> tls.endpoint().isLoopback()).orElse(true)) {
            reject(Setting.RESP_TLS_HOST, LOOPBACK);
        }
        if (settings.localSocket().isPresent() && settings.isPartedByUser()) {
            reject(Setting.LOCAL_SOCKET, "absent where a tenant has a prefix, because who comes in"
                    + " there can read all keys");
        }
        checkPorts(settings.respTls().isPresent());
    }

    private void checkPorts(boolean tls) {
        var settings = new ArrayList<>(
                List.of(Setting.RESP_PORT, Setting.S3_PORT, Setting.ADMIN_PORT));
        if (tls) {
            settings.add(Setting.RESP_TLS_PORT);
        }
        var ports = new TreeMap<Integer, Setting>();
        for (var setting : settings) {
            int port = Endpoint.parsePort(text(setting).text());
            var other = port > 0 ? ports.put(port, setting) : null;
            if (other != null) {
                reject(setting, "another port than " + other.key());
            }
        }
    }

    private Optional<RespTls> respTls(Endpoint resp) {
        boolean certificateGiven = given.containsKey(Setting.RESP_TLS_CERT);
        if (certificateGiven != given.containsKey(Setting.RESP_TLS_KEY)) {
            var present = certificateGiven ? Setting.RESP_TLS_CERT : Setting.RESP_TLS_KEY;
            reject(present, "given together with "
                    + (certificateGiven ? Setting.RESP_TLS_KEY : Setting.RESP_TLS_CERT).key());
            return Optional.empty();
        }
        if (!certificateGiven) {
            for (var setting : List.of(Setting.RESP_TLS_CLIENT_CA, Setting.RESP_TLS_HOST,
                    Setting.RESP_TLS_PORT)) {
                if (given.containsKey(setting)) {
                    reject(setting, "given together with " + Setting.RESP_TLS_CERT.key() + " and "
                            + Setting.RESP_TLS_KEY.key());
                }
            }
            return Optional.empty();
        }
        var endpoint = new Endpoint(
                given.containsKey(Setting.RESP_TLS_HOST)
                        ? host(Setting.RESP_TLS_HOST)
                        : resp.host(),
                port(Setting.RESP_TLS_PORT));
        return identity().map(identity -> new RespTls(endpoint, identity));
    }

    private Optional<TlsIdentity> identity() {
        var chain = certificates(Setting.RESP_TLS_CERT);
        var authorities = given.containsKey(Setting.RESP_TLS_CLIENT_CA)
                ? certificates(Setting.RESP_TLS_CLIENT_CA)
                : List.<X509Certificate>of();
        if (chain.isEmpty()) {
            return Optional.empty();
        }
        try {
            var key = PemFile.read(filePath(Setting.RESP_TLS_KEY))
                    .privateKey(chain.getFirst().getPublicKey());
            if (!TlsIdentity.belongTogether(chain.getFirst(), key)) {
                reject(Setting.RESP_TLS_KEY, "the private key of the first certificate in "
                        + Setting.RESP_TLS_CERT.key());
                return Optional.empty();
            }
            return Optional.of(TlsIdentity.of(chain, key, authorities));
        } catch (PemFile.Unfit e) {
            reject(Setting.RESP_TLS_KEY, String.valueOf(e.getMessage()));
        } catch (StorageException e) {
            reject(Setting.RESP_TLS_CERT, "usable with its key, but " + e.getMessage());
        }
        return Optional.empty();
    }

    /// Empty if they cannot be used.
    private List<X509Certificate> certificates(Setting setting) {
        try {
            var certificates = PemFile.read(filePath(setting)).certificates();
            var now = Instant.ofEpochMilli(clock.epochMillis());
            for (var certificate : certificates) {
                var begin = certificate.getNotBefore().toInstant();
                var end = certificate.getNotAfter().toInstant();
                if (now.isBefore(begin) || now.isAfter(end)) {
                    reject(setting, "valid now; " + certificate.getSubjectX500Principal()
                            + " is valid from " + begin + " to " + end);
                    return List.of();
                }
            }
            return certificates;
        } catch (PemFile.Unfit e) {
            reject(setting, String.valueOf(e.getMessage()));
            return List.of();
        }
    }

    private Path filePath(Setting setting) throws PemFile.Unfit {
        try {
            return Path.of(text(setting).text());
        } catch (InvalidPathException _) {
            throw new PemFile.Unfit("the path of a file");
        }
    }

    private Optional<Path> localSocket() {
        if (!given.containsKey(Setting.LOCAL_SOCKET)) {
            return Optional.empty();
        }
        try {
            var socket = Path.of(text(Setting.LOCAL_SOCKET).text());
            if (LocalSettings.fits(socket)) {
                return Optional.of(socket);
            }
        } catch (InvalidPathException _) {
            // rejected below
        }
        reject(Setting.LOCAL_SOCKET,
                "a path of 1 to " + LocalSettings.MAX_PATH_BYTES + " bytes");
        return Optional.empty();
    }

    private Path path() {
        var text = text(Setting.DATA).text();
        if (text.isEmpty() || text.indexOf('\0') >= 0) {
            reject(Setting.DATA, "the path of a folder");
            return Path.of(Setting.DATA.fallback());
        }
        var path = Path.of(text);
        if (Files.exists(path) && !Files.isDirectory(path)) {
            reject(Setting.DATA, "a folder, not a file");
        }
        return path;
    }

    private long defaultMemoryBytes() {
        return Math.max(StoreSettings.MIN_MEMORY_BYTES, machine.memoryBytes() / 4);
    }

    private long flash(Path data) {
        if (given.containsKey(Setting.FLASH)) {
            return size(Setting.FLASH, StoreSettings.MIN_FLASH_BYTES, DEFAULT_FLASH_BYTES_MAX);
        }
        long halfBytes = machine.diskBytes().applyAsLong(data) / 2;
        return Math.clamp(halfBytes, StoreSettings.MIN_FLASH_BYTES, DEFAULT_FLASH_BYTES_MAX);
    }

    private long size(Setting setting, long minBytes, long defaultBytes) {
        var value = given.get(setting);
        if (value == null) {
            return defaultBytes;
        }
        var bytes = ByteSize.parse(value.text());
        if (bytes.isEmpty()) {
            reject(setting, "a size such as 512m, 20g or 1.5t");
            return defaultBytes;
        }
        if (bytes.getAsLong() < minBytes) {
            reject(setting, "at least " + ByteSize.format(minBytes));
            return defaultBytes;
        }
        return bytes.getAsLong();
    }

    private Optional<PolicyName> eviction() {
        String text = text(Setting.EVICTION).text().toLowerCase(Locale.ROOT);
        var named = PolicyName.of(text);
        if (named.isEmpty() && !text.equals(AUTO)) {
            reject(Setting.EVICTION, Arrays.stream(PolicyName.values())
                    .map(PolicyName::text)
                    .collect(Collectors.joining(", ", AUTO + ", ", "")));
        }
        return named;
    }

    private MemoryHome memoryHome() {
        var where = text(Setting.MEMORY_DIR).text();
        var atStop = atStop();
        return switch (where) {
            case "auto" -> new MemoryHome.Found(atStop);
            case "none" -> {
                if (atStop == AtStop.KEEP) {
                    reject(Setting.MEMORY_AT_STOP, "flash, because memory-dir is none");
                }
                yield new MemoryHome.Nameless();
            }
            default -> {
                if (where.indexOf('\0') >= 0 || !Files.isDirectory(Path.of(where))) {
                    reject(Setting.MEMORY_DIR, "a folder that exists, auto or none");
                    yield new MemoryHome.Nameless();
                }
                yield new MemoryHome.In(Path.of(where), atStop);
            }
        };
    }

    private AtStop atStop() {
        return switch (text(Setting.MEMORY_AT_STOP).text().toLowerCase(Locale.ROOT)) {
            case "flash" -> AtStop.FLASH;
            case "keep" -> AtStop.KEEP;
            default -> {
                reject(Setting.MEMORY_AT_STOP, "flash or keep");
                yield AtStop.FLASH;
            }
        };
    }

    private PlacementGoal goal() {
        double slack = slack();
        return switch (text(Setting.GOAL).text().toLowerCase(Locale.ROOT)) {
            case "latency" -> new PlacementGoal.Latency();
            case "energy" -> new PlacementGoal.Energy(slack);
            default -> {
                reject(Setting.GOAL, "latency or energy");
                yield new PlacementGoal.Latency();
            }
        };
    }

    private double slack() {
        try {
            double slack = Double.parseDouble(text(Setting.GOAL_SLACK).text());
            if (slack >= 1 && slack <= MAX_SLACK) {
                return slack;
            }
        } catch (NumberFormatException _) {
            // as one that is out of range
        }
        reject(Setting.GOAL_SLACK, "a number from 1 to " + MAX_SLACK);
        return 1;
    }

    private Compressing compressing() {
        return switch (text(Setting.COMPRESSION).text().toLowerCase(Locale.ROOT)) {
            case "auto" -> Compressing.AUTO;
            case "always" -> Compressing.ALWAYS;
            case "never" -> Compressing.NEVER;
            default -> {
                reject(Setting.COMPRESSION, "auto, always or never");
                yield Compressing.NEVER;
            }
        };
    }

    private AdmissionSettings admission(PlacementGoal goal) {
        return new AdmissionSettings(admissionMode(goal),
                size(Setting.FLASH_WRITES_PER_DAY, MIN_WRITES_PER_DAY,
                        AdmissionSettings.UNLIMITED));
    }

    private Mode admissionMode(PlacementGoal goal) {
        if (!given.containsKey(Setting.ADMISSION)) {
            return switch (goal) {
                case PlacementGoal.Latency() -> Mode.ALL;
                case PlacementGoal.Energy _ -> Mode.SELECTIVE;
            };
        }
        return switch (text(Setting.ADMISSION).text().toLowerCase(Locale.ROOT)) {
            case "all" -> Mode.ALL;
            case "selective" -> Mode.SELECTIVE;
            default -> {
                reject(Setting.ADMISSION, "all or selective");
                yield Mode.ALL;
            }
        };
    }

    private Duration lease() {
        return Duration.ofMillis(number(Setting.LEASE, 0, MAX_LEASE_MILLIS,
                "a number of milliseconds from 0 to " + MAX_LEASE_MILLIS));
    }

    private int respThreads() {
        return given.containsKey(Setting.RESP_THREADS)
                ? (int) number(Setting.RESP_THREADS, 1, MAX_THREADS,
                        "a number from 1 to " + MAX_THREADS)
                : 0;
    }

    private long number(Setting setting, long least, long most, String form) {
        try {
            long number = Long.parseLong(text(setting).text());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException _) {
            // as one that is out of range
        }
        reject(setting, form);
        return least;
    }

    private ETags eTags() {
        return switch (text(Setting.S3_ETAG).text().toLowerCase(Locale.ROOT)) {
            case "md5" -> ETags.MD5;
            case "fast" -> ETags.FAST;
            default -> {
                reject(Setting.S3_ETAG, "md5 or fast");
                yield ETags.MD5;
            }
        };
    }

    private boolean bool(Setting setting) {
        return switch (text(setting).text().toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on" -> true;
            case "false", "no", "off" -> false;
            default -> {
                reject(setting, "true or false");
                yield false;
            }
        };
    }

    private String host(Setting setting) {
        var text = text(setting).text();
        if (!Endpoint.isHost(text)) {
            reject(setting, "a host name or an address");
            return setting.fallback();
        }
        return text;
    }

    private int port(Setting setting) {
        int port = Endpoint.parsePort(text(setting).text());
        if (port < 0) {
            reject(setting, "a port from 0 to 65535");
            return 0;
        }
        return port;
    }

    private String pattern(Setting setting, Pattern pattern, String what) {
        var text = text(setting).text();
        if (!pattern.matcher(text).matches()) {
            reject(setting, what);
        }
        return text;
    }

    private Given text(Setting setting) {
        return given.getOrDefault(setting, new Given(setting.fallback(), "the defaults"));
    }

    private void reject(Setting setting, String what) {
        var value = text(setting);
        problems.add(setting.key() + " (" + value.text() + ") from " + value.origin() + " must be "
                + what);
    }
}
