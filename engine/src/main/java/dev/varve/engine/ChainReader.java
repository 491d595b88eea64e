package dev.varve.engine;

import dev.varve.policy.ReadAheadLead;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads ahead along a chain: keeps a point some objects ahead of the reader, and moves it on by
/// one link for each object that the reader takes, so that each is looked at once.
///
/// How far it goes, [ReadAheadLead] says.
///
/// Confined to its reader's thread.
final class ChainReader implements ReadAhead {
    private final BucketState bucket;
    private final Chains chains;
    private final Prefetch prefetch;
    private @Nullable ObjectKey last;
    private @Nullable ObjectKey ahead;
    private final ReadAheadLead lead = new ReadAheadLead();

    ChainReader(BucketState bucket, Chains chains, Prefetch prefetch) {
        this.bucket = bucket;
        this.chains = chains;
        this.prefetch = prefetch;
    }

    @Override
    public void read(ObjectInfo info) {
        var body = Pairs.bodyOf(info.key());
        if (body.isEmpty() && info.sizeBytes() < ReadAheadLead.LEAST_BYTES) {
            return;
        }
        var key = body.orElse(info.key());
        var before = last;
        if (before != null && before.equals(key)) {
            return;
        }
        last = key;
        if (before == null || !chains.follow(bucket, before, key)) {
            ahead = key;
            lead.lost();
            return;
        }
        if (lead.taken()) {
            ahead = key;
        }
        goAhead(info.sizeBytes());
    }

    private void goAhead(long sizeBytes) {
        for (var from = ahead; from != null && lead.goesOn(sizeBytes);) {
            Optional<ObjectKey> next = chains.after(bucket, from);
            if (next.isEmpty()) {
                return;
            }
            from = next.get();
            if (!isInMemory(from) && !prefetch.guess(PrefetchKind.CHAIN, bucket, from, sizeBytes)) {
                return;
            }
            ahead = from;
            lead.went();
        }
    }

    private boolean isInMemory(ObjectKey key) {
        var live = bucket.live().get(key);
        return live != null && live.isWhollyResident();
    }
}
