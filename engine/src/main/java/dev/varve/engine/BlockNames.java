package dev.varve.engine;

import dev.varve.tier.BlockInfo;

/// Names of blocks that come back with them; see [MemoryEviction].
final class BlockNames {
    /// In larger objects a block's number would take too long to find. They are written seldom, and
    /// while they are not, their blocks keep their ids.
    private static final int MAX_BLOCKS = 1024;

    private BlockNames() {}

    /// The name of a block of an object. Of some 10^9 blocks two may share one.
    static long of(LiveObject owner, BlockInfo info) {
        long key = owner.key().fingerprint(owner.bucket().id());
        var blocks = owner.stored().blocks();
        if (blocks.size() == 1) {
            return key;
        }
        int number = blocks.size() <= MAX_BLOCKS ? blocks.indexOf(info) : -1;
        return number >= 0 ? mix(key + number) : mix(info.id());
    }

    /// The finaliser of MurmurHash3 (Appleby), so that numbers next to each other do not stay so.
    private static long mix(long value) {
        long h = (value ^ value >>> 33) * 0xff51afd7ed558ccdL;
        h = (h ^ h >>> 33) * 0xc4ceb9fe1a85ec53L;
        return h ^ h >>> 33;
    }
}
