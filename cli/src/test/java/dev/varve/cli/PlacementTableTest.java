package dev.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.engine.EngineStatus.PlacementStatus;
import dev.varve.policy.AutoPolicy.Point;
import dev.varve.policy.AutoPolicy.Report;
import dev.varve.policy.AutoPolicy.Standing;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlacementTableTest {

    @Test
    void showsWhoIsInForceAndWhy() {
        assertThat(PlacementTable.render(
                List.of(status(false, "kv")))).isEqualTo("""
                        memory, kv: lru is in force, after 3 changes; 512 MiB of 1 GiB
                        hits 40.0 % lately; the best rival is 5.0 points better
                        from 8000 references to one of 4 blocks, later ones count more

                        policy              would hit     has gained      must gain
                        lirs                   45.0 %            120            300
                        lru                    41.0 %       in force

                        memory              would hit     difference
                        512 MiB                30.0 %          -12.0
                        1 GiB                  42.0 %           +0.0
                        2 GiB                  50.0 %           +8.0
                        """);
    }

    @Test
    void showsEachOfTheBuckets() {
        assertThat(PlacementTable.render(List.of(
                status(false, "a", "b", "c", "d"), status(true, "kv")))
                .lines()
                .filter(line -> line.startsWith("memory, ")))
                .containsExactly(
                        "memory, 4 buckets: lru is in force, after 3 changes; 512 MiB of 1 GiB",
                        "memory, kv: lru is in force, after 3 changes; 512 MiB of 1 GiB");
    }

    private static PlacementStatus status(boolean own, String... buckets) {
        var report = new Report("lru", 3, .25, 8000, .4,
                List.of(new Standing("lru", .41, 0, 0), new Standing("lirs", .45, 120, 300)),
                List.of(new Point(.5, .3), new Point(1, .42), new Point(2, .5)));
        return new PlacementStatus("", own, List.of(buckets), 1 << 29, 1 << 30, report);
    }

    @Test
    void saysSoWhereThePolicyIsFixed() {
        assertThat(PlacementTable.render(List.of())).isEqualTo(
                "The policy is fixed by the setting eviction; with auto it is chosen.\n");
    }
}
