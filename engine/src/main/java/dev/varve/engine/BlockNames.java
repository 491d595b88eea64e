package dev.varve.engine;

import dev.varve.engine.Catalog.StoredObject;
import dev.varve.policy.Hashes;
import dev.varve.policy.Partition;
import dev.varve.tier.BlockInfo;

/// Names of blocks that come back with them; see [MemoryEviction].
final class BlockNames {
    /// In larger objects a block's number would take too long to find. They are written seldom, and
    /// while they are not, their blocks keep their ids.
    private static final int MAX_BLOCKS = 1024;

    private BlockNames() {}

    /// The name of a block of an object. Of some 10^8 blocks two may share one.
    static long of(LiveObject owner, BlockInfo info) {
        var stored = owner.stored();
        var blocks = stored.blocks();
        int number = blocks.size() == 1 || blocks.size() > MAX_BLOCKS ? 0 : blocks.indexOf(info);
        return of(owner.bucket(), stored, number, info);
    }

    /// As [#of(LiveObject, BlockInfo)], of whatever object.
    ///
    /// @param number of the block in it, from 0
    static long of(BucketState bucket, StoredObject stored, int number) {
        return of(bucket, stored, number, stored.blocks().get(number));
    }

    private static long of(BucketState bucket, StoredObject stored, int number, BlockInfo info) {
        int id = bucket.id();
        long key = of(id, stored.info().key());
        int count = stored.blocks().size();
        if (count == 1) {
            return key;
        }
        boolean isNumbered = count <= MAX_BLOCKS && number >= 0;
        return Partition.id(id, Hashes.mix(isNumbered ? key + number : info.id()));
    }

    /// The name of an object, which is that of its block if it has only one.
    static long of(int bucket, ObjectKey key) {
        return Partition.id(bucket, key.fingerprint(bucket));
    }
}
