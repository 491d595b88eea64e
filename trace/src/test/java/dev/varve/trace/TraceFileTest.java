package dev.varve.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.trace.TraceEvent.Operation;
import dev.varve.trace.TraceReader.Ending;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TraceFileTest {
    private static final TraceHeader HEADER = new TraceHeader(0.5, 1_700_000_000_000L);

    /// Two accesses, one of them to a key that came before, as `docs/format-trace.md` draws them.
    private static final String GOLDEN = """
            5641525645545243 01000000 30000000 000000000000e03f 0068e5cf8b010000
            0000000000000000 00000000 a8f6e261
            5654424b 00000000 13000000 02000000 e803000000000000 03000000 2e8c7dae
            3c 00 00 8877665544332211 9001 01 00 05
            00 0a 01
            5654424b 01000000 00000000 00000000 f203000000000000 00000000 5e41303a
            """;

    @Test
    void readsBackWhatWasWritten() {
        var events = events(5, 40_000);
        var reader = reader(written(writer -> events.forEach(writer::append)));
        assertThat(reader.header()).isEqualTo(HEADER);
        assertThat(all(reader)).isEqualTo(events);
        assertThat(reader.ending()).isEqualTo(Ending.WHOLE);
        assertThat(reader.next()).isEmpty();
    }

    @Test
    void isSmall() {
        // What a chain of chunks looks like: asked for, then read, by a few connections.
        var events = new ArrayList<TraceEvent>();
        var random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            long key = random.nextLong();
            int connection = 1 + i % 8;
            events.add(new TraceEvent(
                    100L * i, Operation.EXISTS_HIT, key, 1 << 20, 1, 0, connection));
            events.add(new TraceEvent(
                    100L * i + 20, Operation.READ_HIT, key, 1 << 20, 1, 0, connection));
        }
        var bytes = written(writer -> events.forEach(writer::append));
        assertThat(bytes.length / (double) events.size()).isLessThan(11);
    }

    @Test
    void looksAsItIsDocumented() {
        var bytes = written(writer -> {
            writer.dropped(3);
            writer.append(new TraceEvent(1000, Operation.WRITE, 0x1122334455667788L, 144, 1, 0, 5));
            writer.append(new TraceEvent(1010, Operation.READ_HIT, 0x1122334455667788L, 144, 1, 0,
                    5));
        });
        assertThat(HexFormat.of().formatHex(bytes)).isEqualTo(golden());
        var reader = reader(bytes);
        assertThat(all(reader)).hasSize(2);
        assertThat(reader.droppedEvents()).isEqualTo(3);
    }

    @Test
    void readsUpToTheLastWholeBlockWhereverItIsCutOff() {
        var events = events(6, 300);
        var ends = new ArrayList<Integer>();
        var out = new ByteArrayOutputStream();
        var writer = new TraceWriter(out, HEADER);
        for (int i = 0; i < events.size(); i++) {
            writer.append(events.get(i));
            if (i % 100 == 99) {
                writer.flush();
                ends.add(out.size());
            }
        }
        writer.end();
        for (int length = TraceLayout.HEADER_BYTES; length < out.size(); length++) {
            var reader = reader(Arrays.copyOf(out.toByteArray(), length));
            int cut = length;
            int whole = (int) ends.stream().filter(end -> end <= cut).count();
            assertThat(all(reader)).isEqualTo(events.subList(0, 100 * whole));
            assertThat(reader.ending()).isEqualTo(Ending.CUT_OFF);
            assertThat(reader.wholeBytes()).isEqualTo(
                    whole == 0 ? TraceLayout.HEADER_BYTES : ends.get(whole - 1));
        }
    }

    @Test
    void refusesWhateverBitIsFlipped() {
        var whole = written(writer -> events(7, 20).forEach(writer::append));
        for (int at = 0; at < whole.length; at++) {
            var bytes = whole.clone();
            bytes[at] ^= (byte) (1 << at % 8);
            assertThatExceptionOfType(StorageException.class)
                    .as("byte %d", at)
                    .isThrownBy(() -> {
                        var reader = reader(bytes);
                        all(reader);
                        // A length that is too large looks like a file that was cut off.
                        if (reader.ending() == Ending.CUT_OFF) {
                            throw new StorageException(Kind.CORRUPT, "cut off");
                        }
                    });
        }
    }

    @Test
    void saysWhereTheDamageIs() {
        var whole = written(writer -> events(8, 20).forEach(writer::append));
        whole[whole.length - 40] ^= 1;
        var reader = reader(whole);
        assertThatExceptionOfType(StorageException.class)
                .isThrownBy(() -> all(reader))
                .withMessage("the block at offset 48 of test.trace has the wrong checksum")
                .matches(e -> e.kind() == Kind.CORRUPT);
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "07 00 00 0102030405060708", // an operation that there is not
            "43 00 00 0102030405060708", // an unused flag
            "01 00 02 0102030405060708", // a key that did not come
            "01 00 00 010203", // the end within a key
            "01 80 80 80 80 80 80 80 80 80 80 01", // a number that does not end
            "01 ff ff ff ff ff ff ff ff 7f 00 0102030405060708", // times beyond 63 bits
            "09 00 00 0102030405060708 ff ff ff ff 0f 00", // a bucket beyond 31 bits
            "01 00 00 0102030405060708 00" // more than its events
    })
    void refusesABlockOfNonsense(String payload) {
        var bytes = HexFormat.of().parseHex(payload.replace(" ", ""));
        var reader = reader(withBlock(bytes, 1, 5));
        assertThatExceptionOfType(StorageException.class)
                .isThrownBy(() -> all(reader))
                .withMessageStartingWith("the block at offset 48 of test.trace")
                .matches(e -> e.kind() == Kind.CORRUPT);
    }

    @Test
    void refusesABlockThatPromisesTooMuch() {
        for (int count : new int[]{-1, 2, Integer.MAX_VALUE}) {
            var reader = reader(withBlock(new byte[5], count, 5));
            assertThatExceptionOfType(StorageException.class).isThrownBy(() -> all(reader))
                    .withMessageContaining("has a head that cannot be");
        }
        var backwards = reader(withBlock(new byte[]{1, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8}, 1, -1));
        assertThatExceptionOfType(StorageException.class).isThrownBy(() -> all(backwards));
    }

    @Test
    void takesNoMemoryForALengthThatNobodyWrites() {
        var bytes = withBlock(new byte[11], 1, 0);
        ByteBuffer.wrap(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(TraceLayout.HEADER_BYTES + TraceLayout.BLOCK_LENGTH, Integer.MAX_VALUE);
        var reader = reader(bytes);
        assertThatExceptionOfType(StorageException.class).isThrownBy(() -> all(reader))
                .withMessageContaining("has no valid head");
    }

    @Test
    void refusesWhatIsNoTraceAndWhatFollowsTheEnd() {
        assertThatExceptionOfType(StorageException.class)
                .isThrownBy(() -> reader("{\"timestamp\": 0}".getBytes(StandardCharsets.UTF_8)))
                .withMessage("test.trace is not a trace of varve trace record");
        var whole = written(_ -> {});
        var longer = reader(Arrays.copyOf(whole, whole.length + 1));
        assertThatExceptionOfType(StorageException.class).isThrownBy(() -> all(longer))
                .withMessageContaining("is the last, and more follows");
        var newer = whole.clone();
        newer[TraceLayout.HEADER_FORMAT] = 2;
        assertThatExceptionOfType(StorageException.class).isThrownBy(() -> reader(newer))
                .withMessage("test.trace has format 2; this version reads format 1");
        assertThatExceptionOfType(StorageException.class)
                .isThrownBy(() -> reader(Arrays.copyOf(whole, 20)))
                .withMessageContaining("ends within its header");
    }

    @Test
    void neverGoesBackInTime() {
        var bytes = written(writer -> {
            writer.append(new TraceEvent(10, Operation.READ_MISS, 1, 0, 1, 0, 0));
            writer.append(new TraceEvent(7, Operation.READ_MISS, 2, 0, 1, 0, 0));
        });
        assertThat(all(reader(bytes))).extracting(TraceEvent::timeMicros).containsExactly(10L, 10L);
    }

    @Test
    void refusesImpossibleRates() {
        assertThatIllegalArgumentException().isThrownBy(() -> new TraceHeader(0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new TraceHeader(Double.NaN, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new TraceHeader(1.1, 0));
    }

    private static List<TraceEvent> events(long seed, int count) {
        var random = new Random(seed);
        var events = new ArrayList<TraceEvent>();
        long micros = 0;
        for (int i = 0; i < count; i++) {
            micros += random.nextInt(4) == 0 ? random.nextLong(1L << 40) : random.nextInt(100);
            var operation = Operation.ofCode(random.nextInt(Operation.count()));
            long size = operation.isSized() ? random.nextLong(1L << random.nextInt(1, 60)) : 0;
            events.add(new TraceEvent(micros, operation, random.nextInt(5000) * 0x9E3779B97F4A7C15L,
                    size, random.nextInt(3), random.nextInt(3), random.nextInt(200)));
        }
        return events;
    }

    private static byte[] written(Consumer<TraceWriter> content) {
        var out = new ByteArrayOutputStream();
        var writer = new TraceWriter(out, HEADER);
        content.accept(writer);
        writer.end();
        return out.toByteArray();
    }

    /// A file with one block whose checksum is right, whatever else is not.
    private static byte[] withBlock(byte[] payload, int count, long micros) {
        var out = new ByteArrayOutputStream();
        var unused = new TraceWriter(out, HEADER);
        assertThat(unused).isNotNull();
        var headBytes = new byte[TraceLayout.BLOCK_HEAD_BYTES];
        var head = ByteBuffer.wrap(headBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(0, TraceLayout.BLOCK_MAGIC)
                .putInt(TraceLayout.BLOCK_LENGTH, payload.length)
                .putInt(TraceLayout.BLOCK_EVENTS, count)
                .putLong(TraceLayout.BLOCK_TIME, micros);
        var crc = new CRC32C();
        crc.update(headBytes, 0, TraceLayout.BLOCK_CRC);
        crc.update(payload);
        head.putInt(TraceLayout.BLOCK_CRC, (int) crc.getValue());
        out.writeBytes(headBytes);
        out.writeBytes(payload);
        return out.toByteArray();
    }

    private static TraceReader reader(byte[] bytes) {
        return new TraceReader("test.trace", new ByteArrayInputStream(bytes));
    }

    private static List<TraceEvent> all(TraceReader reader) {
        var events = new ArrayList<TraceEvent>();
        for (var next = reader.next(); next.isPresent(); next = reader.next()) {
            events.add(next.get());
        }
        return events;
    }

    private static String golden() {
        return GOLDEN.replaceAll("\\s", "");
    }
}
