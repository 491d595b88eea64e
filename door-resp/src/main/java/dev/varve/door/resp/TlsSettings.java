package dev.varve.door.resp;

import java.time.Duration;
import java.util.function.Supplier;

/// How the Redis door listens for TLS.
///
/// @param host          address to listen on
/// @param port          0 takes any free one
/// @param identity      asked at each new connection, from any thread, so that a certificate can be
///                      replaced while the door is open
/// @param handshakeWait a client that has not finished its handshake by then is closed
///
/// Immutable.
public record TlsSettings(
        String host,
        int port,
        Supplier<TlsIdentity> identity,
        Duration handshakeWait) {
    /// What an honest client needs even on a bad line.
    public static final Duration HANDSHAKE_WAIT = Duration.ofSeconds(10);

    /// Listens with the usual patience.
    public static TlsSettings on(String host, int port, Supplier<TlsIdentity> identity) {
        return new TlsSettings(host, port, identity, HANDSHAKE_WAIT);
    }
}
