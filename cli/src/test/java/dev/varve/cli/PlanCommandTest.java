package dev.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

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

    /// What `varve replay --trace` reads, `varve plan` and simulated replays read, too.
    @ParameterizedTest
    @MethodSource("lines")
    void readsATraceOfEachFormat(String format, IntFunction<String> line) throws Exception {
        var trace = Files.writeString(folder.resolve("some.trace"), lines(line));
        assertThat(run("replay", "--simulated", "--trace", trace.toString(), "--format", format,
                "--block-bytes", "256k", "--tiers", "ddr5=32m,tlc=128m")).as(err.toString())
                .isZero();
        assertThat(out.toString()).contains("blocks asked for in");
    }

    @Test
    void plansForSingleAccesses() throws Exception {
        var trace = Files.writeString(folder.resolve("some.trace"),
                lines(i -> i + "," + i % 1000 + ",300000"));
        assertThat(run("plan", "--trace", trace.toString(), "--eviction", "s3-fifo"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString())
                .contains("1,500 blocks of about 300 kB, 1,000 of them different (300 MB)")
                .contains("hierarchies simulated");
    }

    static Stream<Arguments> lines() {
        return Stream.of(
                Arguments.of("mooncake", line(i -> "{\"timestamp\": " + i + ", \"input_length\":"
                        + " 512, \"output_length\": 1, \"hash_ids\": [" + i % 1000 + "]}")),
                Arguments.of("qwen", line(i -> "{\"chat_id\": 1, \"timestamp\": " + i
                        + ".5, \"input_length\": 16, \"output_length\": 1, \"hash_ids\": ["
                        + i % 1000 + "]}")),
                Arguments.of("csv", line(i -> i + "," + i % 1000 + ",300000")),
                Arguments.of("lirs", line(i -> Integer.toString(i % 1000))),
                Arguments.of("lrb", line(i -> i + " " + i % 1000 + " 300000")),
                Arguments.of("twitter", line(i -> i + ",key" + i % 1000 + ",6,300000,1,"
                        + (i % 3 == 0 ? "set" : "get") + ",0")),
                Arguments.of("object-store", line(i -> i + " REST.PUT.OBJECT "
                        + Integer.toHexString(i % 1000) + " 300000")));
    }

    private static IntFunction<String> line(IntFunction<String> line) {
        return line;
    }

    private static String lines(IntFunction<String> line) {
        return IntStream.range(0, 1500).mapToObj(line).collect(Collectors.joining("\n"));
    }

    @Test
    void saysWhatIsWrongWithAnyMediaFile() throws Exception {
        String good = """
                media:
                  tlc:
                    price: {value: 7 USD/GB, evidence: stated, source: a joke, dated: 2026-01-01}
                    sleep-power: {value: 1 W, evidence: assumed, source: none}
                """;
        for (int seed = 1; seed <= 100; seed++) {
            var media = Files.write(folder.resolve("media.yaml"), mutated(good, seed));
            err.getBuffer().setLength(0);
            int code = run("plan", "--list-media", "--media", media.toString());
            assertThat(code).as("seed " + seed + ": " + err).isBetween(0, 2);
            if (code != 0) {
                assertThat(err.toString()).as("seed " + seed)
                        .contains("media.yaml")
                        .doesNotContain("Exception", "\tat ");
            }
        }
    }

    @Test
    void saysWhatIsWrongWithAnyTrace() throws Exception {
        String good = lines(i -> "{\"timestamp\": " + i + ", \"input_length\": 512,"
                + " \"output_length\": 1, \"hash_ids\": [" + i % 7 + "]}").substring(0, 2000);
        for (int seed = 1; seed <= 100; seed++) {
            var trace = Files.write(folder.resolve("any.trace"), mutated(good, seed));
            err.getBuffer().setLength(0);
            int code = run("plan", "--trace", trace.toString());
            assertThat(code).as("seed " + seed + ": " + err).isBetween(1, 2);
            assertThat(err.toString()).as("seed " + seed)
                    .containsAnyOf("any.trace", "too few to divide")
                    .doesNotContain("Exception", "\tat ");
        }
    }

    /// Text with some bytes lost, doubled or changed.
    private static byte[] mutated(String text, long seed) {
        var random = new SplittableRandom(seed);
        var bytes = new ByteArrayOutputStream();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            switch (random.nextInt(200)) {
                case 0 -> bytes.write(random.nextInt(256));
                case 1 -> {
                    bytes.write(b);
                    bytes.write(b);
                }
                case 2 -> {
                    // lost
                }
                default -> bytes.write(b);
            }
        }
        return bytes.toByteArray();
    }

    @Test
    void rejectsTimesThatMakeNoSense() {
        assertThat(run("plan", "--hours", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("--hours (0.0) must be above 0");
        assertThat(run("plan", "--miss-ms", "-1")).isEqualTo(2);
        assertThat(err.toString()).contains("time of a miss (-0.001 s) must be at least 0");
        assertThat(run("plan", "--eviction", "best")).isEqualTo(2);
        assertThat(err.toString()).contains("eviction (best) must be one of auto, fifo");
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
