package dev.varve.bench.micro;

import dev.varve.bytes.Crc32c;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// The checksum of a block off the heap.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ChecksumBenchmark {
    /// Length of the block.
    @Param({"4096", "1048576"})
    public int lengthBytes;

    private MemorySegment bytes;

    @Setup
    public void allocate() {
        bytes = Arena.ofAuto().allocate(lengthBytes, 4096);
    }

    @Benchmark
    public int crc32c() {
        return Crc32c.of(bytes);
    }
}
