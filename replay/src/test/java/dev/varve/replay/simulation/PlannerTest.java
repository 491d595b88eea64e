package dev.varve.replay.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Percentage.withPercentage;

import dev.varve.replay.TraceRequest;
import dev.varve.replay.Traces;
import dev.varve.replay.TrafficGenerator;
import dev.varve.replay.simulation.PlanSettings.Goal;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class PlannerTest {
    private static final MediaCatalogue MEDIA = MediaCatalogue.shipped();
    private static final Recording RECORDING = Recording.of(new TrafficGenerator(10_000, 1));
    private static final Plan FASTEST = plan(settings(Goal.LATENCY, Double.POSITIVE_INFINITY, 0));

    private static PlanSettings settings(Goal goal, double budget, double years) {
        return new PlanSettings(goal, budget, years, 1.2, 1 << 20, 0.064,
                List.of(Eviction.AUTO, Eviction.of("lru")),
                List.of(MEDIA.medium("ddr5")),
                List.of(MEDIA.medium("tlc"), MEDIA.medium("slc")), List.of(MEDIA.medium("object")),
                1);
    }

    private static Plan plan(PlanSettings settings) {
        return Planner.plan(settings, RECORDING, _ -> {});
    }

    @Test
    void recommendsTheFastestWhereSpeedIsTheGoal() {
        var best = FASTEST.recommended().orElseThrow();
        assertThat(FASTEST.tried()).allSatisfy(one -> assertThat(one.outcome().secondsPerBlock())
                .isGreaterThanOrEqualTo(best.outcome().secondsPerBlock()));
    }

    @Test
    void keepsOnTheFrontExactlyThoseThatNoneBeats() {
        assertThat(FASTEST.front()).hasSizeGreaterThan(2);
        for (var one : FASTEST.tried()) {
            boolean beaten = FASTEST.tried().stream().anyMatch(one::isDominatedBy);
            assertThat(FASTEST.front().contains(one)).isEqualTo(!beaten);
        }
    }

    @Test
    void savesEnergyWithinItsSlack() {
        var plan = plan(settings(Goal.ENERGY, Double.POSITIVE_INFINITY, 0));
        var best = plan.recommended().orElseThrow().outcome();
        double shortest = plan.front().getFirst().outcome().secondsPerBlock();
        assertThat(best.secondsPerBlock()).isLessThanOrEqualTo(1.2 * shortest);
        assertThat(plan.front()).allSatisfy(one -> assertThat(1.01 * one.outcome().joules() >= best
                .joules() || one.outcome().secondsPerBlock() > 1.2 * shortest).isTrue());
    }

    @Test
    void keepsToItsBudget() {
        double cheapest = FASTEST.front()
                .stream()
                .mapToDouble(one -> one.outcome().price())
                .min()
                .orElseThrow();
        var plan = plan(settings(Goal.LATENCY, cheapest, 0));
        assertThat(plan.recommended().orElseThrow().outcome().price())
                .isLessThanOrEqualTo(cheapest);
    }

    @Test
    void saysThatNothingMeetsTheConditions() {
        var plan = plan(settings(Goal.COST, 1, 0));
        assertThat(plan.isGood()).isFalse();
        assertThat(plan.text()).contains("Nothing to recommend")
                .contains("at most 1 USD");
        assertThat(plan.html()).contains("Nothing to recommend");
    }

    @Test
    void recommendsNothingThatWearsOutTooSoon() {
        var plan = plan(settings(Goal.LATENCY, Double.POSITIVE_INFINITY, 5));
        plan.recommended()
                .ifPresent(best -> assertThat(best.outcome().lifetimeYears())
                        .isGreaterThanOrEqualTo(5));
    }

    @Test
    void saysHowSureItIs() {
        int best = FASTEST.best().orElseThrow();
        var range = FASTEST.sureness().hitRatio().get(best);
        assertThat(FASTEST.front().get(best).outcome().hitRatio())
                .isBetween(range.from(), range.to());
        assertThat(range.to() - range.from()).isBetween(0.001, 0.3);
        assertThat(FASTEST.sureness().chosen().stream().mapToDouble(share -> share).sum())
                .isBetween(0.999, 1.001);
    }

    @Test
    void givesTheSamePlanTwice() {
        var again = plan(settings(Goal.LATENCY, Double.POSITIVE_INFINITY, 0));
        assertThat(again.text()).isEqualTo(FASTEST.text());
        assertThat(again.html()).isEqualTo(FASTEST.html());
    }

    @Test
    void namesTheServersOptionsAndTheAssumedFigures() {
        assertThat(FASTEST.text()).contains("varve serve --memory ")
                .contains(" --eviction ")
                .contains("It rests on assumed figures of:\n  ddr5: read-latency")
                .contains("How sure: in 90 of 100 resamples");
    }

    @Test
    void writesAPageThatLoadsNothing() {
        assertThat(FASTEST.html()).startsWith("<!DOCTYPE html>")
                .contains("<svg")
                .contains("</html>")
                .doesNotContain("<script", "http://", "https://", "@import", "url(", "NaN",
                        "Infinity");
    }

    @Test
    void refusesTrafficThatIsTooSmallToDivide() {
        var few = Recording.of(Traces.requests(List.of(List.of(1, 2, 3), List.of(1, 2, 4))));
        assertThatThrownBy(() -> Planner.plan(settings(Goal.COST, 1e9, 0), few, _ -> {}))
                .hasMessageContaining("the traffic has 4 different blocks, too few");
    }

    @Test
    void triesEachPolicyThatItIsToTry() {
        assertThat(FASTEST.tried()).extracting(PlanCandidate::eviction).contains("auto", "lru");
    }

    @Test
    void scalesWhatASampleNeedsUpToTheWhole() {
        var whole = Planner.plan(settings(Goal.COST, 1e9, 0), accesses(1), _ -> {});
        var sampled = Planner.plan(settings(Goal.COST, 1e9, 0), accesses(0.25), _ -> {});
        assertThat(whole.tried()).anySatisfy(one -> assertThat(sampled.tried())
                .anySatisfy(same -> {
                    assertThat(same.eviction()).isEqualTo(one.eviction());
                    assertThat(same.outcome().hitRatio()).isEqualTo(one.outcome().hitRatio());
                    assertThat((double) same.settings().memory().capacityBytes()).isCloseTo(
                            4.0 * one.settings().memory().capacityBytes(), withPercentage(0.01));
                    assertThat(same.outcome().tiers().getFirst().writtenBytes())
                            .isEqualTo(4 * one.outcome().tiers().getFirst().writtenBytes());
                }));
    }

    /// Accesses to 2,000 values, of which each is the sample's share of all.
    private static Recording accesses(double sampleRate) {
        var random = new SplittableRandom(1);
        var requests = IntStream.range(0, 8_000)
                .mapToObj(i -> new TraceRequest(i, 0, 0, new long[]{
                        (long) (2000 * Math.pow(random.nextDouble(), 3))}))
                .map(request -> new TraceRequest(request.timestampMillis(),
                        TraceRequest.Operation.FETCH, 0, 0, 1, request.blockIds(), 1 << 20, 0))
                .toList();
        var plain = Recording.of(Accesses.of(requests));
        return new Recording("made", plain.requests(), plain.statistics(), sampleRate, List.of());
    }

    @Test
    void rejectsConditionsThatMakeNoSense() {
        assertThatThrownBy(() -> settings(Goal.COST, 0, 0))
                .hasMessageContaining("budget (0.0 USD)");
        assertThatThrownBy(() -> settings(Goal.COST, Double.NaN, 0))
                .hasMessageContaining("budget");
        assertThatThrownBy(() -> settings(Goal.COST, 1, -1)).hasMessageContaining("lifetime");
    }
}
