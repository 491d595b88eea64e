package dev.varve.door.resp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.engine.CommitOutcome;
import dev.varve.engine.ObjectAttributes;
import dev.varve.engine.ObjectWriter;
import dev.varve.engine.Precondition;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RequestParserTest {
    private static final ProtocolLimits LIMITS = new ProtocolLimits(512L << 20, 1 << 20, 64 << 10,
            16 << 10, 10, 16 << 10);
    private static final CommandTable COMMANDS = new CommandTable();

    private final MemoryBudget budget = new MemoryBudget(1 << 20);

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            *a\\r\\n                        | invalid multibulk length
            *\\r\\n                         | invalid multibulk length
            *+1\\r\\n                       | invalid multibulk length
            * 1\\r\\n                       | invalid multibulk length
            *1048577\\r\\n                  | invalid multibulk length
            *2147483648\\r\\n               | invalid multibulk length
            *99999999999999999999999\\r\\n  | invalid multibulk length
            *1\\r\\n!3\\r\\n                | expected '$', got '!'
            *1\\r\\n$-1\\r\\n               | invalid bulk length
            *1\\r\\n$03\\r\\n               | invalid bulk length
            *1\\r\\n$\\r\\n                 | invalid bulk length
            *1\\r\\n$x\\r\\n                | invalid bulk length
            *1\\r\\n$536870913\\r\\n        | invalid bulk length
            *1\\r\\n$9223372036854775808\\r\\n | invalid bulk length
            GET "a\\r\\n                    | unbalanced quotes in request
            GET "a"b\\r\\n                  | unbalanced quotes in request
            """)
    void namesWhatIsWrongAsRedisDoes(String escaped, String problem) {
        var bytes = escaped.replace("\\r", "\r").replace("\\n", "\n");
        assertThat(parse(RawClient.latin(bytes))).containsExactly(
                "broken: ERR Protocol error: " + problem);
    }

    @Test
    void refusesLinesWithoutEnd() {
        assertThat(parse(RawClient.latin("x".repeat(70_000)))).containsExactly(
                "broken: ERR Protocol error: too big inline request");
        assertThat(parse(RawClient.latin("*" + "1".repeat(70_000)))).containsExactly(
                "broken: ERR Protocol error: too big mbulk count string");
        assertThat(parse(RawClient.latin("*1\r\n$" + "1".repeat(70_000)))).containsExactly(
                "broken: ERR Protocol error: too big bulk count string");
    }

    @ParameterizedTest
    @ValueSource(strings = {"*0\r\n", "*-1\r\n", "\r\n", "\n", "   \r\n"})
    void passesOverWhatIsNoRequest(String nothing) {
        assertThat(parse(RawClient.latin(nothing + "PING\r\n"))).containsExactly("[PING]");
    }

    @Test
    void readsInlineCommandsWithQuotes() {
        assertThat(parse(RawClient.latin("set 'a b' \"x\\x41\\n\\\"\" 'it\\'s' \"\"\nPING\r\n")))
                .containsExactly("[set, a b, xA\n\", it's, ]", "[PING]");
    }

    @Test
    void limitsGuestsToFewShortArguments() {
        assertThat(parse(RawClient.latin("*11\r\n"), () -> true)).containsExactly(
                "broken: ERR Protocol error: unauthenticated multibulk length");
        assertThat(parse(RawClient.latin("*2\r\n$4\r\nAUTH\r\n$16385\r\n"), () -> true))
                .containsExactly("broken: ERR Protocol error: unauthenticated bulk length");
        assertThat(parse(RawClient.latin("*10\r\n$4\r\nAUTH\r\n$16384\r\n"), () -> true)).isEmpty();
    }

    @Test
    void takesNoMemoryForWhatIsOnlyAnnounced() {
        long before = usedHeapBytes();
        var parsers = new ArrayList<RequestParser>();
        for (int i = 0; i < 1000; i++) {
            var parser = parser(() -> false);
            var input = Unpooled.wrappedBuffer(
                    RawClient.latin("*1048576\r\n$4\r\nMGET\r\n$536870912\r\nx"));
            assertThat(parser.parse(input)).isEqualTo(RequestParser.Step.MORE);
            parsers.add(parser);
        }
        // 512 GB were announced; each may hold its first 16 KiB.
        assertThat(usedHeapBytes() - before).isLessThan(64L << 20);
        parsers.forEach(RequestParser::close);
    }

    @Test
    void holdsNoMoreArgumentsThanTheBudgetOfAllAllows() {
        var many = new ByteArrayOutputStream();
        many.writeBytes(RawClient.latin("*1048576\r\n$6\r\nEXISTS\r\n"));
        for (int i = 0; i < 200_000; i++) {
            many.writeBytes(RawClient.latin("$3\r\nkey\r\n"));
        }
        assertThat(parse(many.toByteArray())).containsExactly(
                "broken: ERR Protocol error: too many bytes in unfinished requests");
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void givesTheBudgetBackWithTheRequest() {
        var parser = parser(() -> false);
        var input = Unpooled.wrappedBuffer(RawClient.request("ECHO", "x".repeat(500_000)));
        assertThat(parser.parse(input)).isEqualTo(RequestParser.Step.REQUEST);
        var request = parser.take();
        assertThat(request.bytes(1)).hasSize(500_000);
        assertThat(budget.usedBytes()).isBetween(400_000L, 1L << 20);
        request.close();
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void givesTheSameRequestsHoweverTheBytesAreSplit() {
        for (long seed = 1; seed <= 300; seed++) {
            var random = new Random(seed);
            var stream = validStream(random);
            var whole = parse(stream);
            assertThat(whole).as("seed %d", seed).isNotEmpty();
            assertThat(parseInPieces(stream, random)).as("seed %d", seed).isEqualTo(whole);
        }
    }

    @Test
    void survivesAnyBytesTheSameHoweverTheyAreSplit() {
        for (long seed = 1; seed <= 2000; seed++) {
            var random = new Random(seed);
            var stream = random.nextBoolean() ? junk(random) : damaged(validStream(random), random);
            assertThat(parseInPieces(stream, random)).as("seed %d", seed).isEqualTo(parse(stream));
            assertThat(budget.usedBytes()).as("seed %d", seed).isZero();
        }
    }

    private static byte[] validStream(Random random) {
        var stream = new ByteArrayOutputStream();
        for (int i = random.nextInt(1, 8); i > 0; i--) {
            switch (random.nextInt(4)) {
                case 0 -> stream.writeBytes(RawClient.latin("GET key" + i + "\r\n"));
                case 1 -> stream.writeBytes(RawClient.request(
                        RawClient.latin("SET"), bytes(random, 20), bytes(random, 60_000)));
                case 2 -> stream.writeBytes(RawClient.request(
                        RawClient.latin("MSET"), bytes(random, 9), bytes(random, 60_000),
                        bytes(random, 9), bytes(random, 60_000)));
                default -> {
                    var arguments = new byte[random.nextInt(1, 20)][];
                    Arrays.setAll(arguments, _ -> bytes(random, 50));
                    stream.writeBytes(RawClient.request(arguments));
                }
            }
        }
        return stream.toByteArray();
    }

    private static byte[] junk(Random random) {
        var bytes = bytes(random, 300);
        var alphabet = RawClient.latin("*$\r\n\r\n0123456789-\"' ab\\x");
        for (int i = 0; i < bytes.length; i++) {
            if (random.nextInt(10) > 0) {
                bytes[i] = alphabet[random.nextInt(alphabet.length)];
            }
        }
        return bytes;
    }

    private static byte[] damaged(byte[] stream, Random random) {
        for (int i = random.nextInt(1, 5); i > 0; i--) {
            stream[random.nextInt(stream.length)] = (byte) random.nextInt(256);
        }
        return Arrays.copyOf(stream, random.nextInt(stream.length + 1));
    }

    private static byte[] bytes(Random random, int most) {
        var bytes = new byte[random.nextInt(most)];
        random.nextBytes(bytes);
        return bytes;
    }

    private List<String> parse(byte[] stream) {
        return parse(stream, () -> false);
    }

    private List<String> parse(byte[] stream, java.util.function.BooleanSupplier guest) {
        try (var parser = parser(guest)) {
            var seen = new ArrayList<String>();
            feed(parser, stream, seen);
            return seen;
        }
    }

    private List<String> parseInPieces(byte[] stream, Random random) {
        try (var parser = parser(() -> false)) {
            var seen = new ArrayList<String>();
            int at = 0;
            while (at < stream.length) {
                int most = random.nextInt(4) == 0 ? 20_000 : 20;
                int end = Math.min(stream.length, at + random.nextInt(1, most));
                feed(parser, Arrays.copyOfRange(stream, at, end), seen);
                at = end;
            }
            return seen;
        }
    }

    private RequestParser parser(java.util.function.BooleanSupplier guest) {
        return new RequestParser(LIMITS, COMMANDS, budget, guest);
    }

    /// Parses one piece, noting each request as text, streamed values in hexadecimal digits.
    private static void feed(RequestParser parser, byte[] piece, List<String> seen) {
        var input = Unpooled.wrappedBuffer(piece);
        while (true) {
            switch (parser.parse(input)) {
                case MORE -> {
                    assertThat(input.isReadable()).isFalse();
                    return;
                }
                case REQUEST -> {
                    try (var request = parser.take()) {
                        seen.add(describe(request));
                    }
                }
                case VALUE -> parser.accept(new Value.Streamed(new Sink(), false));
                case CHUNK -> {
                    int bytes = parser.chunkBytes(input);
                    var value = (Value.Streamed) parser.pending().lastValue();
                    value.writer().write(input.nioBuffer(input.readerIndex(), bytes));
                    input.skipBytes(bytes);
                    parser.advance(bytes);
                }
                case BROKEN -> seen.add("broken: " + parser.problem());
            }
        }
    }

    private static String describe(Request request) {
        var arguments = new ArrayList<String>();
        for (int i = 0; i < request.size(); i++) {
            arguments.add(switch (request.value(i)) {
                case Value.Whole _ -> request.text(i);
                case Value.Streamed streamed -> streamed.writer().toString();
                case Value.Lost _ -> "lost";
            });
        }
        return arguments.toString();
    }

    private static long usedHeapBytes() {
        System.gc();
        var runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    /// Keeps what is written.
    private static final class Sink implements ObjectWriter {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public void write(ByteBuffer source) {
            while (source.hasRemaining()) {
                bytes.write(source.get());
            }
        }

        @Override
        public long lengthBytes() {
            return bytes.size();
        }

        @Override
        public CommitOutcome commit(ObjectAttributes attributes, Precondition precondition) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<CommitOutcome> tryCommit(
                ObjectAttributes attributes,
                Precondition precondition) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}

        @Override
        public String toString() {
            return HexFormat.of().formatHex(bytes.toByteArray());
        }
    }
}
