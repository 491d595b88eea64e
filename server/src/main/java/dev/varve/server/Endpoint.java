package dev.varve.server;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/// Where a door listens or is reached.
///
/// @param host a name or an address
/// @param port 0 to 65535; 0 stands for any free port
///
/// Immutable.
public record Endpoint(String host, int port) {

    /// Reads `host:port`, with brackets around an IPv6 address; empty if the text is something
    /// else.
    public static Optional<Endpoint> parse(String text) {
        int colon = text.lastIndexOf(':');
        int port = parsePort(text.substring(colon + 1));
        if (colon < 1 || port < 0) {
            return Optional.empty();
        }
        var host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.contains(":")) {
            return Optional.empty();
        }
        return isHost(host) ? Optional.of(new Endpoint(host, port)) : Optional.empty();
    }

    /// Where a client on this machine reaches a server that listens here.
    public Endpoint asSeenLocally() {
        return switch (host) {
            case "0.0.0.0" -> new Endpoint("127.0.0.1", port);
            case "::" -> new Endpoint("::1", port);
            default -> this;
        };
    }

    /// `host:port`, with brackets around an IPv6 address.
    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    /// Whether only this machine can reach it. False where the name cannot be resolved.
    boolean isLoopback() {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    static boolean isHost(String text) {
        return !text.isEmpty() && text.chars().noneMatch(c -> c <= ' ' || c == '/');
    }

    /// -1 if the text is no port.
    static int parsePort(String text) {
        int port = text.matches("\\d{1,5}") ? Integer.parseInt(text) : -1;
        return port <= 65535 ? port : -1;
    }
}
