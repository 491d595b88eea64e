package dev.varve.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.replay.TraceRequest.Operation;
import dev.varve.trace.TraceEvent;
import dev.varve.trace.TraceHeader;
import dev.varve.trace.TraceWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A few lines of each format, and what must be read from them.
final class TraceFileTest {
    @Test
    void readsQwenInItsOwnUnits() {
        var request = only("""
                {"chat_id": 7, "parent_chat_id": -1, "timestamp": 61.234, "input_length": 40, \
                "output_length": 5, "type": "text", "turn": 1, "hash_ids": [100, 101, 102]}
                """);
        assertThat(request.operation()).isEqualTo(Operation.PROMPT);
        assertThat(request.timestampMillis()).isEqualTo(61_234);
        assertThat(request.blockIds()).containsExactly(100, 101, 102);
        assertThat(request.tokensOf(2)).isEqualTo(32);
        assertThat(request.tokensOf(3)).isEqualTo(40);
    }

    @Test
    void readsMooncake() {
        var request = only("""
                {"timestamp": 61, "input_length": 700, "output_length": 5, "hash_ids": [1, 2]}
                """);
        assertThat(request.timestampMillis()).isEqualTo(61);
        assertThat(request.tokensOf(1)).isEqualTo(512);
    }

    @Test
    void readsOracleGeneral() {
        var bytes = new byte[3 * 24];
        var records = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        records.putInt(10).putLong(-5).putInt(1 << 20).putLong(3);
        records.putInt(10).putLong(6).putInt(-1).putLong(-1);
        records.putInt(12).putLong(-5).putInt(1 << 20).putLong(Long.MAX_VALUE);
        var requests = all(open(bytes, Optional.empty()));
        assertThat(requests).extracting(TraceRequest::timestampMillis)
                .containsExactly(10_000L, 10_000L, 12_000L);
        assertThat(ids(requests)).containsExactly(-5, 6, -5);
        assertThat(requests).extracting(TraceRequest::sizeBytes)
                .containsExactly(1L << 20, 0xffff_ffffL, 1L << 20);
        assertThat(requests).extracting(TraceRequest::operation).containsOnly(Operation.FETCH);
    }

    @Test
    void readsTheColumnsThatAHeaderNames() {
        // libCacheSim's own example, and CacheLib's.
        var block = only("version,time,op,size,lbn\n1,33898,2a,512,42932745\n");
        assertThat(block.timestampMillis()).isEqualTo(33_898_000);
        assertThat(block.sizeBytes()).isEqualTo(512);
        assertThat(block.blockIds()).containsExactly(42_932_745);

        var lines = all(open("""
                key,op,size,op_count,key_size
                1001,GET,100,3,20
                1001,SET,100,1,20
                1001,DELETE,0,1,20
                """));
        assertThat(lines).extracting(TraceRequest::operation)
                .containsExactly(Operation.FETCH, Operation.WRITE, Operation.DELETE);
        assertThat(lines.getFirst().blockIds()).containsExactly(1001, 1001, 1001);
        assertThat(lines.getFirst().sizeBytes()).isEqualTo(120);
    }

    @Test
    void readsColumnsWithoutAHeader() {
        var request = only("5,some/key,1000\n");
        assertThat(request.timestampMillis()).isEqualTo(5000);
        assertThat(request.sizeBytes()).isEqualTo(1000);
        assertThat(request.blockIds()).isEqualTo(only("9,some/key,1\n").blockIds());
        assertThat(only("9,some/kez,1\n").blockIds()).isNotEqualTo(request.blockIds());
    }

    @Test
    void readsBlockNumbers() {
        assertThat(ids(all(open("11\n*\n\n12\r\n11\n")))).containsExactly(11, 12, 11);
    }

    @Test
    void readsRunsOfBlocks() {
        var arc = only("100 3 0 1\n");
        assertThat(arc.blockIds()).containsExactly(100, 101, 102);
        assertThat(arc.sizeBytes()).isEqualTo(512);

        var spc = all(open("0,20941264,8192,W,0.551706,0x3f\n1,20941264,513,r,1.5\n"));
        assertThat(spc.getFirst().operation()).isEqualTo(Operation.WRITE);
        assertThat(spc.getFirst().blockIds()).hasSize(16);
        assertThat(spc.getLast().operation()).isEqualTo(Operation.FETCH);
        assertThat(spc.getLast().blockIds()).hasSize(2)
                .doesNotContain(spc.getFirst().blockIds());

        var msr = all(open("""
                128166372003061629,hm,1,Read,383496192,32768,1331
                128166372016382155,web,1,Write,383496192,1,1331
                """));
        assertThat(msr.getFirst().blockIds()).hasSize(64);
        assertThat(msr.getLast().operation()).isEqualTo(Operation.WRITE);
        assertThat(msr.getLast().timestampMillis() - msr.getFirst().timestampMillis())
                .isEqualTo(1332);
        assertThat(msr.getFirst().blockIds()).doesNotContain(msr.getLast().blockIds());
    }

    @Test
    void readsOtherKeys() {
        assertThat(only("l 0x1fffff58 1\n").blockIds()).containsExactly(0x1fffff58);
        var gradle = "d05fdfe4022d6da89116ccbd91a8df8b\n";
        assertThat(only(gradle).blockIds()).isEqualTo(only(gradle).blockIds());
        var lrb = only("7 99 7454\n");
        assertThat(lrb.timestampMillis()).isEqualTo(7000);
        assertThat(lrb.blockIds()).containsExactly(99);
        assertThat(lrb.sizeBytes()).isEqualTo(7454);
        var head = only("1219008 REST.HEAD.OBJECT 8d4fcda3d675bac9 1056\n");
        assertThat(head.operation()).isEqualTo(Operation.EXISTS);
        assertThat(head.blockIds()).containsExactly(0x8d4fcda3d675bac9L);
        assertThat(head.sizeBytes()).isEqualTo(1056);
    }

    @Test
    void readsTwitter() {
        var requests = all(open("""
                0,nz:u:eeW511W3dcH3de3d15ec,22,304,0,get,0
                1,nz:u:eeW511W3dcH3de3d15ec,22,304,0,set,3600
                """));
        assertThat(requests).extracting(TraceRequest::operation)
                .containsExactly(Operation.FETCH, Operation.WRITE);
        assertThat(requests).extracting(TraceRequest::sizeBytes).containsOnly(326L);
        assertThat(requests.getFirst().blockIds()).isEqualTo(requests.getLast().blockIds());
    }

    @Test
    void readsBinaryKeysWhereTheFormatIsNamed() {
        var longs = new byte[16];
        ByteBuffer.wrap(longs).putLong(-3).putLong(1L << 40);
        assertThat(ids(all(open(longs, Optional.of(TraceFormat.LONGS)))))
                .containsExactly(-3, 1L << 40);
        var ints = new byte[8];
        ByteBuffer.wrap(ints).putInt(-1).putInt(4);
        assertThat(ids(all(open(ints, Optional.of(TraceFormat.INTS)))))
                .containsExactly(0xffff_ffffL, 4);
    }

    @Test
    void readsWhatWasRecorded() {
        var out = new ByteArrayOutputStream();
        var writer = new TraceWriter(out, new TraceHeader(0.25, 0));
        writer.append(event(1_000, TraceEvent.Operation.READ_MISS, 0));
        writer.append(event(2_000, TraceEvent.Operation.WRITE, 100));
        writer.append(event(3_999, TraceEvent.Operation.READ_HIT, 100));
        writer.append(event(4_000, TraceEvent.Operation.EXISTS_MISS, 0));
        writer.dropped(5);
        writer.flush();
        var trace = open(out.toByteArray(), Optional.empty());
        var requests = all(trace);
        assertThat(requests).extracting(TraceRequest::operation)
                .containsExactly(
                        Operation.READ, Operation.WRITE, Operation.FETCH, Operation.EXISTS);
        assertThat(requests).extracting(TraceRequest::sizeBytes)
                .containsExactly(
                        TraceRequest.SIZE_UNKNOWN, 100L, 100L, TraceRequest.SIZE_UNKNOWN);
        assertThat(requests).extracting(TraceRequest::timestampMillis)
                .containsExactly(1L, 2L, 3L, 4L);
        assertThat(requests).extracting(TraceRequest::connection).containsOnly(3);
        assertThat(trace.sampleRate()).isEqualTo(0.25);
        assertThat(trace.remarks()).containsExactly(
                "test.trace was cut off: read up to its last whole block, which ends at offset "
                        + out.size(),
                "the recorder dropped 5 accesses, because its reader was too slow");
    }

    @Test
    void readsWhatIsCompressedByGzip() throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write("11\n12\n".getBytes(StandardCharsets.US_ASCII));
        }
        assertThat(ids(all(open(out.toByteArray(), Optional.empty())))).containsExactly(11, 12);
        var cut = Arrays.copyOf(out.toByteArray(), out.size() - 10);
        assertThatExceptionOfType(StorageException.class)
                .isThrownBy(() -> all(open(cut, Optional.of(TraceFormat.LIRS))))
                .withMessageContaining("of test.trace cannot be read")
                .matches(e -> e.kind() == Kind.UNAVAILABLE);
    }

    @Test
    void saysHowToReadWhatIsCompressedOtherwise() {
        for (byte[] magic : List.of(new byte[]{0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0, 0, 0},
                new byte[]{(byte) 0xfd, '7', 'z', 'X', 'Z', 0, 0})) {
            assertThatExceptionOfType(StorageException.class)
                    .isThrownBy(() -> open(magic, Optional.empty()))
                    .withMessageMatching(".* decompress it first: (xz|zstd) -d test.trace");
        }
    }

    @Test
    void saysWhatCannotBeTold() {
        for (var text : List.of("once upon a time\n", "\0\1\2\3", "1 2\n")) {
            assertThatExceptionOfType(StorageException.class)
                    .isThrownBy(() -> open(text))
                    .withMessageStartingWith("the format of test.trace cannot be told from its"
                            + " content; name it with --format, one of varve, mooncake, qwen,")
                    .matches(e -> e.kind() == Kind.CONFIG);
        }
        assertThatExceptionOfType(StorageException.class)
                .isThrownBy(() -> TraceFile.open(Path.of("no/such"), Optional.empty()))
                .matches(e -> e.kind() == Kind.ABSENT);
    }

    @Test
    void anEmptyFileIsAnEmptyTrace() {
        assertThat(open("").next()).isEmpty();
        assertThat(open("\n\n").next()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "lirs         | 12x         | must be a block number, or *, is: 12x",
            "lirs         | 9999999999999999999999 | must be a block number",
            "arc          | 1 2 3       | must be first block, number of blocks",
            "arc          | 1 9999999 0 1 | must ask for at most 1048576 blocks, asks for 9999999",
            "address      | l 77 1      | must be l or s, an address",
            "gradle       | d05f        | must be a key of 32 hexadecimal digits",
            "lrb          | 1 2         | must be time, key and size",
            "twitter      | 0,k,1,1,0   | must be time,key,key size",
            "cambridge    | 1,h,0,Reed,0,1,1 | must be time,host,disk,Read or Write",
            "object-store | 1 REST.GET.BUCKET 1 | must be time, operation, key",
            "spc          | 0,1,2,x,1.0 | must be unit,block,size,r or w",
            "csv          | 1,2         | must be 3 columns, is: 1,2",
            "csv          | a,2,3       | must be columns with a time in seconds",
            "csv          | 1,2,-3      | must be columns with whole numbers",
            "mooncake     | 12          | must be a JSON object, one a line",
            "qwen         | {\"timestamp\": -1} | timestamp must be a number from 0"
    })
    void saysInWhichLineAndHowItIsMalformed(String format, String line, String message) {
        var good = "\n";
        var trace = open((good + line + "\n").getBytes(StandardCharsets.UTF_8),
                TraceFormat.ofLabel(format));
        assertThatExceptionOfType(StorageException.class)
                .isThrownBy(() -> all(trace))
                .withMessageStartingWith("line 2 of test.trace " + message)
                .matches(e -> e.kind() == Kind.CONFIG);
    }

    @Test
    void showsNoMoreOfABadLineThanAScreenBears() {
        var trace = open(("1\n" + "\33[2J" + "x".repeat(1000)).getBytes(StandardCharsets.UTF_8),
                Optional.of(TraceFormat.LIRS));
        assertThatExceptionOfType(StorageException.class).isThrownBy(() -> all(trace))
                .matches(e -> e.getMessage().length() < 200 && !e.getMessage().contains("\33"));
    }

    @Test
    void refusesALineWithoutAnEnd() {
        var endless = new byte[2 << 20];
        Arrays.fill(endless, (byte) '1');
        var trace = open(endless, Optional.of(TraceFormat.LIRS));
        assertThatExceptionOfType(StorageException.class).isThrownBy(() -> all(trace))
                .withMessage("line 1 of test.trace must not be longer than 1048576 bytes");
    }

    @Test
    void saysWhereARecordIsIncomplete() {
        var trace = open(new byte[30], Optional.of(TraceFormat.ORACLE_GENERAL));
        assertThat(trace.next()).isPresent();
        assertThatExceptionOfType(StorageException.class).isThrownBy(trace::next)
                .withMessage("the record at offset 24 of test.trace must have 24 bytes, has 6");
    }

    @Test
    void takesNoBinaryNonsenseForOracleGeneral() {
        var noise = new byte[800];
        var words = ByteBuffer.wrap(noise);
        LongStream.range(0, 100).map(Mix::of).forEach(words::putLong);
        assertThatExceptionOfType(StorageException.class)
                .isThrownBy(() -> open(noise, Optional.empty()));
    }

    @Test
    void eachFormatHasALabel() {
        for (var format : TraceFormat.values()) {
            assertThat(TraceFormat.ofLabel(format.label())).contains(format);
            assertThat(format.label()).isEqualTo(format.label().toLowerCase(Locale.ROOT));
        }
        assertThat(TraceFormat.ofLabel("VARVE")).isEmpty();
    }

    private static TraceEvent event(long micros, TraceEvent.Operation operation, long size) {
        return new TraceEvent(micros, operation, 42, size, 1, 0, 3);
    }

    private static TraceRequest only(String text) {
        var requests = all(open(text));
        assertThat(requests).hasSize(1);
        return requests.getFirst();
    }

    private static Traffic open(String text) {
        return open(text.getBytes(StandardCharsets.UTF_8), Optional.empty());
    }

    private static Traffic open(byte[] bytes, Optional<TraceFormat> format) {
        return TraceFile.open("test.trace", new ByteArrayInputStream(bytes), format);
    }

    private static List<TraceRequest> all(Traffic traffic) {
        var requests = new ArrayList<TraceRequest>();
        for (var next = traffic.next(); next.isPresent(); next = traffic.next()) {
            requests.add(next.get());
        }
        return requests;
    }

    private static long[] ids(List<TraceRequest> requests) {
        return requests.stream().flatMapToLong(it -> Arrays.stream(it.blockIds())).toArray();
    }
}
