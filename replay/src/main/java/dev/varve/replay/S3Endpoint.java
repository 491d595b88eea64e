package dev.varve.replay;

import java.net.URI;

/// Where a server speaks S3, and as whom to speak to it.
///
/// @param uri       scheme, host and port, such as `http://127.0.0.1:9000`
/// @param accessKey the user
/// @param secretKey what requests are signed with; never printed
/// @param region    part of the signature; any name that the server accepts
///
/// Immutable.
public record S3Endpoint(URI uri, String accessKey, String secretKey, String region) {

    public S3Endpoint {
        if (uri.getHost() == null || !uri.getRawPath().isEmpty()
                || !("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
            throw new IllegalArgumentException(
                    "S3 endpoint (" + uri + ") must be http or https, a host and a port");
        }
    }

    @Override
    public String toString() {
        return uri + " as " + accessKey;
    }
}
