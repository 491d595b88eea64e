package dev.varve.replay;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Traces for tests.
public final class Traces {
    private static final String FILE = "mooncake_conversation_trace.jsonl";

    private Traces() {}

    /// The real hour of conversations: `-Dvarve.trace=FILE`, or in a folder `shared/traces` beside
    /// the repository or above it. A test that asks for it is skipped where it is not to be had.
    public static MooncakeTrace realHour() {
        var places = Stream.of(
                System.getProperty("varve.trace", FILE),
                "../shared/traces/" + FILE,
                "../../shared/traces/" + FILE);
        var trace = places.map(Path::of).filter(Files::isReadable).findFirst();
        assumeThat(trace).as("the trace " + FILE + "; name it with -Dvarve.trace=FILE").isPresent();
        return MooncakeTrace.open(trace.orElseThrow());
    }

    static MooncakeTrace of(String... lines) {
        return ofText(String.join("\n", lines));
    }

    static MooncakeTrace ofText(String text) {
        return new MooncakeTrace(
                "test.jsonl", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    /// Requests at one a second, with these blocks, of 512 tokens each.
    public static MooncakeTrace requests(List<List<Integer>> blockIds) {
        var text = new StringBuilder();
        for (int i = 0; i < blockIds.size(); i++) {
            text.append("{\"timestamp\": ")
                    .append(i * 1000)
                    .append(", \"input_length\": ")
                    .append(blockIds.get(i).size() * 512)
                    .append(", \"output_length\": 1, \"hash_ids\": ")
                    .append(blockIds.get(i))
                    .append("}\n");
        }
        return ofText(text.toString());
    }
}
