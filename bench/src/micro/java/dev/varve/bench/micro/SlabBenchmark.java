package dev.varve.bench.micro;

import dev.varve.bytes.Block;
import dev.varve.bytes.BuddySlab;
import dev.varve.bytes.Slab;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// A block from a slab that is three quarters full, and back, the oldest first.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SlabBenchmark {
    private static final long CAPACITY_BYTES = 256L << 20;

    /// Length of each block; the last one is what a KV block of 60 tokens might have.
    @Param({"4096", "65536", "1048576", "3000000"})
    public int lengthBytes;

    private Slab slab;
    private final Deque<Block> blocks = new ArrayDeque<>();

    @Setup(Level.Iteration)
    public void fill() {
        slab = BuddySlab.open(CAPACITY_BYTES);
        while (slab.usedBytes() < CAPACITY_BYTES / 4 * 3) {
            blocks.add(slab.allocate(lengthBytes).orElseThrow());
        }
    }

    @TearDown(Level.Iteration)
    public void empty() {
        blocks.forEach(Block::close);
        blocks.clear();
        slab.close();
    }

    @Benchmark
    public Block allocateAndFree() {
        blocks.remove().close();
        Block block = slab.allocate(lengthBytes).orElseThrow();
        blocks.add(block);
        return block;
    }
}
