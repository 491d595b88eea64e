package dev.varve.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ComparisonTest {
    private static final List<String> KNOWN = List.of("flash", "s3");

    private final List<String> turns = new ArrayList<>();

    @Test
    void sidesTakeTurnsAndTheWarmUpDoesNotCount() throws Exception {
        var rows = compare(10, 5, 1.5, "--rounds", "2");

        assertThat(turns).containsExactly("us 0", "them 0", "us 1", "them 1", "us 2", "them 2");
        assertThat(rows).hasSize(1);
        assertThat(rows.getFirst().ratio()).isEqualTo("2.00 (2.00–2.00)");
        assertThat(rows.getFirst().verdict()).isEqualTo(Row.Verdict.MET);
    }

    @Test
    void aBarThatIsNotReachedIsSaidSo() throws Exception {
        var row = compare(9, 10, 1.0).getFirst();

        assertThat(row.verdict()).isEqualTo(Row.Verdict.NOT_MET);
        assertThat(row.markdown()).startsWith("| work | 9.0 (9.0–9.0) MB/s |").contains("**no**");
    }

    @Test
    void noBarMeansNoVerdict() throws Exception {
        assertThat(compare(1, 10, 0).getFirst().verdict()).isEqualTo(Row.Verdict.NO_BAR);
    }

    @Test
    void optionsAreReadAndChecked() {
        var options = parse("flash", "--rounds", "7", "--seconds", "2", "--full");
        assertThat(options.rounds()).isEqualTo(7);
        assertThat(options.roundMillis()).isEqualTo(2000);
        assertThat(options.restartBytes()).isEqualTo(10_000_000_000L);
        assertThat(options.wants("flash")).isTrue();
        assertThat(options.wants("s3")).isFalse();
        assertThatThrownBy(() -> parse("nosuch")).hasMessageContaining("nosuch");
        assertThatThrownBy(() -> parse("--rounds")).hasMessageContaining("needs a value");
        assertThatThrownBy(() -> parse("--rounds", "0")).hasMessageContaining("at least 1");
    }

    private List<Row> compare(double ours, double theirs, double bar, String... args)
            throws Exception {
        return new Comparison("work", "MB/s", side("us", ours),
                List.of(new Comparison.Peer(side("them", theirs), bar))).run(parse(args));
    }

    private Side side(String name, double figure) {
        return Side.of(name, (round, _) -> {
            turns.add(name + " " + round);
            return round == 0 ? -1 : figure;
        });
    }

    private static BenchOptions parse(String... args) {
        return BenchOptions.parse(Path.of("."), KNOWN, args);
    }
}
