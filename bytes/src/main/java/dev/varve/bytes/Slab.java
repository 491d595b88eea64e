package dev.varve.bytes;

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

    long capacityBytes();

    /// Bytes of all blocks with a lease, slack included.
    long usedBytes();

    /// The memory as other processes on this host can map it, until [#close]; empty where they
    /// cannot.
    default Optional<SharedMemory> shared() {
        return Optional.empty();
    }

    /// Returns the memory to the system. All blocks must have been closed.
    @Override
    void close();
}
