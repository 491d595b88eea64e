package dev.varve.door.resp;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Cuts a client's bytes into requests, however they are split on the way.
///
/// Takes memory only for bytes that have arrived, never for what was announced. Small arguments are
/// copied; a long value is handed on in the pieces in which it comes, as [Step#VALUE], where the
/// caller says with [#accept] where it goes, and then [Step#CHUNK] for each piece.
///
/// As lenient as Redis where that matters to clients: the byte after a length's CR and the two
/// after an argument are skipped unseen, and negative counts of arguments are no request.
///
/// Confined to its connection's loop, or to whoever works for the connection while that waits.
final class RequestParser implements AutoCloseable {
    private static final byte[] NOTHING = new byte[0];

    /// What each argument costs beside its bytes.
    private static final int ARGUMENT_OVERHEAD = 32;

    /// What a request may hold before it is counted against the budget of all.
    private static final int UNCOUNTED_BYTES = 64 << 10;

    private static final int COUNTED_STEP_BYTES = 16 << 10;

    /// What came of looking at some bytes.
    enum Step {
        /// All were taken; more are needed.
        MORE,
        /// [#take] has a request.
        REQUEST,
        /// A long value begins: the caller answers with [#accept].
        VALUE,
        /// The input begins with [#chunkBytes] of a long value: the caller takes them from it and
        /// says so with [#advance].
        CHUNK,
        /// The client broke the protocol in the way that [#problem] says. Nothing can be parsed
        /// any more.
        BROKEN
    }

    private enum State {
        START,
        INLINE,
        COUNT,
        LENGTH,
        BODY,
        TAIL,
        STREAM,
        DEAD
    }

    private final ProtocolLimits limits;
    private final CommandTable commands;
    private final MemoryBudget budget;
    private final BooleanSupplier guest;

    private final LengthLine line = new LengthLine();
    private ByteArrayOutputStream inline = new ByteArrayOutputStream(0);
    private State state = State.START;
    private @Nullable Request request;
    private int missingArguments;
    private byte[] body = NOTHING;
    private int bodyBytes;
    private int bodyLength;
    private long streamLength;
    private long streamMissing;
    private int tailMissing;
    private long heldBytes;
    private long countedBytes;
    private String problem = "";

    /// @param guest whether the client still has to say who it is
    RequestParser(
            ProtocolLimits limits,
            CommandTable commands,
            MemoryBudget budget,
            BooleanSupplier guest) {
        this.limits = limits;
        this.commands = commands;
        this.budget = budget;
        this.guest = guest;
    }

    /// Goes on with `input` (borrowed), taking from it what it uses.
    Step parse(ByteBuf input) {
        while (input.isReadable()) {
            var step = switch (state) {
                case START -> start(input);
                case INLINE -> inline(input);
                case COUNT -> count(input);
                case LENGTH -> length(input);
                case BODY -> body(input);
                case TAIL -> tail(input);
                case STREAM -> Step.CHUNK;
                case DEAD -> {
                    input.skipBytes(input.readableBytes());
                    yield Step.MORE;
                }
            };
            if (step != Step.MORE) {
                return step;
            }
        }
        return Step.MORE;
    }

    /// The request that was completed; owned by the caller from now on.
    Request take() {
        var complete = pending();
        complete.charge(countedBytes);
        request = null;
        heldBytes = 0;
        countedBytes = 0;
        return complete;
    }

    /// The request that is being put together; for the answer to [Step#VALUE].
    Request pending() {
        if (request == null) {
            throw new IllegalStateException("no request in " + state);
        }
        return request;
    }

    /// Length of the value that begins.
    long valueLength() {
        return streamLength;
    }

    /// Says where the value that begins will go.
    void accept(Value value) {
        pending().add(value);
    }

    /// How much of the input belongs to the value, at least 1.
    int chunkBytes(ByteBuf input) {
        return (int) Math.min(streamMissing, input.readableBytes());
    }

    /// How much is missing of the value that is being received; 0 between values.
    long missingValueBytes() {
        return state == State.STREAM ? streamMissing : 0;
    }

    /// Says that so many bytes of the value were taken from the input.
    void advance(int bytes) {
        streamMissing -= bytes;
        if (streamMissing == 0) {
            toTail();
        }
    }

    /// What the client did wrong, for the error reply.
    String problem() {
        return problem;
    }

    /// Drops a request that is not complete.
    @Override
    public void close() {
        if (request != null) {
            request.close();
            request = null;
        }
        budget.release(countedBytes);
        countedBytes = 0;
        body = NOTHING;
        state = State.DEAD;
    }

    private Step start(ByteBuf input) {
        if (input.getByte(input.readerIndex()) == '*') {
            line.begin();
            state = State.COUNT;
        } else {
            state = State.INLINE;
        }
        return Step.MORE;
    }

    private Step inline(ByteBuf input) {
        int length = input.bytesBefore((byte) '\n');
        int available = length < 0 ? input.readableBytes() : length;
        if (inline.size() + available > limits.maxLineBytes()) {
            return broken("too big inline request");
        }
        var piece = new byte[available];
        input.readBytes(piece);
        inline.writeBytes(piece);
        if (length < 0) {
            return Step.MORE;
        }
        input.skipBytes(1);
        byte[] text = inline.toByteArray();
        inline = new ByteArrayOutputStream(0);
        state = State.START;
        if (text.length > 0 && text[text.length - 1] == '\r') {
            text = Arrays.copyOf(text, text.length - 1);
        }
        var words = InlineWords.split(text);
        if (words.isEmpty()) {
            return broken("unbalanced quotes in request");
        }
        return words.get().isEmpty() ? Step.MORE : inlineRequest(words.get());
    }

    private Step inlineRequest(List<byte[]> words) {
        var name = words.get(0);
        var whole = new Request(commands.find(name), name, words.size(), budget);
        words.stream().skip(1).forEach(whole::add);
        request = whole;
        return Step.REQUEST;
    }

    private Step count(ByteBuf input) {
        if (!line.fill(input)) {
            return line.length() > limits.maxLineBytes()
                    ? broken("too big mbulk count string")
                    : Step.MORE;
        }
        var count = line.number();
        if (count.isEmpty() || count.getAsLong() > limits.maxArguments()) {
            return broken("invalid multibulk length");
        }
        if (count.getAsLong() > limits.guestArguments() && guest.getAsBoolean()) {
            return broken("unauthenticated multibulk length");
        }
        missingArguments = (int) Math.max(0, count.getAsLong());
        if (missingArguments == 0) {
            state = State.START;
        } else {
            toLength();
        }
        return Step.MORE;
    }

    private Step length(ByteBuf input) {
        if (!line.fill(input)) {
            return line.length() > limits.maxLineBytes()
                    ? broken("too big bulk count string")
                    : Step.MORE;
        }
        if (line.first() != '$') {
            return broken("expected '$', got '" + (char) (line.first() & 0xff) + "'");
        }
        var length = line.number();
        if (length.isEmpty() || length.getAsLong() < 0
                || length.getAsLong() > limits.maxBulkBytes()) {
            return broken("invalid bulk length");
        }
        if (length.getAsLong() > limits.guestBulkBytes() && guest.getAsBoolean()) {
            return broken("unauthenticated bulk length");
        }
        if (request != null && length.getAsLong() > limits.streamAbove()
                && request.command().values().at(request.size())) {
            streamLength = length.getAsLong();
            streamMissing = streamLength;
            state = State.STREAM;
            return Step.VALUE;
        }
        return beginBody((int) length.getAsLong());
    }

    private Step beginBody(int length) {
        bodyLength = length;
        bodyBytes = 0;
        body = length == 0 ? NOTHING : new byte[Math.min(length, limits.streamAbove())];
        state = State.BODY;
        if (!hold(body.length + ARGUMENT_OVERHEAD)) {
            return broken("too many bytes in unfinished requests");
        }
        if (length == 0) {
            endBody();
        }
        return Step.MORE;
    }

    private Step body(ByteBuf input) {
        int some = Math.min(bodyLength - bodyBytes, input.readableBytes());
        if (bodyBytes + some > body.length) {
            int larger = (int) Math.min(bodyLength, Math.max(body.length * 2L, bodyBytes + some));
            if (!hold(larger - body.length)) {
                return broken("too many bytes in unfinished requests");
            }
            body = Arrays.copyOf(body, larger);
        }
        input.readBytes(body, bodyBytes, some);
        bodyBytes += some;
        if (bodyBytes == bodyLength) {
            endBody();
        }
        return Step.MORE;
    }

    private void endBody() {
        if (request == null) {
            request = new Request(commands.find(body), body, missingArguments, budget);
        } else {
            request.add(body);
        }
        body = NOTHING;
        toTail();
    }

    private Step tail(ByteBuf input) {
        int some = Math.min(tailMissing, input.readableBytes());
        input.skipBytes(some);
        tailMissing -= some;
        if (tailMissing > 0) {
            return Step.MORE;
        }
        missingArguments--;
        if (missingArguments > 0) {
            toLength();
            return Step.MORE;
        }
        state = State.START;
        return Step.REQUEST;
    }

    /// Counts memory for arguments, past what each request has free against the budget of all.
    private boolean hold(int bytes) {
        heldBytes += bytes;
        long missing = heldBytes - UNCOUNTED_BYTES - countedBytes;
        if (missing <= 0) {
            return true;
        }
        long step = Math.max(missing, COUNTED_STEP_BYTES);
        if (!budget.reserve(step)) {
            return false;
        }
        countedBytes += step;
        return true;
    }

    private void toLength() {
        line.begin();
        state = State.LENGTH;
    }

    private void toTail() {
        tailMissing = 2;
        state = State.TAIL;
    }

    private Step broken(String what) {
        problem = "ERR Protocol error: " + what;
        close();
        return Step.BROKEN;
    }
}
