package dev.varve.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.varve.replay.LoadCost.Measured;
import org.junit.jupiter.api.Test;

final class PrefillModelTest {
    /// 1 ms a request, 1 GB/s.
    private static final LoadCost COST = new LoadCost(1e-3, 1e9);

    @Test
    void withoutAttentionTimeIsProportional() {
        var model = new PrefillModel(8000, 1000, 0);
        assertThat(model.seconds(16_000)).isEqualTo(2);
        assertThat(model.seconds(16_000, 1e12)).isEqualTo(2);
    }

    @Test
    void attentionCostsAsMuchAsTheRestAtItsDepth() {
        var model = new PrefillModel(1000, 1000, 10_000);
        double atDepth = model.seconds(10_001) - model.seconds(10_000);
        assertThat(atDepth).isCloseTo(2e-3, within(1e-6));
        assertThat(model.seconds(20_000)).isCloseTo(20 + 20, within(1e-9));
    }

    @Test
    void aChunkPaysFromWhereItsRequestIsEarned() {
        // A token takes 100 µs to compute and 10 µs to load, so a request is earned by 1000 / 90.
        var model = new PrefillModel(10_000, 10_000, 0);
        assertThat(model.breakEvenChunk(COST)).isCloseTo(1000. / 90, within(1e-9));
    }

    @Test
    void aChunkThatLoadsSlowerThanItComputesNeverPays() {
        var model = new PrefillModel(10_000, 200_000, 0);
        assertThat(model.breakEvenChunk(COST)).isInfinite();
        assertThat(model.breakEvenPrefix(COST, 512)).isInfinite();
    }

    @Test
    void atTheBreakEvenBothTakeTheSameTime() {
        var model = new PrefillModel(10_000, 200_000, 30_000);
        double chunk = model.breakEvenChunk(COST);
        assertThat(COST.seconds(chunk * 200_000)).isCloseTo(model.seconds(chunk), within(1e-9));
    }

    @Test
    void aPrefixPaysFromItsFirstBlockOrWhereAttentionMakesItPay() {
        assertThat(new PrefillModel(10_000, 10_000, 0).breakEvenPrefix(COST, 512)).isEqualTo(512);
        var model = new PrefillModel(10_000, 200_000, 30_000);
        double prefix = model.breakEvenPrefix(COST, 512);
        assertThat(prefix % 512).isZero();
        double block = COST.seconds(512 * 200_000.);
        assertThat(model.seconds(prefix)).isGreaterThanOrEqualTo(prefix / 512 * block);
        assertThat(model.seconds(prefix - 512)).isLessThan((prefix / 512 - 1) * block);
    }

    @Test
    void aLineGoesThroughTwoMeasurements() {
        var cost = LoadCost.through(new Measured(1000, 2_000), new Measured(11_000, 12_000));
        assertThat(cost.bytesPerSecond()).isCloseTo(1e9, within(1.));
        assertThat(cost.requestSeconds()).isCloseTo(1e-6, within(1e-12));
        assertThat(cost.seconds(5_000)).isCloseTo(6e-6, within(1e-12));
    }

    @Test
    void measurementsThatMakeNoLineCostNothingRatherThanLessThanNothing() {
        var faster = LoadCost.through(new Measured(1000, 2_000), new Measured(11_000, 1_000));
        assertThat(faster.bytesPerSecond()).isInfinite();
        assertThat(faster.requestSeconds()).isEqualTo(2e-6);
        var below = LoadCost.through(new Measured(1000, 1_000), new Measured(2_000, 9_000));
        assertThat(below.requestSeconds()).isZero();
    }

    @Test
    void refusesWhatNoModelHas() {
        assertThatIllegalArgumentException().isThrownBy(() -> new PrefillModel(0, 1, 0))
                .withMessageContaining("prefill speed (0.0 tokens/s)");
        assertThatIllegalArgumentException().isThrownBy(() -> new PrefillModel(Double.NaN, 1, 0));
        assertThatIllegalArgumentException().isThrownBy(
                () -> new PrefillModel(Double.POSITIVE_INFINITY, 1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new PrefillModel(1, 0, 0))
                .withMessageContaining("KV of a token (0 bytes)");
        assertThatIllegalArgumentException().isThrownBy(() -> new PrefillModel(1, 1, -1))
                .withMessageContaining("attention depth (-1 tokens)");
    }
}
