package dev.varve.server;

import dev.varve.door.resp.RespDoor;
import dev.varve.door.resp.TlsIdentity;
import dev.varve.engine.Engine;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// Puts new users, what they may do, and a new certificate in force while the server runs. All
/// other settings hold until its end.
///
/// Thread-safe: one reload at a time, by its monitor.
final class Reloading {
    private static final Logger LOG = System.getLogger(Reloading.class.getName());

    private final Settings started;
    private final Supplier<Settings> source;
    private final Engine engine;
    private final RespDoor resp;
    private final Optional<AtomicReference<TlsIdentity>> identity;

    /// @param started  what the server was started with
    /// @param source   reads what the settings are now
    /// @param identity what the TLS port shows, if there is one
    Reloading(
            Settings started,
            Supplier<Settings> source,
            Engine engine,
            RespDoor resp,
            Optional<AtomicReference<TlsIdentity>> identity) {
        this.started = started;
        this.source = source;
        this.engine = engine;
        this.resp = resp;
        this.identity = identity;
    }

    /// Reads the settings and puts them in force, all or none; logs one line either way.
    ///
    /// @return what is in force now, in one line
    /// @throws StorageException CONFIG if they cannot be used; those before stay in force. The
    ///         message is one line
    synchronized String reload() {
        try {
            var line = putInForce(source.get());
            LOG.log(Level.INFO, line);
            return line;
        } catch (StorageException e) {
            var line = "Not reloaded, the settings before stay in force: "
                    + String.join("; ", String.valueOf(e.getMessage()).lines().toList());
            LOG.log(Level.WARNING, line);
            throw new StorageException(Kind.CONFIG, line, e);
        }
    }

    private String putInForce(Settings settings) {
        if (settings.respUsers().isEmpty()) {
            listening().filter(endpoint -> !endpoint.isLoopback()).ifPresent(endpoint -> {
                throw new StorageException(
                        Kind.CONFIG, "resp-user must be set, because the Redis door listens on "
                                + endpoint.host() + " until the server's end");
            });
        }
        if (started.localSocket().isPresent() && settings.isPartedByUser()) {
            throw new StorageException(
                    Kind.CONFIG,
                    "tenants must have no prefix, because the local socket is open until"
                            + " the server's end, and who comes in there can read all keys");
        }
        var line = new StringBuilder("Reloaded: ");
        line.append(settings.respUsers().isEmpty()
                ? "no users"
                : "users " + String.join(" ", new TreeSet<>(settings.respUsers().keySet())));
        if (!settings.tenants().isEmpty()) {
            line.append("; tenants ")
                    .append(settings.tenants()
                            .stream()
                            .map(TenantSettings::user)
                            .collect(Collectors.joining(" ")));
        }
        var tls = settings.respTls();
        if (identity.isPresent() && tls.isPresent()) {
            identity.get().set(tls.get().identity());
            line.append("; certificate valid until ").append(tls.get().identity().validUntil());
        } else if (identity.isPresent()) {
            line.append("; the TLS port stays open until the server's end");
        } else if (tls.isPresent()) {
            line.append("; the TLS port opens at the next start");
        }
        engine.divide(settings.shares(started));
        resp.admit(settings.respUsers(), settings.accesses());
        return line.toString();
    }

    /// The first address of the Redis door that others may reach, else its first.
    private Optional<Endpoint> listening() {
        return Optional.of(started.resp())
                .filter(endpoint -> !endpoint.isLoopback())
                .or(() -> started.respTls().map(RespTls::endpoint));
    }
}
