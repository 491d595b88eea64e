package dev.varve.replay;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/// One connection of a replay and what was measured on it.
///
/// Confined to its thread, but for [#waitingNanos] and the tally's live counters.
final class ReplayWorker {
    private static final long IDLE = Long.MIN_VALUE;

    private final ReplaySettings settings;
    private final Clock clock;
    private final RequestFeed feed;
    private final RespClient client;
    private final ReplayTally tally = new ReplayTally();
    private final ByteBuffer value;
    private final byte[] prefix;
    private volatile long waitingSinceNanos = IDLE;

    /// @param client borrowed
    ReplayWorker(ReplaySettings settings, Clock clock, RequestFeed feed, RespClient client) {
        this.settings = settings;
        this.clock = clock;
        this.feed = feed;
        this.client = client;
        value = ByteBuffer.allocateDirect(settings.blockBytes());
        prefix = settings.keyPrefix().getBytes(US_ASCII);
    }

    /// Takes requests until there are no more.
    void run() {
        try {
            for (var next = feed.take(); next.isPresent(); next = feed.take()) {
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
        long[] ids = request.blockIds();
        int promised = 0;
        while (promised < ids.length && exists(ids[promised])) {
            promised++;
        }
        int hits = 0;
        while (hits < promised && get(ids[hits])) {
            hits++;
        }
        tally.looked(request, hits);
        for (int i = hits; i < ids.length; i++) {
            set(ids[i]);
        }
        tally.requests.increment();
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

    private boolean get(long id) {
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
            tally.vanished++;
            return false;
        }
        tally.get.recordValue(nanos);
        tally.getNanos += nanos;
        tally.bytesRead.add(length);
        tally.wrongBytes += Math.abs(length - settings.blockBytes())
                + BlockContent.wrongBytes(id, value.flip());
        return true;
    }

    private void set(long id) {
        BlockContent.fill(id, value.clear());
        long start = begin();
        try {
            client.set(key(id), value);
            tally.set.recordValue(end(start));
            tally.bytesWritten.add(settings.blockBytes());
        } catch (RespErrorReply e) {
            refused(e);
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
