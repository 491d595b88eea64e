package dev.varve.engine;

import java.util.concurrent.atomic.LongAdder;

/// What the engine counts while it works; [EngineStatus] is the readable form.
///
/// Thread-safe.
final class EngineCounters {
    final LongAdder hits = new LongAdder();
    final LongAdder misses = new LongAdder();
    final LongAdder memoryBlocks = new LongAdder();
    final LongAdder memoryBytes = new LongAdder();
    final LongAdder flashBlocks = new LongAdder();
    final LongAdder flashBytes = new LongAdder();
    /// Blocks that have a catalog entry: up and down.
    final LongAdder persistedBlocks = new LongAdder();
    final LongAdder commits = new LongAdder();
    final LongAdder deletes = new LongAdder();
    final LongAdder writtenBytes = new LongAdder();
    final LongAdder evictedBlocks = new LongAdder();
    final LongAdder demotedBytes = new LongAdder();
    final LongAdder promotedBytes = new LongAdder();
    final LongAdder droppedBlocks = new LongAdder();
    final LongAdder cleanedBytes = new LongAdder();
    final LongAdder reinsertedBytes = new LongAdder();
    /// Holds that were not granted, because too much was held already.
    final LongAdder refusedHolds = new LongAdder();
    final LongAdder corruptBlocks = new LongAdder();
}
