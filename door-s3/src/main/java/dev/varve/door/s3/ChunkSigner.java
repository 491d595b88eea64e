package dev.varve.door.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.varve.door.s3.SigV4.Scope;

/// The chain of signatures over the chunks of an aws-chunked body: each one covers the one before.
///
/// Confined to its thread.
final class ChunkSigner {
    private final byte[] signingKey;
    private final String timestamp;
    private final Scope scope;
    private String previous;

    /// @param seed the signature of the request's headers
    ChunkSigner(byte[] signingKey, String timestamp, Scope scope, String seed) {
        this.signingKey = signingKey.clone();
        this.timestamp = timestamp;
        this.scope = scope;
        this.previous = seed;
    }

    /// The signature of the next chunk.
    ///
    /// @param dataHash SHA-256 of the chunk's data, hexadecimal
    String next(String dataHash) {
        previous = SigV4.sign(signingKey, head("AWS4-HMAC-SHA256-PAYLOAD")
                + SigV4.EMPTY_SHA256 + '\n' + dataHash);
        return previous;
    }

    /// The signature of the trailers behind the last chunk.
    ///
    /// @param canonicalTrailers a line `name:value\n` for each
    String trailer(String canonicalTrailers) {
        return SigV4.sign(signingKey, head("AWS4-HMAC-SHA256-TRAILER")
                + Digest.sha256Hex(canonicalTrailers.getBytes(ISO_8859_1)));
    }

    private String head(String algorithm) {
        return algorithm + '\n' + timestamp + '\n' + scope + '\n' + previous + '\n';
    }
}
