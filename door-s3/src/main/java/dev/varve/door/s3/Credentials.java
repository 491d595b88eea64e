package dev.varve.door.s3;

import java.util.Optional;

/// The keys that requests may be signed with. Called for each request; must not block.
///
/// Thread-safe: implementations must be.
@FunctionalInterface
public interface Credentials {

    /// The secret that belongs to an access key, if there is such a key.
    Optional<String> secret(String accessKey);
}
