package dev.varve.replay;

import java.util.Optional;

/// Where a server speaks the Redis protocol.
///
/// @param host  name or address
/// @param port  1 to 65535
/// @param login what AUTH is told; empty where the server asks for none
///
/// Immutable.
public record RespEndpoint(String host, int port, Optional<Login> login) {

    /// A user and a password. Printed without the password.
    public record Login(String user, String password) {
        @Override
        public String toString() {
            return "Login[" + user + "]";
        }
    }

    public RespEndpoint {
        if (host.isEmpty() || port < 1 || port > 65_535) {
            throw new IllegalArgumentException(
                    "endpoint (" + host + ":" + port + ") must be a host and a port to 65535");
        }
    }

    /// Without a login.
    ///
    /// @param text `host:port`
    public static RespEndpoint parse(String text) {
        int colon = text.lastIndexOf(':');
        try {
            return new RespEndpoint(text.substring(0, Math.max(0, colon)),
                    Integer.parseInt(text.substring(colon + 1)), Optional.empty());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "endpoint (" + text + ") must be host:port", e);
        }
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
