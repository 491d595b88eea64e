package dev.varve.bench.micro;

import dev.varve.policy.EvictionPolicy;
import dev.varve.policy.PolicyName;
import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// One reference of a skewed stream through a policy: a hit, or a miss that evicts and inserts.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EvictionBenchmark {
    private static final int IDS = 1 << 20;
    private static final int PRESENT = IDS / 8;
    private static final long BLOCK_BYTES = 1 << 20;
    private static final int SKEW = 3;

    /// Which policy.
    @Param
    public PolicyName policy;

    private final BitSet present = new BitSet(IDS);
    private final int[] stream = new int[1 << 16];
    private EvictionPolicy eviction;
    private int at;

    @Setup
    public void warm() {
        eviction = policy.policy(PRESENT * BLOCK_BYTES, 1);
        var random = new SplittableRandom(1);
        for (int i = 0; i < stream.length; i++) {
            stream[i] = 1 + (int) ((IDS - 2) * Math.pow(random.nextDouble(), SKEW));
        }
        for (int i = 0; i < 4 * PRESENT; i++) {
            reference();
        }
    }

    @Benchmark
    public int reference() {
        int id = stream[at++ & stream.length - 1];
        if (present.get(id)) {
            eviction.accessed(id);
            return id;
        }
        eviction.expected(id, BLOCK_BYTES);
        if (eviction.count() >= PRESENT) {
            present.clear((int) eviction.victim());
        }
        eviction.inserted(id, BLOCK_BYTES);
        present.set(id);
        return id;
    }
}
