package dev.varve.engine;

import java.util.Map;

/// What a writer says about an object beside its bytes.
///
/// @param expiresAtMillis when the object ends, in milliseconds since the epoch; [#NEVER] if it
/// does not
/// @param labels          names and values that belong to the doors (content type, ETag, user
///                        metadata); the engine keeps them and gives them back
///
/// Immutable.
public record ObjectAttributes(long expiresAtMillis, Map<String, String> labels) {
    /// The expiry of an object that stays.
    public static final long NEVER = Long.MAX_VALUE;

    /// Stays, without labels.
    public static final ObjectAttributes NONE = new ObjectAttributes(NEVER, Map.of());

    public ObjectAttributes {
        labels = Map.copyOf(labels);
    }
}
