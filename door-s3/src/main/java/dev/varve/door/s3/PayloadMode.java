package dev.varve.door.s3;

import java.util.Optional;

/// How a request's body was signed, which is also how it is framed.
sealed interface PayloadMode {

    /// Not signed: the bytes as they come.
    record Unsigned() implements PayloadMode {}

    /// The bytes as they come; their SHA-256 was signed.
    ///
    /// @param sha256 hexadecimal, lower case
    record Signed(String sha256) implements PayloadMode {}

    /// Framed as aws-chunked.
    ///
    /// @param signer   for chunks that carry signatures
    /// @param trailers whether headers follow the last chunk
    record Chunked(Optional<ChunkSigner> signer, boolean trailers) implements PayloadMode {}
}
