package dev.varve.engine;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads ahead along a chain: keeps a point some objects ahead of the reader, and moves it on by
/// one link for each object that the reader takes, so that each is looked at once.
///
/// It goes two objects ahead once the reader has taken one that was expected, and twice as far for
/// each further one; what was not expected sets it back. So a reader that keeps no order costs
/// nothing.
///
/// Confined to its reader's thread.
final class ChainReader implements ReadAhead {
    /// Less is read as fast as it is asked for.
    private static final long LEAST_BYTES = 64 << 10;

    /// How far ahead of its reader it goes: in objects, and in bytes of the present size.
    private static final int MAX_AHEAD = 16;
    private static final long MAX_AHEAD_BYTES = 64L << 20;

    private final BucketState bucket;
    private final Chains chains;
    private final Prefetch prefetch;
    private @Nullable ObjectKey last;
    private @Nullable ObjectKey ahead;
    private int distance;
    private int expectedInARow;
    /// Objects read since the last one written; 2 stands for more.
    private int readBefore;
    private WriteRun run = new WriteRun(false);

    ChainReader(BucketState bucket, Chains chains, Prefetch prefetch) {
        this.bucket = bucket;
        this.chains = chains;
        this.prefetch = prefetch;
    }

    @Override
    public void read(ObjectInfo info) {
        var body = Pairs.bodyOf(info.key());
        if (body.isEmpty() && info.sizeBytes() < LEAST_BYTES) {
            return;
        }
        var key = body.orElse(info.key());
        var before = last;
        if (before != null && before.equals(key)) {
            return;
        }
        last = key;
        readBefore = Math.min(readBefore + 1, 2);
        if (before == null || !chains.follow(bucket, before, key)) {
            ahead = key;
            distance = 0;
            expectedInARow = 0;
            return;
        }
        expectedInARow = Math.min(expectedInARow + 1, MAX_AHEAD);
        if (distance > 0) {
            distance--;
        } else {
            ahead = key;
        }
        goAhead(Math.min(reach(info), 1 << expectedInARow));
    }

    @Override
    public void wrote(ObjectKey key, boolean goesOn) {
        if (!goesOn) {
            run = new WriteRun(readBefore > 1);
            readBefore = 0;
        }
        var live = bucket.live().get(key);
        if (live != null) {
            live.join(run);
        }
    }

    private void goAhead(int reach) {
        for (var from = ahead; from != null && distance < reach;) {
            Optional<ObjectKey> next = chains.after(bucket, from);
            if (next.isEmpty()) {
                return;
            }
            from = next.get();
            ahead = from;
            distance++;
            if (!isInMemory(from) && !prefetch.wish(bucket, from)) {
                return;
            }
        }
    }

    private boolean isInMemory(ObjectKey key) {
        var live = bucket.live().get(key);
        return live != null && live.isWhollyResident();
    }

    private static int reach(ObjectInfo info) {
        long bytes = Math.max(1 << 20, info.sizeBytes());
        return Math.clamp(MAX_AHEAD_BYTES / bytes, 1, MAX_AHEAD);
    }
}
