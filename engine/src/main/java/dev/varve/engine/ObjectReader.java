package dev.varve.engine;

import dev.varve.bytes.Block;
import java.util.Optional;

/// One object, opened for reading: its blocks in order.
///
/// Confined to one thread at a time.
public interface ObjectReader extends AutoCloseable {

    ObjectInfo info();

    /// How many blocks the object has; 0 for an empty one.
    int blockCount();

    /// Position of a block's first byte within the object.
    long blockOffset(int index);

    /// Checksum of a block's content, see [dev.varve.bytes.Crc32c]; taken when it was written.
    int blockCrc32c(int index);

    /// The block that holds the byte at `offset`, which must lie within the object.
    int blockAt(long offset);

    /// Says which bytes are going to be read, in order; a range within the object. What follows
    /// may be brought up from flash ahead of the reader. Never blocks.
    void willRead(long offset, long lengthBytes);

    /// Reads a block from the fastest tier that has it.
    ///
    /// @return leased to the caller, who closes it
    /// @throws dev.varve.env.StorageException CORRUPT or ABSENT if no good copy is left: for a
    ///         durable bucket an error, for a cache bucket a miss (the object is dropped)
    Block read(int index);

    /// As [#read], from memory alone.
    Optional<Block> tryRead(int index);

    /// Ends reading; blocks already handed out stay with their holders. Again it does nothing.
    @Override
    void close();
}
