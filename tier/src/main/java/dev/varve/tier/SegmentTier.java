package dev.varve.tier;

import dev.varve.bytes.Block;
import java.util.List;

/// Blocks on a medium that is written in large append-only segments: flash, and object stores.
///
/// A block's copy is immutable and stays where it is until its segment is dropped. The tier knows
/// how many bytes of each segment are still wanted, because the caller tells it ([#adopt],
/// [#release]); which block is wanted, only the caller's catalog knows.
///
/// Thread-safe.
public interface SegmentTier extends AutoCloseable {

    Medium medium();

    /// Appends copies of blocks, as few transfers as possible. Not durable before [#sync].
    /// The copies count as wanted until [#release].
    ///
    /// @param writes borrowed; each block's content must match its info
    /// @return the places, in the order of `writes`
    /// @throws dev.varve.env.StorageException FULL when budget or device has no room (nothing is
    ///         kept), UNAVAILABLE when the device fails
    default List<Place> write(Purpose purpose, List<Write> writes) {
        return write(purpose, writes, Pace.FULL);
    }

    /// As [#write(Purpose, List)], as fast as `pace` lets it.
    List<Place> write(Purpose purpose, List<Write> writes, Pace pace);

    /// Makes durable all that [#write] returned before this call began. Calls at the same time
    /// share one flush of the device.
    ///
    /// After a failure nobody can tell which durable copies written since the last success will
    /// survive. Each caller must then [#release] the copies that it wanted to sync and write them
    /// again; until all are released, this method goes on failing. Cache copies may be lost without
    /// a word; their checksums tell.
    ///
    /// @throws dev.varve.env.StorageException UNAVAILABLE or FULL when the device fails
    void sync();

    /// Fills `target` (borrowed, allocated with exactly `info.lengthBytes()`) and checks it.
    ///
    /// @throws dev.varve.env.StorageException CORRUPT if the bytes are not those that were written,
    ///         ABSENT if the segment was dropped, UNAVAILABLE when the device fails
    default void read(Place place, BlockInfo info, Block target) {
        read(place, info, target, Pace.FULL);
    }

    /// As [#read(Place, BlockInfo, Block)], as fast as `pace` lets it.
    void read(Place place, BlockInfo info, Block target, Pace pace);

    /// Keeps a segment's bytes readable, even when it is dropped meanwhile, until the pin is
    /// closed.
    ///
    /// @throws dev.varve.env.StorageException ABSENT if the segment was dropped already
    Pin pin(int segment);

    /// Says that a copy is wanted which an earlier process wrote. Once for each copy, at start.
    void adopt(Place place);

    /// Says that a copy is no longer wanted. Once for each copy.
    void release(Place place);

    /// Whether the copy was read since it was written and since the last
    /// restart: the sign that it deserves a new life when its segment goes. Approximate to a page.
    boolean wasRead(Place place);

    /// All segments, oldest first.
    List<Segment> segments();

    /// What was written to a segment, wanted or not, in the order of writing. May read the device.
    /// Entries that cannot be read are left out and counted as corrupt. Of a compressed block it
    /// says the length and the checksum that it has here; the caller's catalog knows its content.
    List<Entry> entries(int segment);

    /// Gives a segment's space back. The segment must not be open for writing.
    void drop(int segment);

    /// Closes the segment open for writing, if any, so that it can be cleaned or dropped.
    void seal(Purpose purpose);

    /// The most that segments may take, in bytes.
    long budgetBytes();

    /// What segments take now.
    long usedBytes();

    /// The largest block that can be written.
    int maxBlockBytes();

    SegmentTierCounters counters();

    @Override
    void close();

    /// A block to be written; the block is borrowed.
    record Write(BlockInfo info, Block block) {}

    /// One copy found in a segment.
    record Entry(BlockInfo info, Place place) {}

    /// The state of one segment.
    ///
    /// @param usedBytes   what it takes from the budget
    /// @param wantedBytes content bytes still wanted
    /// @param open        whether it still takes writes
    record Segment(int number, Purpose purpose, long usedBytes, long wantedBytes, boolean open) {}

    /// Holds a segment; see [#pin].
    interface Pin extends AutoCloseable {
        @Override
        void close();
    }
}
