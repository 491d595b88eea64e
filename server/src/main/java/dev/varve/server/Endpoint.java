package dev.varve.server;

import java.net.InetAddress;
import java.net.UnknownHostException;

/// Where a door listens or is reached.
///
/// @param host a name or an address
/// @param port 0 to 65535; 0 stands for any free port
///
/// Immutable.
public record Endpoint(String host, int port) {

    /// Whether only this machine can reach it. False where the name cannot be resolved.
    boolean isLoopback() {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /// `host:port`, with brackets around an IPv6 address.
    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
