package dev.varve.door.s3;

import dev.varve.door.s3.AnswerHead.Connection;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import java.util.Optional;

/// Answers on the event loop what memory alone can answer: HeadObject and GetObject. That saves two
/// changes of threads, which cost more than all the rest of a small answer. Answers of more than a
/// little are found here and sent by the connection's thread.
///
/// Confined to its connection's loop.
final class QuickAnswers {
    private static final long MAX_SENT_HERE_BYTES = 1 << 20;

    private final DoorParts door;
    private final int client;
    private final Outbound outbound;

    /// An answer that was found on the loop, and when its request arrived.
    record Found(HttpRequest http, String id, S3Service.Answer answer, long beganNanos) {}

    QuickAnswers(DoorParts door, int client, Outbound outbound) {
        this.door = door;
        this.client = client;
        this.outbound = outbound;
    }

    /// Finds the answer to a request, if that can be done here. Whoever gets one sends it.
    Optional<Found> find(HttpRequest http) {
        var method = http.method();
        boolean bodyless = !HttpUtil.isContentLengthSet(http)
                && !HttpUtil.isTransferEncodingChunked(http);
        boolean fits = (method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD)) && bodyless
                && http.decoderResult().isSuccess() && HttpUtil.isKeepAlive(http)
                && !door.isClosing();
        if (!fits) {
            return Optional.empty();
        }
        long began = door.clock().nanoTime();
        var id = door.nextRequestId();
        return door.service()
                .tryAnswer(id, client, http)
                .map(answer -> new Found(http, id, answer, began));
    }

    /// Sends an answer if it is small enough to be sent from here.
    boolean trySend(Found found) {
        var response = found.answer.response();
        if (response.content().lengthBytes() > MAX_SENT_HERE_BYTES
                && response.content() instanceof Response.Slice) {
            return false;
        }
        var head = AnswerHead.of(found.http, response, found.id, door.clock().epochMillis(),
                Connection.KEPT);
        try (var _ = found.answer) {
            outbound.send(head, response.content(), () -> {});
        }
        door.metrics()
                .answered(found.answer.operation(), response.status(),
                        door.clock().nanoTime() - found.beganNanos);
        return true;
    }
}
