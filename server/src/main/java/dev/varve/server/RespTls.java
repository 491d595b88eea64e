package dev.varve.server;

import dev.varve.door.resp.TlsIdentity;

/// How the Redis door offers TLS.
///
/// @param endpoint where it listens
/// @param identity who the server is, and whose clients it takes
///
/// Immutable.
public record RespTls(Endpoint endpoint, TlsIdentity identity) {}
