package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.LongFunction;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Hit ratios on an hour of real traffic (kvcache-ai/Mooncake, FAST 2025 release) against published
/// ones, to the last digit. Runs where the trace is to be had: `-Dvarve.trace=FILE`, or in a folder
/// `shared/traces` beside the repository or above it.
final class TraceHitRatioTest {
    private static final String FILE = "mooncake_conversation_trace.jsonl";
    private static final Pattern HASH_IDS = Pattern.compile("\"hash_ids\":\\s*\\[([0-9, ]*)\\]");
    static final int DISTINCT_BLOCKS = 182_790;

    @ParameterizedTest
    @CsvSource({"1, .0523", "5, .1954", "10, .2784", "25, .3535", "50, .3631"})
    void ofLruAreThePublishedOnes(int percent, String published) throws IOException {
        assertThat(hitRatio(percent, capacity -> new LruPolicy())).isEqualTo("0" + published);
    }

    @ParameterizedTest
    @CsvSource({"1, .0749", "5, .1876", "10, .2456", "25, .3460", "50, .3620"})
    void ofS3FifoAreThePublishedOnes(int percent, String published) throws IOException {
        assertThat(hitRatio(percent, S3FifoPolicy::new)).isEqualTo("0" + published);
    }

    /// Learnt on the way, from an empty cache and without any figure about this trace. No policy of
    /// a general kind that is published reaches more than .0978, .2121, .2841 (LIRS, ARC, ARC) at
    /// the smaller sizes; where there is room enough, LRU is hard to beat.
    @ParameterizedTest
    @CsvSource({"1, .105", "5, .230", "10, .295", "25, .350", "50, .360"})
    void ofTheChainPolicyAreAboveThoseOfGeneralOnes(int percent, double least) throws IOException {
        assertThat(Double.parseDouble(hitRatio(percent, ChainPolicy::new)))
                .isGreaterThanOrEqualTo(least);
    }

    /// Heads before tails: a block is of use to an engine only if all before it in the prompt are
    /// there as well.
    @ParameterizedTest
    @ValueSource(ints = {5, 10, 25})
    void whatTheChainPolicyKeepsIsOfUseToThoseWhoReadInOrder(int percent) throws IOException {
        int capacity = DISTINCT_BLOCKS * percent / 100;
        var cache = new PolicyCache(new ChainPolicy(capacity), capacity);
        long hits = 0;
        long useful = 0;
        for (long[] request : requests()) {
            long predecessor = EvictionPolicy.NONE;
            boolean whole = true;
            for (long block : request) {
                boolean hit = cache.reference(block + 1, 1, predecessor);
                whole &= hit;
                hits += hit ? 1 : 0;
                useful += whole ? 1 : 0;
                predecessor = block + 1;
            }
        }
        assertThat((double) useful / hits).isGreaterThan(0.98);
    }

    private static String hitRatio(int percent, LongFunction<EvictionPolicy> policies)
            throws IOException {
        int capacity = DISTINCT_BLOCKS * percent / 100;
        var cache = new PolicyCache(policies.apply(capacity), capacity);
        long references = 0;
        long hits = 0;
        for (long[] request : requests()) {
            long predecessor = EvictionPolicy.NONE;
            for (long block : request) {
                // The trace has a block 0.
                long id = block + 1;
                hits += cache.reference(id, 1, predecessor) ? 1 : 0;
                references++;
                predecessor = id;
            }
        }
        return String.format(Locale.ROOT, "%.4f", (double) hits / references);
    }

    static List<long[]> requests() throws IOException {
        var places = Stream.of(
                System.getProperty("varve.trace", FILE),
                "../shared/traces/" + FILE,
                "../../shared/traces/" + FILE);
        var trace = places.map(Path::of).filter(Files::isReadable).findFirst();
        assumeThat(trace).as("the trace " + FILE + "; name it with -Dvarve.trace=FILE").isPresent();
        try (var lines = Files.lines(trace.orElseThrow())) {
            return lines.map(TraceHitRatioTest::hashIds).toList();
        }
    }

    private static long[] hashIds(String line) {
        var matcher = HASH_IDS.matcher(line);
        assertThat(matcher.find()).as(line).isTrue();
        return Arrays.stream(matcher.group(1).split(","))
                .mapToLong(id -> Long.parseLong(id.trim()))
                .toArray();
    }
}
