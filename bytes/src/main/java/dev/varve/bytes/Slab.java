package dev.varve.bytes;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// The one region of off-heap memory that all [Block]s are cut from, with a strict budget.
///
/// Thread-safe: see the implementation.
public interface Slab extends AutoCloseable {

    /// Cuts a block, never waiting and never exceeding [#capacityBytes].
    ///
    /// @param lengthBytes 0 to [Integer#MAX_VALUE]
    /// @return the block, owned by the caller, its bytes undefined; empty where there is no room
    /// now
    Optional<Block> allocate(int lengthBytes);

    /// The bytes that a block of this length takes from the slab, slack included.
    long footprintBytes(int lengthBytes);

    /// Room to note down what lies in the slab, where both outlive the process; empty where they do
    /// not. Shared: whoever writes there keeps order.
    default MemorySegment notes() {
        return MemorySegment.NULL;
    }

    /// Where a block of this slab lies: what [#adopt] takes, one number for each run. Borrowed;
    /// only where there are [#notes].
    default long[] chunks(Block block) {
        throw new UnsupportedOperationException("blocks of this slab cannot be found again");
    }

    /// Takes up a block that an earlier process left in this memory; believes nothing that it is
    /// told.
    ///
    /// @param chunks borrowed
    /// @return the block, owned by the caller, its bytes as they were found; empty where these
    /// chunks are no place for a block of that length, or not free
    default Optional<Block> adopt(int lengthBytes, long[] chunks) {
        return Optional.empty();
    }

    /// Where a run begins, by one of the numbers of [#chunks].
    static long chunkOffset(long chunk) {
        return SlabBlock.offset(chunk);
    }

    /// How much memory a run takes, by one of the numbers of [#chunks].
    static long chunkBytes(long chunk) {
        return 1L << SlabBlock.shift(chunk);
    }

    long capacityBytes();

    /// Bytes of all blocks with a lease, slack included.
    long usedBytes();

    /// Returns the memory to the system. All blocks must have been closed.
    @Override
    void close();
}
