package dev.varve.door.resp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.varve.testkit.ManualClock;
import dev.varve.testkit.TestSlab;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Replies compared byte for byte with what a real Redis 7.0 answered to the same commands.
///
/// Each transcript in `golden/` has lines `> command`, in inline form, each followed by `<
/// reply`, with line breaks and bytes beyond ASCII escaped. The recorded replies are checked
/// against the door, and against a Redis where one is installed. To record them anew from the
/// installed Redis, run this test with `-Dgolden.record=src/test/resources/golden`.
final class GoldenTranscriptTest {
    private static final String PASSWORD = "s3cret";

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"strings", "keys", "connection"})
    void answersAsRedisDidInResp2(String name) {
        replayOnDoor(name + ".resp2", Map.of());
    }

    @ParameterizedTest
    @ValueSource(strings = {"strings", "keys", "connection"})
    void answersAsRedisDidInResp3(String name) {
        replayOnDoor(name + ".resp3", Map.of());
    }

    @ParameterizedTest
    @ValueSource(strings = {"auth.resp2"})
    void answersGuestsAsRedisDid(String name) {
        replayOnDoor(name, Map.of("default", PASSWORD));
    }

    @ParameterizedTest
    @ValueSource(strings = {"strings.resp2", "keys.resp2", "connection.resp2", "strings.resp3",
            "keys.resp3", "connection.resp3", "auth.resp2"})
    void recordedWhatTheInstalledRedisAnswers(String name) throws IOException {
        assumeTrue(RedisServer.isInstalled(), "redis-server is not installed: not compared");
        var options = name.startsWith("auth")
                ? List.of("--requirepass", PASSWORD)
                : List.<String>of();
        var target = System.getProperty("golden.record", "");
        List<String> wrong = List.of();
        // A machine that stands still for half a second changes what TTL says: such a run is
        // repeated.
        for (int attempt = 0; attempt < 3; attempt++) {
            try (var redis = RedisServer.start(folder, options);
                    var client = new RawClient(redis.port())) {
                greet(client, name);
                var answers = answers(client, name);
                if (!target.isEmpty()) {
                    Files.write(Path.of(target, name + ".txt"), answers);
                }
                wrong = differences(answers, transcript(name));
            }
            if (wrong.isEmpty()) {
                return;
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static void replayOnDoor(String name, Map<String, String> users) {
        try (var fixture = new DoorFixture(
                settings -> settings.withUsers(users), new ManualClock(), TestSlab.of(1 << 20));
                var client = fixture.client()) {
            greet(client, name);
            assertThat(differences(answers(client, name), transcript(name))).isEmpty();
        }
    }

    private static List<String> answers(RawClient client, String name) {
        var lines = new ArrayList<String>();
        for (var line : transcript(name)) {
            if (line.startsWith("> ")) {
                lines.add(line);
                lines.add("< " + escape(answer(client, line.substring(2))));
            }
        }
        return lines;
    }

    private static List<String> differences(List<String> actual, List<String> expected) {
        assertThat(actual).hasSameSizeAs(expected).hasSizeGreaterThan(20);
        var wrong = new ArrayList<String>();
        for (int i = 0; i < actual.size(); i += 2) {
            if (!actual.get(i + 1).equals(expected.get(i + 1))) {
                wrong.add("\n" + actual.get(i) + "\n" + actual.get(i + 1) + "\nrecorded:\n"
                        + expected.get(i + 1));
            }
        }
        return wrong;
    }

    private static void greet(RawClient client, String name) {
        if (name.endsWith("resp3")) {
            assertThat(client.ask("HELLO 3")).startsWith("%7");
        }
    }

    private static String answer(RawClient client, String command) {
        var words = InlineWords.split(RawClient.latin(command)).orElseThrow();
        client.send(RawClient.request(words.toArray(byte[][]::new)));
        return client.reply();
    }

    private static List<String> transcript(String name) {
        try (var in = GoldenTranscriptTest.class.getResourceAsStream(
                "/golden/" + name + ".txt")) {
            assertThat(in).as(name).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String escape(String text) {
        var escaped = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\r' -> escaped.append("\\r");
                case '\n' -> escaped.append("\\n");
                case '\\' -> escaped.append("\\\\");
                default -> {
                    if (c >= ' ' && c <= '~') {
                        escaped.append(c);
                    } else {
                        escaped.append(String.format("\\x%02x", (int) c));
                    }
                }
            }
        }
        return escaped.toString();
    }
}
