package dev.varve.door.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;

/// The answer to a request.
///
/// Confined to its request's thread.
///
/// @param headers without those that each answer has; Content-Length is derived from the content
record Response(int status, HttpHeaders headers, Content content) {

    /// What follows the headers.
    sealed interface Content {
        long lengthBytes();
    }

    /// Nothing.
    record Nothing() implements Content {
        @Override
        public long lengthBytes() {
            return 0;
        }
    }

    /// Nothing, but the length is told: the answer to a HEAD.
    record Announced(long lengthBytes) implements Content {}

    /// A small document.
    record Document(byte[] bytes) implements Content {
        @Override
        public long lengthBytes() {
            return bytes.length;
        }
    }

    /// Bytes of an object. Whoever sends the response closes the walk.
    record Slice(SliceWalk walk) implements Content {
        @Override
        public long lengthBytes() {
            return walk.lengthBytes();
        }
    }

    static Response empty(int status) {
        return of(status, new Nothing());
    }

    static Response of(int status, Content content) {
        return new Response(status, DefaultHttpHeadersFactory.headersFactory().newHeaders(),
                content);
    }

    /// @param xml closed to its root
    static Response xml(int status, XmlWriter xml) {
        return of(status, new Document(xml.toString().getBytes(UTF_8)))
                .header("content-type", "application/xml");
    }

    /// Sets a header.
    ///
    /// @return this response
    Response header(String name, String value) {
        headers.set(name, value);
        return this;
    }
}
