package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

final class S3FifoPolicyTest implements ReferencedPolicyContract {

    @Override
    public EvictionPolicy policy() {
        return new S3FifoPolicy(1000);
    }

    @Override
    public EvictionPolicy reference() {
        return new NaiveS3Fifo(1000);
    }

    @Override
    public boolean consistent(EvictionPolicy policy) {
        return ((S3FifoPolicy) policy).consistent();
    }

    @Test
    void rejectsACapacityBelowOneByte() {
        assertThatIllegalArgumentException().isThrownBy(() -> new S3FifoPolicy(0));
    }

    @Test
    void evictsABlockReadOnceBeforeOneReadTwice() {
        var policy = new S3FifoPolicy(100);
        policy.inserted(1, 10);
        policy.inserted(2, 10);
        policy.accessed(1);
        policy.accessed(1);
        policy.accessed(2);
        assertThat(policy.victim()).isEqualTo(2);
        assertThat(policy.victim()).isEqualTo(1);
    }

    @Test
    void admitsABlockThatComesBackSoonToMain() {
        var policy = new S3FifoPolicy(100);
        policy.inserted(1, 10);
        policy.inserted(2, 10);
        assertThat(policy.victim()).isEqualTo(1);
        policy.inserted(1, 10);
        policy.inserted(3, 10);
        // 1 is in main now, so the small queue gives first although 1 came before 3.
        assertThat(policy.victim()).isEqualTo(2);
        assertThat(policy.victim()).isEqualTo(3);
        assertThat(policy.victim()).isEqualTo(1);
    }

    @Test
    void doesNotRememberADeletedBlock() {
        var policy = new S3FifoPolicy(100);
        policy.inserted(1, 10);
        policy.inserted(2, 10);
        assertThat(policy.victim()).isEqualTo(1);
        policy.removed(1);
        policy.inserted(1, 10);
        policy.inserted(3, 10);
        assertThat(policy.victim()).isEqualTo(2);
        assertThat(policy.victim()).isEqualTo(1);
    }

    @Test
    void remembersNoMoreGhostsThanBlocksArePresent() {
        var policy = new S3FifoPolicy(1 << 20);
        for (long id = 1; id <= 30; id++) {
            policy.inserted(id, 1);
        }
        for (long id = 1; id <= 20; id++) {
            assertThat(policy.victim()).isEqualTo(id);
        }
        // 10 are left, so of the 20 that went only 11 to 20 are remembered: they return to main.
        policy.inserted(20, 1);
        policy.inserted(1, 1);
        for (long id = 21; id <= 30; id++) {
            policy.removed(id);
        }
        policy.inserted(99, 1 << 20);
        assertThat(policy.victim()).isEqualTo(1);
    }
}
