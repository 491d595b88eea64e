package dev.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.varve.server.Endpoints;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Runs the real command in a process of its own.
@DisabledOnOs(OS.WINDOWS)
class ServeProcessTest {
    @TempDir
    private Path folder;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void endWhatIsLeft() throws InterruptedException {
        for (var process : started) {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void endsCleanlyOnSigterm() throws Exception {
        var server = serve();
        awaitReady(server);
        redis("SET key value\r\n", "+OK\r\n");

        server.destroy();

        assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(server.exitValue()).isZero();
        assertThat(Endpoints.read(folder.resolve("data"))).isEmpty();

        awaitReady(serve());
        redis("GET key\r\n", "$5\r\nvalue\r\n");
    }

    @Test
    void stopsOnSighupWithoutAConfigurationFile() throws Exception {
        var server = serve();
        awaitReady(server);
        hangUp(server);
        assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(server.exitValue()).isZero();
    }

    @Test
    void readsItsConfigurationFileAgainOnSighup() throws Exception {
        var config = folder.resolve("varve.conf");
        Files.writeString(config, "resp-user.ann = old\n");
        var server = start("serve", "--config", config.toString(), "--memory", "32m", "--flash",
                "128m", "--resp-port", "0", "--s3-port", "0", "--admin-port", "0");
        var output = awaitReady(server);
        redis("AUTH ann old\r\n", "+OK\r\n");

        Files.writeString(config, "resp-user.ann = new\n");
        hangUp(server);
        assertThat(output.readLine()).endsWith("Reloaded: users ann");
        redis("AUTH ann old\r\n", "-WRONGPASS");
        redis("AUTH ann new\r\n", "+OK\r\n");

        Files.writeString(config, "resp-user.ann = newer\nmemory = 1\nport = 1\n");
        hangUp(server);
        assertThat(output.readLine())
                .endsWith("Not reloaded, the settings before stay in force: port in " + config
                        + " is not a setting");
        redis("AUTH ann new\r\n", "+OK\r\n");

        server.destroy();
        assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(server.exitValue()).isZero();
    }

    @Test
    void looksInsideThroughTheRunningServer() throws Exception {
        awaitReady(serve());
        var source = Files.writeString(folder.resolve("source"), "content ".repeat(100_000));
        var target = folder.resolve("target");

        assertThat(varve("put", source.toString(), "box/a b/100%+", "--create")).isEmpty();
        assertThat(varve("ls")).contains("box\n");
        assertThat(varve("ls", "box/a")).contains("781.3 KiB").endsWith("  a b/100%+\n");
        assertThat(varve("get", "box/a b/100%+", target.toString())).isEmpty();
        assertThat(target).hasSameBinaryContentAs(source);
        assertThat(varve("rm", "box/a b/100%+")).isEmpty();
        assertThat(varve("get", "box/a b/100%+", target.toString()))
                .startsWith("varve: GET /box/a%20b/100%25%2B failed with 404: NoSuchKey");
        assertThat(varve("rm", "box/a b/100%+"))
                .startsWith("varve: there is no object box/a b/100%+");
        assertThat(varve("status")).contains("up for").contains("memory").contains("redis");
    }

    @Test
    void refusesAFolderThatIsHeldWithOneLine() throws Exception {
        awaitReady(serve());
        var second = serve();
        var output = read(second);
        assertThat(second.waitFor()).isEqualTo(1);
        assertThat(output).startsWith("varve: ").contains(folder.toString()).hasLineCount(1);
    }

    @Test
    void survivesBeingKilled() throws Exception {
        var server = serve();
        awaitReady(server);
        var source = Files.writeString(folder.resolve("source"), "content");
        assertThat(varve("put", source.toString(), "box/key", "--create")).isEmpty();

        server.destroyForcibly().waitFor();
        assertThat(varve("ls")).startsWith("varve: no server answers at ");

        awaitReady(serve());
        assertThat(varve("get", "box/key")).isEqualTo("content");
    }

    private Process serve() throws IOException {
        return start("serve", "--memory", "32m", "--flash", "128m", "--resp-port", "0", "--s3-port",
                "0", "--admin-port", "0");
    }

    private String varve(String... arguments) throws IOException {
        return read(start(arguments));
    }

    private Process start(String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx128m",
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
                "-Dstdout.encoding=UTF-8", "-cp",
                System.getProperty("java.class.path"), "dev.varve.cli.Varve"));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--data", folder.resolve("data").toString()));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        // A killed server leaves its memory there for the next one.
        builder.environment().put("VARVE_MEMORY_DIR", folder.toString());
        var process = builder.start();
        started.add(process);
        return process;
    }

    /// Hangs up on a process, which hears it unless the tests run under `nohup`: what ignores the
    /// signal hands that down to all it starts.
    private static void hangUp(Process process) throws Exception {
        var status = Path.of("/proc/self/status");
        if (Files.exists(status)) {
            long ignored = Files.readAllLines(status)
                    .stream()
                    .filter(line -> line.startsWith("SigIgn:"))
                    .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
                    .findFirst()
                    .orElse(0);
            assumeThat(ignored & 1).as("SIGHUP is ignored").isZero();
        }
        var kill = new ProcessBuilder("sh", "-c", "kill -HUP " + process.pid()).start();
        assertThat(kill.waitFor()).isZero();
    }

    /// What the server writes from then on.
    private static BufferedReader awaitReady(Process server) throws IOException {
        var lines = new StringBuilder();
        var reader = new BufferedReader(
                new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
        for (var line = reader.readLine(); line != null; line = reader.readLine()) {
            if (line.startsWith("Ready")) {
                return reader;
            }
            lines.append(line).append('\n');
        }
        throw new AssertionError("the server did not start:\n" + lines);
    }

    private static String read(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private void redis(String command, String answer) throws IOException {
        var endpoint = Endpoints.read(folder.resolve("data")).orElseThrow().resp();
        try (var socket = new Socket(endpoint.host(), endpoint.port())) {
            socket.getOutputStream().write(command.getBytes(StandardCharsets.US_ASCII));
            var received = socket.getInputStream().readNBytes(answer.length());
            assertThat(new String(received, StandardCharsets.US_ASCII)).isEqualTo(answer);
        }
    }
}
