package dev.varve.bytes;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// The memory that a slab is cut from, and where it comes from.
///
/// Thread-safe: the memory is shared; closing it is not to race with its use.
interface Ground extends AutoCloseable {

    MemorySegment memory();

    /// See [Slab#notes].
    MemorySegment notes();

    /// The memory as other processes can map it, until this is closed; empty where it is nothing
    /// that can be passed on.
    Optional<SharedMemory> shared();

    /// What the memory is made of, for people.
    String backing();

    /// How much of the memory, from its beginning, may be touched.
    long backedBytes();

    /// Makes sure that memory up to here may be touched. Called by one thread at a time.
    ///
    /// @return false if it cannot be had
    boolean back(long bytes);

    @Override
    void close();
}
