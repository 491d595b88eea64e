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
    private static final Use WRITTEN_ONCE = new Use(1, 0, 0, 0);

    private final CompressionJudge judge = new CompressionJudge(new Saving(TLC, 1.2));

    @Test
    void whatIsSoonGoneIsNotTriedAgainIfCompressingItTakesMoreThanItSaves() {
        assertThat(judge.tries(.5)).isTrue();
        judge.keeps(.5, .5, LENGTH, MILLISECOND, WRITTEN_ONCE);
        assertThat(judge.tries(.5)).isFalse();
    }

    @Test
    void aBlockThatWasCompressedIsKeptSoBecauseThatIsPaidFor() {
        assertThat(judge.keeps(.5, .5, LENGTH, MILLISECOND, WRITTEN_ONCE)).isTrue();
        assertThat(judge.keeps(.9, 1, LENGTH, MILLISECOND, WRITTEN_ONCE)).isFalse();
    }

    @Test
    void whatTakesLittleTimePays() {
        judge.keeps(.5, .5, LENGTH, MILLISECOND / 10, WRITTEN_ONCE);
        assertThat(judge.tries(.5)).isTrue();
    }

    @Test
    void whatStaysLongPaysByTheRoomThatItLeavesToOthers() {
        judge.keeps(.8, .8, LENGTH, MILLISECOND, held(Duration.ofHours(4)));
        judge.keeps(.5, .5, LENGTH, MILLISECOND, held(Duration.ofHours(4)));
        assertThat(judge.tries(.8)).isFalse();
        assertThat(judge.tries(.5)).isTrue();
    }

    @Test
    void whatIsReadOftenMustBeExpandedOften() {
        judge.expanded(LENGTH, MILLISECOND);
        var readOften = new Use(1, 10, 0, 0);
        assertThat(judge.keeps(.5, .5, LENGTH, MILLISECOND / 10, readOften)).isFalse();
        assertThat(judge.keeps(0, .05, LENGTH, MILLISECOND / 10, WRITTEN_ONCE)).isTrue();
    }

    @Test
    void whatWouldTakeTooLongToReadIsNotKeptHoweverMuchItSaves() {
        judge.expanded(LENGTH, MILLISECOND);
        var fastDevice = new Use(1, .1, Duration.ofDays(30).toSeconds(),
                (double) MILLISECOND / LENGTH);
        assertThat(judge.keeps(.3, .3, LENGTH, MILLISECOND, fastDevice)).isFalse();
        assertThat(judge.keeps(.1, .1, LENGTH, MILLISECOND, fastDevice)).isTrue();
    }

    @Test
    void aKindThatDoesNotPayIsTriedNowAndThenAndTakenUpWhenItDoes() {
        judge.keeps(.5, .5, LENGTH, MILLISECOND, WRITTEN_ONCE);
        int tried = 0;
        for (int i = 0; i < 640; i++) {
            tried += judge.tries(.5) ? 1 : 0;
        }
        assertThat(tried).isEqualTo(10);
        for (int i = 0; i < 10; i++) {
            judge.keeps(.5, .5, LENGTH, MILLISECOND, held(Duration.ofDays(1)));
        }
        assertThat(judge.tries(.5)).isTrue();
    }

    @Test
    void kindsAreToldApartByWhatASampleSays() {
        judge.keeps(.95, 1, LENGTH, MILLISECOND, WRITTEN_ONCE);
        assertThat(judge.tries(.95)).isFalse();
        assertThat(judge.tries(.1)).isTrue();
        assertThat(judge.tries(7)).as("sizes that no codec gives").isFalse();
    }

    @Test
    void smallBlocksAndWhatSomebodyWaitsForAreLeftAlone() {
        assertThat(judge.mayCompress(LENGTH, false)).isTrue();
        assertThat(judge.mayCompress(LENGTH, true)).isFalse();
        assertThat(judge.mayCompress(1000, false)).isFalse();
    }

    @Test
    void alwaysAndNeverDoNotAskForTheEnergy() {
        var always = new CompressionJudge(new Compression.Always());
        assertThat(always.mayCompress(2000, true)).isTrue();
        assertThat(always.mayCompress(100, true)).isFalse();
        assertThat(always.keeps(0, .9, LENGTH, MILLISECOND, WRITTEN_ONCE)).isTrue();
        assertThat(always.keeps(0, 1, LENGTH, MILLISECOND, WRITTEN_ONCE)).isFalse();
        assertThat(always.tries(0)).isTrue();
        var never = new CompressionJudge(new Compression.Never());
        assertThat(never.mayCompress(LENGTH, false)).isFalse();
    }

    private static Use held(Duration time) {
        return new Use(1, 0, time.toSeconds(), 0);
    }
}
