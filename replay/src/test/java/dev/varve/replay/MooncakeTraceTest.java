package dev.varve.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MooncakeTraceTest {
    private static final String GOOD = "{\"timestamp\": 5, \"input_length\": 700,"
            + " \"output_length\": 3, \"hash_ids\": [0, 9]}";

    @Test
    void readsTheFieldsOfALine() {
        try (var trace = Traces.of(GOOD)) {
            var request = trace.next().orElseThrow();
            assertThat(request.timestampMillis()).isEqualTo(5);
            assertThat(request.inputTokens()).isEqualTo(700);
            assertThat(request.outputTokens()).isEqualTo(3);
            assertThat(request.blockIds()).containsExactly(0, 9);
            assertThat(trace.next()).isEmpty();
            assertThat(trace.next()).isEmpty();
        }
    }

    @Test
    void findsNothingInAnEmptyTrace() {
        assertThat(Traces.ofText("").next()).isEmpty();
        assertThat(Traces.ofText("\n \r\n\t\n").next()).isEmpty();
    }

    @Test
    void skipsEmptyLinesAndUnknownFields() {
        var trace = Traces.of("", GOOD + "\r", "  ",
                "{\"chat\": {\"id\": [1, {}]}, \"timestamp\": 6.0, \"input_length\": 0,"
                        + " \"output_length\": 0, \"hash_ids\": [], \"type\": null}",
                "");
        assertThat(trace.next()).isPresent();
        var second = trace.next().orElseThrow();
        assertThat(second.timestampMillis()).isEqualTo(6);
        assertThat(second.blockIds()).isEmpty();
        assertThat(trace.next()).isEmpty();
    }

    @Test
    void takesIdsOf64BitsSignedOrNot() {
        var trace = Traces.of("{\"timestamp\": 5, \"input_length\": 7, \"output_length\": 3,"
                + " \"hash_ids\": [18446744073709551615, 9223372036854775808,"
                + " 9223372036854775807, -9223372036854775808]}");
        assertThat(trace.next().orElseThrow().blockIds())
                .containsExactly(-1, Long.MIN_VALUE, Long.MAX_VALUE, Long.MIN_VALUE);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            hello                                                   | is not JSON
            [1, 2]                                                  | must be a JSON object
            {"timestamp": 5                                         | is not JSON
            {"input_length": 7, "output_length": 3, "hash_ids": []} | must have timestamp
            {"timestamp": 5, "output_length": 3, "hash_ids": []}    | must have input_length
            {"timestamp": 5, "input_length": 7, "hash_ids": []}     | must have output_length
            {"timestamp": 5, "input_length": 7, "output_length": 3} | must have hash_ids
            {"timestamp": "5"}                                      | timestamp must be a number
            {"timestamp": -1}                                       | timestamp must be a number
            {"timestamp": NaN}                                      | is not JSON
            {"timestamp": 1e300}                                    | timestamp must be a number
            {"input_length": 2147483648}                            | input_length must be a number
            {"output_length": null}                                 | output_length must be a number
            {"hash_ids": 7}                                         | hash_ids must be an array
            {"hash_ids": [1.5]}                                     | hash_ids must be whole numbers
            {"hash_ids": [true]}                                    | hash_ids must be whole numbers
            {"hash_ids": [18446744073709551616]}                    | at most 64 bits
            {"hash_ids": [-9223372036854775809]}                    | at most 64 bits
            {}                                                      | must have timestamp
            {} {}                                                   | must end with its object
            """)
    void namesTheLineThatIsMalformed(String line, String message) {
        var trace = Traces.of(GOOD, "", line);
        assertThat(trace.next()).isPresent();
        assertThatExceptionOfType(StorageException.class).isThrownBy(trace::next)
                .withMessageStartingWith("line 3 of test.jsonl ")
                .withMessageContaining(message)
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.CONFIG));
    }

    @Test
    void rejectsASecondObjectOnALine() {
        assertThatExceptionOfType(StorageException.class)
                .isThrownBy(Traces.of(GOOD + " " + GOOD)::next)
                .withMessage("line 1 of test.jsonl must end with its object");
    }

    @Test
    void rejectsALineWithoutEndWithoutReadingItWhole() {
        var endless = new InputStream() {
            private long count;

            @Override
            public int read() {
                count++;
                return ' ';
            }

            @Override
            public int read(byte[] target, int offset, int length) {
                count += length;
                Arrays.fill(target, offset, offset + length, (byte) ' ');
                return length;
            }
        };
        var trace = new MooncakeTrace("endless", endless);
        assertThatExceptionOfType(StorageException.class).isThrownBy(trace::next)
                .withMessage("line 1 of endless must not be longer than 1048576 bytes");
        assertThat(endless.count).isLessThan(4 * Lines.MAX_LINE_BYTES);
    }

    @Test
    void readsALineOfTheGreatestLength() {
        String padding = " ".repeat(Lines.MAX_LINE_BYTES - GOOD.length());
        var trace = Traces.of(GOOD + padding, GOOD);
        assertThat(trace.next()).isPresent();
        assertThat(trace.next()).isPresent();
    }

    @Test
    void reportsAFileThatIsNotThere(@TempDir Path folder) {
        var file = folder.resolve("no.jsonl");
        assertThatExceptionOfType(StorageException.class)
                .isThrownBy(() -> MooncakeTrace.open(file))
                .withMessage("trace file " + file + " does not exist")
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.ABSENT));
    }

    @Test
    void reportsASourceThatFailsWithItsLine() {
        var failing = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("bad sector");
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                return read();
            }
        };
        assertThatExceptionOfType(StorageException.class)
                .isThrownBy(new MooncakeTrace("disk", failing)::next)
                .withMessageContaining("line 1 of disk cannot be read")
                .withMessageContaining("bad sector")
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE));
    }
}
