package dev.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanCommandTest {
    private static final String[] SMALL = {"--blocks", "10000", "--block-bytes", "1m",
            "--memory-media", "ddr5", "--flash-media", "tlc", "--third-media", "object", "--years",
            "0"};

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void plansAndWritesAPage() throws Exception {
        var page = folder.resolve("plan.html");
        assertThat(run("plan", "--goal", "energy", "--html", page.toString())).as(err.toString())
                .isZero();
        assertThat(out.toString()).contains("Recommended, for the least energy")
                .contains("varve serve --memory ")
                .contains("How sure");
        assertThat(Files.readString(page)).contains("<svg").doesNotContain("<script");
    }

    @Test
    void takesTheUsersFigures() throws Exception {
        var media = Files.writeString(folder.resolve("media.yaml"), """
                media:
                  tlc:
                    price: {value: 7000 USD/GB, evidence: stated, source: a joke, dated: 2026-01-01}
                """);
        int code = run("plan", "--media", media.toString(), "--budget", "1000000");
        assertThat(code).isEqualTo(1);
        assertThat(out.toString()).contains("Nothing to recommend")
                .contains("at most 1,000,000 USD");
    }

    @Test
    void namesTheLineOfAWrongFigure() throws Exception {
        var media = Files.writeString(folder.resolve("media.yaml"), "media:\n  tlc:\n    speed: 1");
        assertThat(run("plan", "--media", media.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("line 3 of " + media + " has the unknown key 'speed'");
    }

    @Test
    void rejectsUnknownMediaAndGoals() {
        assertThat(run("plan", "--memory-media", "tape")).isEqualTo(2);
        assertThat(err.toString()).contains("medium 'tape' is none of sram, hbm");
        assertThat(run("plan", "--goal", "fame")).isEqualTo(2);
        assertThat(run("plan", "--budget", "-1")).isEqualTo(2);
        assertThat(err.toString()).contains("budget (-1.0 USD) must be greater than 0");
    }

    @Test
    void listsAllMediaWithTheirSources() {
        assertThat(run("plan", "--list-media")).isZero();
        assertThat(out.toString()).contains("pox: PoX graphene flash (assumed module)")
                .contains("ASSUMED")
                .contains("Nature 641:90");
    }

    @Test
    void replaysInSimulatedTime() {
        assertThat(run("replay", "--simulated")).as(err.toString()).isZero();
        assertThat(out.toString()).contains("blocks asked for in")
                .contains("ddr5")
                .contains("tlc")
                .contains("object");
        var first = out.toString();
        out.getBuffer().setLength(0);
        assertThat(run("replay", "--simulated")).isZero();
        assertThat(out.toString()).isEqualTo(first);
    }

    @Test
    void rejectsTiersThatAreNone() {
        assertThat(run("replay", "--simulated", "--tiers", "ddr5")).isEqualTo(2);
        assertThat(err.toString()).contains("must be a medium and a size, such as tlc=1.2g");
        assertThat(run("replay", "--simulated", "--tiers", "ddr5=1g")).isEqualTo(2);
        assertThat(err.toString()).contains("must name memory and at least one more");
        assertThat(run("replay", "--simulated", "--eviction", "none")).isEqualTo(2);
        assertThat(run("replay", "--simulated", "--target", "localhost:1")).isEqualTo(2);
        assertThat(err.toString()).contains("--simulated needs no server");
    }

    private int run(String... arguments) {
        var all = new ArrayList<>(List.of(arguments));
        if (arguments[0].equals("plan")) {
            for (int i = 0; i < SMALL.length; i += 2) {
                if (!all.contains(SMALL[i])) {
                    all.add(SMALL[i]);
                    all.add(SMALL[i + 1]);
                }
            }
        }
        return Varve.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all.toArray(String[]::new));
    }
}
