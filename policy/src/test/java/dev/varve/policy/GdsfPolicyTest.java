package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.policy.GdsfPolicy.MissCost;
import org.junit.jupiter.api.Test;

final class GdsfPolicyTest implements ReferencedPolicyContract {

    @Override
    public EvictionPolicy policy() {
        return new GdsfPolicy(MissCost.SAME);
    }

    @Override
    public EvictionPolicy reference() {
        return new NaiveGdsf();
    }

    @Override
    public boolean consistent(EvictionPolicy policy) {
        return ((GdsfPolicy) policy).consistent();
    }

    @Test
    void evictsTheLargestOfThoseReadAsOften() {
        var policy = policy();
        policy.inserted(1, 10);
        policy.inserted(2, 30);
        policy.inserted(3, 20);
        assertThat(policy.victim()).isEqualTo(2);
        assertThat(policy.victim()).isEqualTo(3);
        assertThat(policy.victim()).isEqualTo(1);
    }

    @Test
    void evictsTheCheapestOfThoseOfOneSize() {
        var policy = new GdsfPolicy((id, _) -> id == 2 ? 1 : 5);
        policy.inserted(1, 10);
        policy.inserted(2, 10);
        policy.inserted(3, 10);
        assertThat(policy.victim()).isEqualTo(2);
    }

    @Test
    void letsWhatNobodyReadsAnyMoreAge() {
        var policy = policy();
        policy.inserted(1, 1);
        for (int i = 0; i < 10; i++) {
            policy.accessed(1);
        }
        long next = 2;
        policy.inserted(next, 1);
        for (int i = 0; i < 10; i++) {
            assertThat(policy.victim()).isEqualTo(next);
            policy.inserted(++next, 1);
        }
        assertThat(policy.victim()).isEqualTo(1);
    }
}
