package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

final class ArcPolicyTest implements ReferencedPolicyContract {

    @Override
    public EvictionPolicy policy() {
        return new ArcPolicy(1000);
    }

    @Override
    public EvictionPolicy reference() {
        return new NaiveArc(1000);
    }

    @Override
    public boolean consistent(EvictionPolicy policy) {
        return ((ArcPolicy) policy).consistent();
    }

    @Test
    void rejectsACapacityBelowOneByte() {
        assertThatIllegalArgumentException().isThrownBy(() -> new ArcPolicy(0));
    }

    @Test
    void evictsWhatWasReadOnceBeforeWhatWasReadTwice() {
        var policy = new ArcPolicy(30);
        policy.inserted(1, 10);
        policy.inserted(2, 10);
        policy.inserted(3, 10);
        policy.accessed(1);
        assertThat(policy.victim()).isEqualTo(2);
        assertThat(policy.victim()).isEqualTo(3);
        assertThat(policy.victim()).isEqualTo(1);
    }

    @Test
    void givesRoomToWhatWasReadOnceWhenItsGhostIsHit() {
        var policy = new ArcPolicy(40);
        policy.inserted(1, 10);
        policy.inserted(2, 10);
        policy.accessed(1);
        policy.accessed(2);
        policy.inserted(3, 10);
        policy.inserted(4, 10);
        assertThat(policy.victim()).isEqualTo(3);
        // The ghost of 3 makes 10 bytes the target of what was read once: 4 may stay.
        policy.expected(3, 10);
        assertThat(policy.victim()).isEqualTo(1);
    }

    @Test
    void learnsFromAGhostOnceWhetherItWasExpectedOrNot() {
        var told = new ArcPolicy(1000);
        var untold = new ArcPolicy(1000);
        for (var policy : new ArcPolicy[]{told, untold}) {
            for (long id = 1; id <= 100; id++) {
                policy.inserted(id, 10);
                policy.accessed(id / 2);
            }
            for (int i = 0; i < 30; i++) {
                assertThat(policy.victim()).isNotEqualTo(EvictionPolicy.NONE);
            }
        }
        for (long id = 51; id <= 60; id++) {
            told.expected(id, 10);
            told.inserted(id, 10);
            untold.inserted(id, 10);
        }
        for (int i = 0; i < 80; i++) {
            assertThat(told.victim()).isEqualTo(untold.victim());
        }
    }
}
