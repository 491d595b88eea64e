package dev.varve.door.s3;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.lang.System.Logger.Level;

/// One connection's requests, one after the other, as plain sequential code on a thread of its own.
///
/// Confined to its thread.
final class Conversation implements Runnable {
    private static final System.Logger LOG = System.getLogger(Conversation.class.getName());
    private static final String SERVER = "Varve";

    private final Channel channel;
    private final DoorParts door;
    private final Inbound inbound;
    private final Outbound outbound;
    private final Attention attention;

    Conversation(Channel channel, DoorParts door, Inbound inbound, Attention attention) {
        this.channel = channel;
        this.door = door;
        this.inbound = inbound;
        this.outbound = new Outbound(channel, door.metrics());
        this.attention = attention;
    }

    Outbound outbound() {
        return outbound;
    }

    @Override
    public void run() {
        try {
            boolean goesOn = true;
            while (goesOn) {
                goesOn = exchange();
            }
        } catch (ConnectionClosedException _) {
            LOG.log(Level.TRACE, "s3 connection ended by the client");
        } catch (S3Exception e) {
            LOG.log(Level.TRACE, () -> "s3 connection ended: " + e.text());
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "s3 connection ended, operation answer-broke-off", e);
        } finally {
            inbound.end();
            var _ = channel.close();
        }
    }

    /// Answers one request; tells whether another may follow.
    private boolean exchange() {
        var http = awaitRequest();
        attention.busy(true);
        long began = door.clock().nanoTime();
        var id = door.nextRequestId();
        if (http.decoderResult().isFailure()) {
            send(http, S3Service.error(id, http, malformed(http.decoderResult())), id, true);
            linger(new HttpBody(inbound, door.metrics(), Body.UNKNOWN, () -> {}));
            return false;
        }
        boolean expects = HttpUtil.is100ContinueExpected(http);
        var body = new HttpBody(inbound, door.metrics(), length(http), () -> {
            if (expects) {
                outbound.send(new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
            }
        });
        var answer = door.service().answer(id, http, body);
        int status = answer.response().status();
        boolean last = !HttpUtil.isKeepAlive(http) || door.isClosing()
                || body.leftBytes() > door.settings().limits().drainBytes()
                || (expects && !body.isInvited() && body.leftBytes() > 0);
        try {
            sendAndClose(http, answer.response(), id, last);
        } catch (RuntimeException e) {
            status = 599;
            throw e;
        } finally {
            door.metrics()
                    .answered(
                            answer.operation(), status, door.clock().nanoTime() - began);
        }
        if (last) {
            linger(body);
            return false;
        }
        boolean drained = body.discard(door.settings().limits().drainBytes());
        attention.busy(false);
        return drained;
    }

    private HttpRequest awaitRequest() {
        while (true) {
            var message = inbound.take();
            if (message instanceof HttpRequest request) {
                return request;
            }
            ReferenceCountUtil.release(message);
        }
    }

    private void sendAndClose(HttpRequest http, Response response, String id, boolean last) {
        try {
            send(http, response, id, last);
        } finally {
            if (response.content() instanceof Response.Slice(var walk)) {
                walk.close();
            }
        }
    }

    private void send(HttpRequest http, Response response, String id, boolean last) {
        var status = HttpResponseStatus.valueOf(response.status());
        var headers = response.headers()
                .set("x-amz-request-id", id)
                .set("x-amz-id-2", id)
                .set(HttpHeaderNames.SERVER, SERVER)
                .set(HttpHeaderNames.DATE, Dates.http(door.clock().epochMillis()));
        if (response.status() != 204 && response.status() != 304) {
            headers.set(HttpHeaderNames.CONTENT_LENGTH, response.content().lengthBytes());
        }
        if (last) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (!http.protocolVersion().isKeepAliveDefault()) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
        outbound.awaitRoom();
        switch (response.content()) {
            case Response.Nothing _,Response.Announced _ ->
                outbound.send(full(status, Unpooled.EMPTY_BUFFER, headers));
            case Response.Document(var bytes) ->
                outbound.send(full(status, Unpooled.wrappedBuffer(bytes), headers));
            case Response.Slice(var walk) -> stream(status, headers, walk);
        }
    }

    private static FullHttpResponse full(
            HttpResponseStatus status,
            ByteBuf content,
            HttpHeaders headers) {
        return new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, status, content, headers, EmptyHttpHeaders.INSTANCE);
    }

    private void stream(HttpResponseStatus status, HttpHeaders headers, SliceWalk walk) {
        if (!walk.hasNext()) {
            outbound.send(full(status, Unpooled.EMPTY_BUFFER, headers));
            return;
        }
        var head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, status, headers);
        var first = walk.next();
        outbound.send(head, first, !walk.hasNext());
        while (walk.hasNext()) {
            sendWithRoom(walk.next(), !walk.hasNext());
        }
    }

    /// Sends a piece when there is room for it. It is read before that, so that disk and network
    /// work at the same time.
    private void sendWithRoom(SliceWalk.Piece piece, boolean isLast) {
        boolean sent = false;
        try {
            outbound.awaitRoom();
            outbound.send(piece, isLast);
            sent = true;
        } finally {
            if (!sent) {
                piece.close();
            }
        }
    }

    /// Goes on reading for a while after the last answer: a socket that is closed with unread bytes
    /// resets the connection, and the client may lose the answer.
    private void linger(HttpBody body) {
        outbound.awaitSent();
        if (channel instanceof DuplexChannel duplex && body.leftBytes() > 0) {
            var _ = duplex.shutdownOutput();
            attention.lingering();
            body.discard(door.settings().limits().drainBytes());
        }
    }

    private static long length(HttpRequest http) {
        if (HttpUtil.isTransferEncodingChunked(http)) {
            return Body.UNKNOWN;
        }
        return HttpUtil.getContentLength(http, Body.ABSENT);
    }

    private static S3Exception malformed(DecoderResult result) {
        return result.cause() instanceof TooLongFrameException
                ? S3Error.REQUEST_HEADER_TOO_LARGE.exception()
                : S3Error.BAD_REQUEST.exception();
    }
}
