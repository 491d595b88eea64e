package dev.varve.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Objects that are read one after the other, again and again.
final class ReadAheadTest {
    private static final int LENGTH = 70_000;
    private static final int CHAIN = 6;

    private final EngineRig rig = new EngineRig(5, 32 << 20);

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void bringsUpWhatFollowedTheLastTimeFartherAndFartherAhead() {
        store("a");
        walk(rig.cache().readAhead(), "a");
        pushOut();
        var reader = rig.cache().readAhead();
        take(reader, 0);
        assertThat(prefetchedBytes()).isZero();
        take(reader, 1);
        assertThat(prefetchedBytes()).isEqualTo(2L * LENGTH);
        take(reader, 2);
        assertThat(prefetchedBytes()).isEqualTo(3L * LENGTH);
        take(reader, 3);
        assertThat(prefetchedBytes()).isEqualTo((CHAIN - 2L) * LENGTH);
    }

    @Test
    void looksAtEachLinkOnceWhileTheReaderMovesOn() {
        store("a");
        walk(rig.cache().readAhead(), "a");
        pushOut();
        var reader = rig.cache().readAhead();
        IntStream.range(0, CHAIN).forEach(i -> take(reader, i));
        assertThat(prefetchedBytes()).isEqualTo((CHAIN - 2L) * LENGTH);
    }

    @Test
    void learnsANewOrder() {
        store("a");
        store("b");
        walk(rig.cache().readAhead(), "a");
        var newOrder = List.of(head("a", 0), head("b", 3), head("b", 5));
        newOrder.forEach(rig.cache().readAhead()::read);
        pushOut();
        newOrder.subList(0, 2).forEach(rig.cache().readAhead()::read);
        step();
        assertThat(inMemory("a")).isZero();
        assertThat(inMemory("b")).isOne();
    }

    @Test
    void readersThatKeepNoOrderCostNothing() {
        store("a");
        pushOut();
        for (int pass = 0; pass < 10; pass++) {
            int stride = pass % 2 == 0 ? 1 : CHAIN - 1;
            var reader = rig.cache().readAhead();
            IntStream.rangeClosed(0, CHAIN)
                    .forEach(i -> reader.read(head("a", i * stride % CHAIN)));
        }
        step();
        assertThat(prefetchedBytes()).isZero();
    }

    @Test
    void smallObjectsAreNoChain() {
        rig.cache().put(ObjectKey.of("s1"), new byte[100]);
        rig.cache().put(ObjectKey.of("s2"), new byte[100]);
        var reader = rig.cache().readAhead();
        for (var key : List.of("s1", "s2", "s1", "s2")) {
            reader.read(rig.cache().head(ObjectKey.of(key)).orElseThrow());
        }
        pushOut();
        rig.cache().readAhead().read(rig.cache().head(ObjectKey.of("s1")).orElseThrow());
        rig.tasks.stepAll();
        assertThat(prefetchedBytes()).isZero();
    }

    @Test
    void aRingOfObjectsIsFollowedOnlySoFar() {
        store("a");
        var reader = rig.cache().readAhead();
        for (int i = 0; i < 3 * CHAIN; i++) {
            reader.read(head("a", i % CHAIN));
        }
        rig.tasks.stepAll();
        assertThat(rig.cache().get(key("a", 0))).isPresent();
    }

    /// Asks for an object and reads it.
    private void take(ReadAhead reader, int i) {
        assertThat(rig.cache().get(key("a", i))).isPresent();
        reader.read(head("a", i));
        step();
    }

    private void step() {
        for (int i = 0; i < CHAIN; i++) {
            rig.tasks.stepAll();
        }
    }

    private long prefetchedBytes() {
        return rig.engine.status().movement().prefetchedBytes();
    }

    private void store(String chain) {
        for (int i = 0; i < CHAIN; i++) {
            rig.cache().put(key(chain, i), bytes(i));
            rig.tasks.stepAll();
        }
    }

    private void walk(ReadAhead reader, String chain) {
        IntStream.range(0, CHAIN).forEach(i -> reader.read(head(chain, i)));
    }

    private void pushOut() {
        for (int i = 0; i < 40; i++) {
            rig.cache().put(ObjectKey.of("other" + i), bytes(i));
            rig.tasks.stepAll();
        }
    }

    private long inMemory(String chain) {
        return IntStream.range(0, CHAIN)
                .mapToObj(i -> (Explanation.Present) rig.cache().explain(key(chain, i)))
                .filter(present -> present.blocksInMemory() == present.blocks())
                .count();
    }

    private ObjectInfo head(String chain, int i) {
        return rig.cache().head(key(chain, i)).orElseThrow();
    }

    private static ObjectKey key(String chain, int i) {
        return ObjectKey.of(chain + "-" + i);
    }

    private static byte[] bytes(int seed) {
        var bytes = new byte[LENGTH];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
