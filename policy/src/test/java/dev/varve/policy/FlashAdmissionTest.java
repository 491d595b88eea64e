package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.varve.policy.FlashAdmission.Candidate;
import dev.varve.policy.FlashAdmission.Verdict;
import org.junit.jupiter.api.Test;

final class FlashAdmissionTest {
    private static final long WINDOW = 1000;

    private final FlashAdmission admission = new FlashAdmission(WINDOW, 1 << 10);

    @Test
    void takesEverythingWhileThereIsRoom() {
        assertThat(admission.decide(ofRun(1, 5, 500), true)).isEqualTo(Verdict.ROOM);
    }

    @Test
    void takesWhatWasRead() {
        var read = new Candidate(1, 1, 5, 500, false, false);
        assertThat(admission.decide(read, false)).isEqualTo(Verdict.READ);
    }

    @Test
    void takesShortRunsButNotTheirLastObject() {
        assertThat(admission.decide(ofRun(1, 0, 3), false)).isEqualTo(Verdict.SHORT_RUN);
        assertThat(admission.decide(ofRun(2, 2, 3), false)).isEqualTo(Verdict.WAIT);
    }

    @Test
    void takesWhatWasWrittenAlone() {
        assertThat(admission.decide(ofRun(1, 0, 1), false)).isEqualTo(Verdict.SHORT_RUN);
    }

    @Test
    void takesLessOfARunThatContinuesAConversation() {
        int length = (int) admission.limit() - 1;
        assertThat(admission.decide(new Candidate(1, 0, 0, length, false, false), false))
                .isEqualTo(Verdict.SHORT_RUN);
        assertThat(admission.decide(new Candidate(2, 0, 0, length, true, false), false))
                .isEqualTo(Verdict.WAIT);
    }

    @Test
    void refusesOnlyWhatHasWaited() {
        assertThat(admission.decide(ofRun(1, 0, 500), false)).isEqualTo(Verdict.WAIT);
        assertThat(admission.decide(waited(1), false)).isEqualTo(Verdict.UNREAD);
    }

    @Test
    void takesWhatComesBackAfterARefusal() {
        admission.decide(waited(1), false);
        assertThat(admission.decide(ofRun(1, 0, 500), false)).isEqualTo(Verdict.RETURNED);
        assertThat(admission.decide(ofRun(2, 0, 500), false)).isEqualTo(Verdict.WAIT);
    }

    @Test
    void allowsShorterRunsWhereFlashTakesTooMuchAndLongerOnesWhereItTakesLittle() {
        double before = admission.limit();
        admission.written((long) (FlashAdmission.SHARE * WINDOW) + 1);
        admission.taken(WINDOW, false);
        double shorter = admission.limit();
        assertThat(shorter).isLessThan(before);
        admission.taken(WINDOW, false);
        assertThat(admission.limit()).isGreaterThan(shorter);
    }

    @Test
    void learnsNothingFromWhatFlashTakesIntoItsRoom() {
        double before = admission.limit();
        admission.written(WINDOW);
        admission.taken(WINDOW, true);
        assertThat(admission.limit()).isEqualTo(before);
    }

    @Test
    void knowsNoLimitAnyMoreForClientsThatOnlyWriteLongRuns() {
        for (int i = 0; i < 100; i++) {
            admission.taken(WINDOW, false);
        }
        assertThat(admission.decide(ofRun(1, 7, 100_000), false)).isEqualTo(Verdict.SHORT_RUN);
    }

    @Test
    void goesOnTakingWhatIsWrittenAloneAtTheLowestLimit() {
        for (int i = 0; i < 100; i++) {
            admission.written(WINDOW);
            admission.taken(WINDOW, false);
        }
        assertThat(admission.limit()).isEqualTo(2);
        assertThat(admission.decide(ofRun(1, 0, 1), false)).isEqualTo(Verdict.SHORT_RUN);
    }

    @Test
    void rejectsAWindowBelowOneByteAndAnOddTable() {
        assertThatIllegalArgumentException().isThrownBy(() -> new FlashAdmission(0, 16));
        assertThatIllegalArgumentException().isThrownBy(() -> new FlashAdmission(1, 17));
    }

    private static Candidate ofRun(long name, int position, int length) {
        return new Candidate(name, 0, position, length, false, false);
    }

    private static Candidate waited(long name) {
        return new Candidate(name, 0, 0, 500, false, true);
    }
}
