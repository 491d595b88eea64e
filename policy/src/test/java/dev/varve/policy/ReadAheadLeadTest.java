package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ReadAheadLeadTest {
    private final ReadAheadLead lead = new ReadAheadLead();

    @Test
    void growsTwofoldWithEachObjectThatWasExpected() {
        assertThat(lead.taken()).isTrue();
        assertThat(advance(1 << 20)).isEqualTo(2);
        assertThat(lead.taken()).isFalse();
        assertThat(advance(1 << 20)).isEqualTo(3); // one was taken, of 4
        assertThat(lead.taken()).isFalse();
        assertThat(advance(1 << 20)).isEqualTo(5);
    }

    @Test
    void endsAtSixteenObjectsAndAtSixtyFourMebibytes() {
        for (int i = 0; i < 10; i++) {
            lead.taken();
        }
        assertThat(advance(100)).isEqualTo(16);
        lead.lost();
        for (int i = 0; i < 10; i++) {
            lead.taken();
        }
        assertThat(advance(8 << 20)).isEqualTo(8);
        lead.lost();
        lead.taken();
        assertThat(advance(1L << 40)).isOne();
    }

    @Test
    void startsAnewAfterWhatWasNotExpected() {
        lead.taken();
        advance(1 << 20);
        lead.lost();
        assertThat(lead.taken()).isTrue();
        assertThat(advance(1 << 20)).isEqualTo(2);
    }

    @Test
    void saysThatTheReaderHasCaughtUpWhereNothingLiesAhead() {
        lead.taken();
        advance(1 << 20);
        assertThat(lead.taken()).isFalse();
        assertThat(lead.taken()).isFalse();
        assertThat(lead.taken()).isTrue();
    }

    /// @return how many objects it goes on
    private int advance(long sizeBytes) {
        int steps = 0;
        for (; lead.goesOn(sizeBytes); steps++) {
            lead.went();
        }
        return steps;
    }
}
