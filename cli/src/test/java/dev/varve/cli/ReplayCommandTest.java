package dev.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.door.s3.S3Settings.ETags;
import dev.varve.env.Clock;
import dev.varve.server.Endpoint;
import dev.varve.server.Settings;
import dev.varve.server.TierMedia;
import dev.varve.server.VarveServer;
import dev.varve.store.StoreSettings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayCommandTest {
    private static final String TRACE = """
            {"timestamp": 0, "input_length": 1500, "output_length": 10, "hash_ids": [1, 2, 3]}
            {"timestamp": 5, "input_length": 1000, "output_length": 10, "hash_ids": [1, 4]}
            {"timestamp": 9, "input_length": 1500, "output_length": 10, "hash_ids": [1, 2, 3]}
            """;

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path trace = Path.of("");

    @BeforeEach
    void writeTheTrace() throws Exception {
        trace = Files.writeString(folder.resolve("trace.jsonl"), TRACE);
    }

    @Test
    void comparesPoliciesWithoutATarget() {
        assertThat(run("replay", "--trace", trace.toString(), "--block-bytes", "1m")).isZero();
        assertThat(out.toString())
                .contains("3 requests, 8 blocks, 4 of them different (4 MiB at 1 MiB a block)")
                .contains("hit ratio with memory for     fifo    lru  sieve s3-fifo    arc   lirs"
                        + " clock-pro-plus w-tinylfu   gdsf learned  chain  epoch   auto    opt")
                .contains("100 % of the data, 4 MiB    0.5000 0.5000 0.5000  0.5000 0.5000 0.5000"
                        + "         0.5000    0.5000 0.5000  0.5000 0.5000");
    }

    @Test
    void replaysAgainstAServer() {
        try (var server = server()) {
            int code = run("replay", "--trace", trace.toString(), "--connections", "1", "--target",
                    server.endpoints().resp().toString());
            assertThat(code).as(err.toString()).isZero();
        }
        assertThat(out.toString()).contains("requests             3 in ")
                .contains("blocks               8, hit ratio 0.5000")
                .contains("wrong bytes          0");
    }

    @Test
    void reportsWhetherLoadingPays() {
        try (var server = server()) {
            int code = run("replay", "--trace", trace.toString(), "--connections", "1", "--target",
                    server.endpoints().resp().toString(), "--report", "--prefill-speed", "0.5",
                    "--kv-bytes-per-token", "1k");
            assertThat(code).as(err.toString()).isZero();
        }
        assertThat(out.toString())
                .contains("Prefill at 1 tokens/s, 1.02 kB of KV a token")
                .contains("prefill saved (2,012 tokens)", "4,024.0")
                .contains("Loading from memory pays from 512 tokens on")
                .contains("Loading from flash pays from 512 tokens on");
    }

    @Test
    void saysWhatIsWrongWithAReport() {
        assertThat(run("replay", "--trace", trace.toString(), "--report")).isEqualTo(2);
        assertThat(err.toString()).contains("--report needs --target");
        assertThat(run("replay", "--report", "--target", "127.0.0.1:1", "--prefill-speed", "0"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("prefill speed (0.0 tokens/s) must be greater than 0");
    }

    @Test
    void saysWhatIsWrongWithATarget() {
        var path = trace.toString();
        assertThat(run("replay", "--trace", path, "--target", "nowhere")).isEqualTo(2);
        assertThat(err.toString()).contains("endpoint (nowhere) must be host:port");
        assertThat(run("replay", "--trace", path, "--target", "127.0.0.1:1")).isEqualTo(1);
        assertThat(err.toString()).contains("127.0.0.1:1");
    }

    @Test
    void saysWhatIsWrongWithATrace() throws Exception {
        assertThat(run("replay", "--trace", folder.resolve("absent").toString())).isEqualTo(1);
        assertThat(err.toString()).contains("does not exist");
        var bad = Files.writeString(folder.resolve("bad"), TRACE + "{\"timestamp\": true}\n");
        assertThat(run("replay", "--trace", bad.toString())).isEqualTo(1);
        assertThat(err.toString()).contains(bad.toString()).contains("4");
    }

    @Test
    void saysWhatIsWrongWithAnOption() {
        assertThat(run("replay", "--blocks", "3")).isEqualTo(2);
        assertThat(err.toString()).contains("--blocks (3) must be from 10000 to 1000000");
        assertThat(run("replay", "--blocks", "2000000000")).isEqualTo(2);
        assertThat(run("replay", "--block-bytes", "many")).isEqualTo(2);
        assertThat(err.toString()).contains("'many' must be a size such as 64k");
    }

    private VarveServer server() {
        var any = new Endpoint("127.0.0.1", 0);
        var settings = new Settings(folder.resolve("data"),
                StoreSettings.of(32 << 20, 128 << 20), TierMedia.DEFAULT, any, 0, Map.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(), any, "localhost", "us-east-1", ETags.MD5, any);
        return VarveServer.start(settings, Clock.system(), new Random(1));
    }

    private int run(String... arguments) {
        return Varve.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
