package dev.varve.door.s3;

import dev.varve.engine.ObjectKey;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Optional;

/// A request that was proved to come from who it says.
///
/// Confined to its request's thread.
///
/// @param id        shown to the client in each answer
/// @param client    the connection's number, for [dev.varve.engine.Bucket#as]
/// @param accessKey empty for an anonymous request
record S3Request(
        String id,
        String method,
        RequestTarget target,
        HttpHeaders headers,
        Payload payload,
        int client,
        Optional<String> accessKey) {

    Query query() {
        return target.query();
    }

    /// The bucket's name, for requests that were routed to a bucket or object.
    String bucket() {
        return target.bucket().orElseThrow();
    }

    /// The object's key, for requests that were routed to an object.
    ObjectKey key() {
        return target.key().orElseThrow();
    }

    /// A header's value; empty where it is missing or blank.
    Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name))
                .map(String::strip)
                .filter(value -> !value.isEmpty());
    }

    boolean isHead() {
        return method.equals("HEAD");
    }
}
