package dev.varve.door.resp;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// What the server says that it is.
///
/// @param runId         40 hexadecimal digits, other ones after each start
/// @param startedMillis when it started, in milliseconds since the epoch
///
/// Immutable.
record ServerIdentity(String runId, long startedMillis) {
    /// The Redis version whose behaviour and texts clients may count on. Clients switch features
    /// on by it: the last one with all that this door speaks (`CLIENT SETINFO`), and no more.
    static final String REDIS_VERSION = "7.2.4";

    static ServerIdentity at(long epochMillis, long nanoTime) {
        try {
            var seed = (epochMillis + ":" + nanoTime).getBytes(StandardCharsets.US_ASCII);
            var digest = MessageDigest.getInstance("SHA-1").digest(seed);
            return new ServerIdentity(HexFormat.of().formatHex(digest), epochMillis);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }
}
