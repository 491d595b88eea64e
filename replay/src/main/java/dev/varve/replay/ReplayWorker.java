package dev.varve.replay;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import dev.varve.replay.TraceRequest.Operation;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.OptionalInt;

/// One connection of a replay and what was measured on it.
///
/// Confined to its thread, but for [#waitingNanos] and the tally's live counters.
final class ReplayWorker {
    private static final long IDLE = Long.MIN_VALUE;
    /// Longer values of a trace are written as of this length.
    private static final int MAX_VALUE_BYTES = 64 << 20;

    private final ReplaySettings settings;
    private final Clock clock;
    private final RequestFeed feed;
    private final int number;
    private final RespClient client;
    private final ReplayTally tally = new ReplayTally();
    private ByteBuffer value;
    private final byte[] prefix;
    private volatile long waitingSinceNanos = IDLE;

    /// @param number which of the feed's workers it is
    /// @param client borrowed
    ReplayWorker(
            ReplaySettings settings,
            Clock clock,
            RequestFeed feed,
            int number,
            RespClient client) {
        this.settings = settings;
        this.clock = clock;
        this.feed = feed;
        this.number = number;
        this.client = client;
        value = ByteBuffer.allocateDirect(settings.blockBytes());
        prefix = settings.keyPrefix().getBytes(US_ASCII);
    }

    /// Takes requests until there are no more.
    void run() {
        try {
            for (var next = feed.take(number); next.isPresent(); next = feed.take(number)) {
                replay(next.orElseThrow());
            }
        } catch (StorageException e) {
            feed.fail(String.valueOf(e.getMessage()));
        } catch (RuntimeException | Error e) {
            feed.fail(e.toString());
            throw e;
        }
    }

    /// How long the present command has been waiting for its reply; 0 if there is none.
    long waitingNanos(long nowNanos) {
        long since = waitingSinceNanos;
        return since == IDLE ? 0 : nowNanos - since;
    }

    ReplayTally tally() {
        return tally;
    }

    private void replay(TraceRequest request) {
        if (request.operation() == Operation.PROMPT) {
            replayPrompt(request);
        } else {
            int lengthBytes = (int) Math.min(
                    request.sizeBytes(settings.blockBytes()), MAX_VALUE_BYTES);
            for (long id : request.blockIds()) {
                access(request, id, lengthBytes);
            }
        }
        tally.requests.increment();
    }

    private void access(TraceRequest request, long id, int lengthBytes) {
        switch (request.operation()) {
            case FETCH -> {
                boolean hit = get(id, OptionalInt.empty());
                tally.looked(hit);
                if (!hit) {
                    set(id, lengthBytes);
                }
            }
            case READ -> tally.looked(get(id, OptionalInt.empty()));
            case EXISTS -> tally.looked(exists(id));
            case WRITE -> set(id, lengthBytes);
            case DELETE -> delete(id);
            case PROMPT, TOUCH -> {
                // a prompt is more than one access, and a replay has no expiry to change
            }
        }
    }

    private void replayPrompt(TraceRequest request) {
        long[] ids = request.blockIds();
        int promised = 0;
        while (promised < ids.length && exists(ids[promised])) {
            promised++;
        }
        int hits = 0;
        while (hits < promised && getPromised(ids[hits])) {
            hits++;
        }
        tally.looked(request, hits);
        for (int i = hits; i < ids.length; i++) {
            set(ids[i], settings.blockBytes());
        }
    }

    private boolean getPromised(long id) {
        long refusals = tally.refusals();
        boolean found = get(id, OptionalInt.of(settings.blockBytes()));
        tally.vanished += found || tally.refusals() > refusals ? 0 : 1;
        return found;
    }

    private boolean exists(long id) {
        long start = begin();
        try {
            boolean found = client.exists(key(id));
            long nanos = end(start);
            tally.exists.recordValue(nanos);
            tally.existsNanos += nanos;
            return found;
        } catch (RespErrorReply e) {
            refused(e);
            return false;
        }
    }

    /// @param expectedBytes the value's length, where it is known: whoever writes a key again may
    ///                      give it another one
    private boolean get(long id, OptionalInt expectedBytes) {
        value.clear();
        long start = begin();
        int length;
        try {
            length = client.get(key(id), value);
        } catch (RespErrorReply e) {
            refused(e);
            return false;
        }
        long nanos = end(start);
        if (length == RespClient.MISS) {
            return false;
        }
        tally.get.recordValue(nanos);
        tally.getNanos += nanos;
        tally.bytesRead.add(length);
        // What is longer than the buffer was dropped, and there is more room the next time.
        tally.wrongBytes += Math.abs(length - expectedBytes.orElse(length))
                + BlockContent.wrongBytes(id, value.flip());
        makeRoom(length);
        return true;
    }

    private void set(long id, int lengthBytes) {
        makeRoom(lengthBytes);
        BlockContent.fill(id, value.clear().limit(lengthBytes));
        long start = begin();
        try {
            client.set(key(id), value);
            tally.set.recordValue(end(start));
            tally.bytesWritten.add(lengthBytes);
        } catch (RespErrorReply e) {
            refused(e);
        }
    }

    private void delete(long id) {
        begin();
        try {
            client.text("DEL", new String(key(id), US_ASCII));
            waitingSinceNanos = IDLE;
        } catch (RespErrorReply e) {
            refused(e);
        }
    }

    private void makeRoom(int lengthBytes) {
        int wanted = Math.min(lengthBytes, MAX_VALUE_BYTES);
        if (value.capacity() < wanted) {
            value = ByteBuffer.allocateDirect(wanted);
        }
    }

    private long begin() {
        long now = clock.nanoTime();
        waitingSinceNanos = now;
        return now;
    }

    private long end(long startNanos) {
        waitingSinceNanos = IDLE;
        return clock.nanoTime() - startNanos;
    }

    private void refused(RespErrorReply reply) {
        waitingSinceNanos = IDLE;
        tally.refused(reply);
    }

    private byte[] key(long id) {
        var key = new byte[prefix.length + 16];
        System.arraycopy(prefix, 0, key, 0, prefix.length);
        var digits = HexFormat.of().toHexDigits(id).getBytes(US_ASCII);
        System.arraycopy(digits, 0, key, prefix.length, digits.length);
        return key;
    }
}
