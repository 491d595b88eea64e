package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;

final class UsefulnessTest {
    private static final long MOST = 6400;
    private static final long BLOCK = 10;

    private final Usefulness usefulness = new Usefulness(MOST);

    @Test
    void whatNobodyHasReadYetCountsAgainstTheAllowance() {
        for (int i = 0; i < MOST / BLOCK; i++) {
            assertThat(usefulness.hasRoom()).isTrue();
            usefulness.broughtUp(BLOCK);
        }
        assertThat(usefulness.hasRoom()).isFalse();
        usefulness.read(BLOCK);
        assertThat(usefulness.hasRoom()).isTrue();
    }

    @Test
    void whatDidNotComeInDoesNotWait() {
        usefulness.broughtUp(MOST);
        usefulness.withdrawn(MOST);
        assertThat(usefulness.waitingBytes()).isZero();
        assertThat(usefulness.allowanceBytes()).isEqualTo(MOST);
    }

    @Test
    void unreadBlocksHalveTheAllowanceDownToATrickle() {
        judgements(1, usefulness::unread);
        assertThat(usefulness.allowanceBytes()).isEqualTo(MOST / 2);
        judgements(20, usefulness::unread);
        assertThat(usefulness.allowanceBytes()).isEqualTo(MOST / Usefulness.TRICKLE);
        assertThat(usefulness.hasRoom()).isTrue();
    }

    @Test
    void readBlocksDoubleItUpToTheMost() {
        judgements(20, usefulness::unread);
        judgements(20, usefulness::read);
        assertThat(usefulness.allowanceBytes()).isEqualTo(MOST);
    }

    @Test
    void oneHalfReadChangesNothing() {
        judgements(2, usefulness::unread);
        long before = usefulness.allowanceBytes();
        for (int i = 0; i < Usefulness.JUDGED_BLOCKS / 2 * 20; i++) {
            judge(usefulness::read);
            judge(usefulness::unread);
        }
        assertThat(usefulness.allowanceBytes()).isBetween(before / 2, before);
    }

    @Test
    void aBlockLargerThanTheAllowanceComesUpAlone() {
        var small = new Usefulness(1);
        assertThat(small.hasRoom()).isTrue();
        small.broughtUp(1 << 20);
        assertThat(small.hasRoom()).isFalse();
        small.unread(1 << 20);
        assertThat(small.hasRoom()).isTrue();
    }

    @Test
    void rejectsAnAllowanceOfNothing() {
        assertThatThrownBy(() -> new Usefulness(0)).isInstanceOf(IllegalArgumentException.class);
    }

    private void judgements(int count, LongConsumer outcome) {
        for (int i = 0; i < count * Usefulness.JUDGED_BLOCKS; i++) {
            judge(outcome);
        }
    }

    private void judge(LongConsumer outcome) {
        usefulness.broughtUp(BLOCK);
        outcome.accept(BLOCK);
    }
}
