package dev.varve.engine;

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
        int bucket = owner.bucket().id();
        long key = of(bucket, owner.key());
        var blocks = owner.stored().blocks();
        if (blocks.size() == 1) {
            return key;
        }
        int number = blocks.size() <= MAX_BLOCKS ? blocks.indexOf(info) : -1;
        return Partition.id(bucket, Hashes.mix(number >= 0 ? key + number : info.id()));
    }

    /// The name of an object, which is that of its block if it has only one.
    static long of(int bucket, ObjectKey key) {
        return Partition.id(bucket, key.fingerprint(bucket));
    }
}
