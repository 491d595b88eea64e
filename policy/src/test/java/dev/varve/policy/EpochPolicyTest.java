package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EpochPolicyTest implements ReferencedPolicyContract {
    private static final int BLOCKS = 400;
    private static final int MEMORY = 100;

    @Override
    public EvictionPolicy policy() {
        return new EpochPolicy();
    }

    /// Where there are no epochs.
    @Override
    public EvictionPolicy reference() {
        return new LruPolicy();
    }

    @Override
    public boolean consistent(EvictionPolicy policy) {
        return ((EpochPolicy) policy).consistent();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void keepsItsShareOfAShuffledSetFromOneEpochToTheNext(long seed) {
        var random = new Random(seed);
        var cache = new PolicyCache(new EpochPolicy(), MEMORY);
        read(cache, shuffled(random));
        read(cache, shuffled(random));
        read(cache, shuffled(random));
        for (int epoch = 0; epoch < 4; epoch++) {
            assertThat(read(cache, shuffled(random))).isBetween(MEMORY - 12, MEMORY);
        }
    }

    @Test
    void keepsOfALoopNearlyAllThatCanBeKept() {
        var cache = new PolicyCache(new EpochPolicy(), MEMORY);
        var order = shuffled(new Random(1));
        for (int epoch = 0; epoch < 3; epoch++) {
            read(cache, order);
        }
        assertThat(read(cache, order)).isBetween(MEMORY - 8, MEMORY);
    }

    @Test
    void keepsWhatWasBroughtUpUntilItsReaderHasCome() {
        var random = new Random(5);
        var policy = new EpochPolicy();
        var cache = new PolicyCache(policy, MEMORY);
        read(cache, shuffled(random));
        read(cache, shuffled(random));
        var order = shuffled(random);
        read(cache, order.subList(0, 300));
        long last = order.getLast();
        if (!policy.contains(last)) {
            policy.victim();
            policy.inserted(last, 1);
        }
        policy.broughtUp(last);
        read(cache, order.subList(300, 399));
        assertThat(policy.contains(last)).isTrue();
        policy.reached(last);
        read(cache, shuffled(random));
        assertThat(policy.consistent()).isTrue();
        assertThat(policy.count()).isEqualTo(MEMORY);
    }

    @Test
    void whatWasBroughtUpForNobodyLeavesFirstWhenEpochsEnd() {
        var random = new Random(5);
        var policy = new EpochPolicy();
        var cache = new PolicyCache(policy, MEMORY);
        read(cache, shuffled(random));
        read(cache, shuffled(random));
        policy.victim();
        policy.inserted(1000, 1);
        policy.broughtUp(1000);
        assertThat(policy.sureMisses()).isNotEqualTo(EvictionPolicy.UNSURE);
        for (int i = 0; policy.sureMisses() != EvictionPolicy.UNSURE; i++) {
            cache.reference(2000 + i, 1);
        }
        assertThat(policy.victim()).isEqualTo(1000);
    }

    private static int read(PolicyCache cache, List<Long> order) {
        return (int) order.stream().filter(block -> cache.reference(block, 1)).count();
    }

    private static List<Long> shuffled(Random random) {
        var order = new ArrayList<>(LongStream.rangeClosed(1, BLOCKS).boxed().toList());
        Collections.shuffle(order, random);
        return order;
    }
}
