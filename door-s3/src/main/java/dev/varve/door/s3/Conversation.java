package dev.varve.door.s3;

import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
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

    /// What an answer is counted as that was not sent to its end.
    private static final int BROKEN_OFF = 599;

    private final Channel channel;
    private final DoorParts door;
    private final int client;
    private final Inbound inbound;
    private final Outbound outbound;
    private final Attention attention;

    Conversation(
            Channel channel,
            DoorParts door,
            int client,
            Inbound inbound,
            Attention attention) {
        this.channel = channel;
        this.door = door;
        this.client = client;
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
        var next = awaitRequest();
        attention.busy(true);
        return switch (next) {
            case HttpRequest http -> exchange(http);
            case QuickAnswers.Found(var http, var id, var answer, long began) -> {
                sendCounted(http, answer, id, began, false);
                attention.busy(false);
                yield true;
            }
            default -> throw new IllegalStateException("nobody asks by a " + next.getClass());
        };
    }

    private boolean exchange(HttpRequest http) {
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
        var answer = door.service().answer(id, client, http, body);
        boolean last = !HttpUtil.isKeepAlive(http) || door.isClosing()
                || body.leftBytes() > door.settings().limits().drainBytes()
                || (expects && !body.isInvited() && body.leftBytes() > 0);
        sendCounted(http, answer, id, began, last);
        if (last) {
            linger(body);
            return false;
        }
        boolean drained = body.discard(door.settings().limits().drainBytes());
        attention.busy(false);
        return drained;
    }

    /// A request, or the answer to one that the loop has found.
    private Object awaitRequest() {
        while (true) {
            var message = inbound.take();
            if (message instanceof HttpRequest || message instanceof QuickAnswers.Found) {
                return message;
            }
            ReferenceCountUtil.release(message);
        }
    }

    private void sendCounted(
            HttpRequest http,
            S3Service.Answer answer,
            String id,
            long began,
            boolean last) {
        int status = answer.response().status();
        try {
            send(http, answer.response(), id, last);
        } catch (RuntimeException e) {
            status = BROKEN_OFF;
            throw e;
        } finally {
            answer.close();
            long took = door.clock().nanoTime() - began;
            door.metrics().answered(answer.operation(), status, took);
        }
    }

    private void send(HttpRequest http, Response response, String id, boolean last) {
        var head = AnswerHead.of(http, response, id, door.clock().epochMillis(),
                last ? AnswerHead.Connection.CLOSED : AnswerHead.Connection.KEPT);
        outbound.awaitRoom();
        outbound.send(head, response.content(), outbound::awaitRoom);
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
