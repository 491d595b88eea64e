package dev.varve.engine;

import dev.varve.engine.Catalog.StoredObject;
import dev.varve.policy.Hashes;
import dev.varve.tier.BlockInfo;

/// Names of blocks that come back with them; see [MemoryEviction].
final class BlockNames {
    /// In larger objects a block's number would take too long to find. They are written seldom, and
    /// while they are not, their blocks keep their ids.
    private static final int MAX_BLOCKS = 1024;

    private BlockNames() {}

    /// As [#of(LiveObject, BlockInfo)], of whatever object.
    ///
    /// @param number of the block in it, from 0
    static long of(BucketState bucket, StoredObject stored, int number) {
        long key = stored.info().key().fingerprint(bucket.id());
        var blocks = stored.blocks();
        if (blocks.size() == 1) {
            return key;
        }
        return blocks.size() <= MAX_BLOCKS
                ? Hashes.mix(key + number)
                : Hashes.mix(blocks.get(number).id());
    }

    /// The name of a block of an object. Of some 10^9 blocks two may share one.
    static long of(LiveObject owner, BlockInfo info) {
        long key = owner.key().fingerprint(owner.bucket().id());
        var blocks = owner.stored().blocks();
        if (blocks.size() == 1) {
            return key;
        }
        int number = blocks.size() <= MAX_BLOCKS ? blocks.indexOf(info) : -1;
        return number >= 0 ? Hashes.mix(key + number) : Hashes.mix(info.id());
    }
}
