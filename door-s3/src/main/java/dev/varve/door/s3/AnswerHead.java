package dev.varve.door.s3;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;

/// Status and headers of an answer, with those that each answer has.
///
/// Confined to one thread at a time.
record AnswerHead(HttpResponseStatus status, HttpHeaders headers) {
    private static final String SERVER = "Varve";

    /// What becomes of the connection behind the answer.
    enum Connection {
        KEPT,
        CLOSED
    }

    static AnswerHead of(
            HttpRequest http,
            Response response,
            String id,
            long epochMillis,
            Connection connection) {
        var headers = response.headers()
                .set("x-amz-request-id", id)
                .set("x-amz-id-2", id)
                .set(HttpHeaderNames.SERVER, SERVER)
                .set(HttpHeaderNames.DATE, Dates.http(epochMillis));
        if (response.status() != 204 && response.status() != 304) {
            headers.set(HttpHeaderNames.CONTENT_LENGTH, response.content().lengthBytes());
        }
        if (connection == Connection.CLOSED) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (!http.protocolVersion().isKeepAliveDefault()) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
        return new AnswerHead(HttpResponseStatus.valueOf(response.status()), headers);
    }

    /// An answer whose content follows.
    HttpResponse open() {
        return new DefaultHttpResponse(HttpVersion.HTTP_1_1, status, headers);
    }

    /// An answer without content.
    FullHttpResponse alone() {
        return with(Unpooled.EMPTY_BUFFER);
    }

    /// An answer with all of its content.
    FullHttpResponse with(byte[] content) {
        return with(Unpooled.wrappedBuffer(content));
    }

    private FullHttpResponse with(ByteBuf content) {
        return new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, status, content, headers, EmptyHttpHeaders.INSTANCE);
    }
}
