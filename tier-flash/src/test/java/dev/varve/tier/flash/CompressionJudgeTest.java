package dev.varve.tier.flash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.tier.Compression;
import dev.varve.tier.Compression.DeviceEnergy;
import dev.varve.tier.Compression.Saving;
import dev.varve.tier.CompressionJudge;
import dev.varve.tier.CompressionJudge.Use;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// Blocks of 1 MiB that take 1 ms to compress: 4 nJ a byte at 4 W, more than the 3.5 nJ that TLC
/// takes to write one.
final class CompressionJudgeTest {
    private static final int LENGTH = 1 << 20;
    private static final long MILLISECOND = Duration.ofMillis(1).toNanos();
    /// TLC: 1.33 nJ to read a byte, 3.52 nJ to write one, 4 W for 3.84 TB.
    private static final DeviceEnergy TLC = new DeviceEnergy(1.33e-9, 3.52e-9, 4 / 3.84e12);
    private static final Use WRITTEN_ONCE = new Use(1, 0, 0, 0, 0);

    private final CompressionJudge judge = new CompressionJudge(new Saving(TLC, 1.2));

    @Test
    void whatIsSoonGoneIsNotTriedAgainIfCompressingItTakesMoreThanItSaves() {
        assertThat(tries(.5)).isTrue();
        teach(.5, MILLISECOND, WRITTEN_ONCE);
        assertThat(tries(.5)).isFalse();
    }

    /// The machine may have done something else meanwhile.
    @Test
    void oneTrialThatTookLongDecidesNothing() {
        teach(.5, MILLISECOND / 10, WRITTEN_ONCE);
        judge.keeps(.5, .5, LENGTH, 10 * MILLISECOND, WRITTEN_ONCE);
        assertThat(tries(.5)).isTrue();
    }

    @Test
    void theFirstTimesTakeLongerAndAreSoonForgotten() {
        for (int times = 64; times > 0; times /= 2) {
            judge.keeps(.5, .5, LENGTH, times * MILLISECOND / 10, WRITTEN_ONCE);
        }
        teach(.5, MILLISECOND / 10, WRITTEN_ONCE);
        assertThat(tries(.5)).isTrue();
    }

    @Test
    void aBlockThatWasCompressedIsKeptSoBecauseThatIsPaidFor() {
        assertThat(judge.keeps(.5, .5, LENGTH, MILLISECOND, WRITTEN_ONCE)).isTrue();
        assertThat(judge.keeps(.9, 1, LENGTH, MILLISECOND, WRITTEN_ONCE)).isFalse();
    }

    @Test
    void whatTakesLittleTimePays() {
        teach(.5, MILLISECOND / 10, WRITTEN_ONCE);
        assertThat(tries(.5)).isTrue();
    }

    @Test
    void whatStaysLongPaysByTheRoomThatItLeavesToOthers() {
        teach(.8, MILLISECOND, held(Duration.ofHours(4)));
        teach(.5, MILLISECOND, held(Duration.ofHours(4)));
        assertThat(tries(.8)).isFalse();
        assertThat(tries(.5)).isTrue();
    }

    @Test
    void whatIsReadOftenMustBeExpandedOften() {
        judge.expanded(LENGTH, MILLISECOND);
        var readOften = new Use(1, 10, 0, 0, 0);
        assertThat(judge.keeps(.5, .5, LENGTH, MILLISECOND / 10, readOften)).isFalse();
        assertThat(judge.keeps(0, .05, LENGTH, MILLISECOND / 10, WRITTEN_ONCE)).isTrue();
    }

    @Test
    void whatWouldTakeTooLongToReadIsNotKeptHoweverMuchItSaves() {
        judge.expanded(LENGTH, MILLISECOND);
        var fastDevice = new Use(1, .1, Duration.ofDays(30).toSeconds(),
                (double) MILLISECOND / LENGTH, 0);
        assertThat(judge.keeps(.3, .3, LENGTH, MILLISECOND, fastDevice)).isFalse();
        assertThat(judge.keeps(.1, .1, LENGTH, MILLISECOND, fastDevice)).isTrue();
    }

    @Test
    void aKindThatDoesNotPayIsTriedNowAndThenAndTakenUpWhenItDoes() {
        teach(.5, MILLISECOND, WRITTEN_ONCE);
        int tried = 0;
        for (int i = 0; i < 640; i++) {
            tried += tries(.5) ? 1 : 0;
        }
        assertThat(tried).isEqualTo(10);
        teach(.5, MILLISECOND, held(Duration.ofDays(1)));
        assertThat(tries(.5)).isTrue();
    }

    @Test
    void kindsAreToldApartByWhatASampleSays() {
        teach(.95, MILLISECOND, WRITTEN_ONCE);
        assertThat(tries(.95)).isFalse();
        assertThat(tries(.1)).isTrue();
        assertThat(tries(7)).as("sizes that no codec gives").isFalse();
    }

    /// A device that writes a block in 1 ms: it and a half of that are within 1.2 ms, where it
    /// shrinks by half.
    @Test
    void whatSomebodyWaitsForIsCompressedIfThatHardlyTakesLonger() {
        var use = new Use(1, 0, Duration.ofDays(1).toSeconds(), 0, (double) MILLISECOND / LENGTH);
        assertThat(judge.tries(.5, LENGTH, true, use)).as("unknown").isFalse();
        teach(.5, MILLISECOND / 2, use);
        assertThat(judge.tries(.5, LENGTH, true, use)).isTrue();
        teach(.9, MILLISECOND / 2, use);
        assertThat(judge.tries(.9, LENGTH, true, use)).isFalse();
        assertThat(judge.tries(.9, LENGTH, false, use)).isTrue();
    }

    @Test
    void smallBlocksAreLeftAlone() {
        assertThat(judge.mayCompress(LENGTH)).isTrue();
        assertThat(judge.mayCompress(1000)).isFalse();
    }

    @Test
    void alwaysAndNeverDoNotAskForTheEnergy() {
        var always = new CompressionJudge(new Compression.Always());
        assertThat(always.mayCompress(2000)).isTrue();
        assertThat(always.mayCompress(100)).isFalse();
        assertThat(always.keeps(0, .9, LENGTH, MILLISECOND, WRITTEN_ONCE)).isTrue();
        assertThat(always.keeps(0, 1, LENGTH, MILLISECOND, WRITTEN_ONCE)).isFalse();
        assertThat(always.tries(0, LENGTH, true, WRITTEN_ONCE)).isTrue();
        var never = new CompressionJudge(new Compression.Never());
        assertThat(never.mayCompress(LENGTH)).isFalse();
    }

    private boolean tries(double sample) {
        return judge.tries(sample, LENGTH, false, WRITTEN_ONCE);
    }

    /// Has so many blocks tried that their kind is judged.
    private void teach(double ratio, long nanos, Use use) {
        for (int i = 0; i < 16; i++) {
            judge.keeps(ratio, ratio, LENGTH, nanos, use);
        }
    }

    private static Use held(Duration time) {
        return new Use(1, 0, time.toSeconds(), 0, 0);
    }
}
