package dev.varve.bench;

import dev.varve.replay.MooncakeTrace;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipFile;

/// A published trace: which blocks were asked for, in order. Numbered from 1 as they first appear.
///
/// @param name       of the trace
/// @param family     traces of one source, which may be alike
/// @param references one number for each
/// @param starts     those that begin a request; none where requests are not known
///
/// Immutable; the array is borrowed.
record PolicyTrace(String name, String family, int[] references, BitSet starts) {
    /// Where the traces lie in the jar of Caffeine's simulator.
    private static final String FOLDER = "com/github/benmanes/caffeine/cache/simulator/parser/";

    /// How a file of the jar is to be read.
    enum Encoding {
        /// A number a line; a line of `*` separates programs.
        DECIMAL,
        /// 32 digits a line.
        HEXADECIMAL,
        /// Big-endian, 4 bytes each.
        INTS,
        /// Big-endian, 8 bytes each.
        LONGS
    }

    /// Reads a trace of the jar.
    ///
    /// @param file below the folder of traces; its first folder is the family
    static PolicyTrace of(Path jar, String file, Encoding encoding) throws IOException {
        try (var zip = new ZipFile(jar.toFile())) {
            var entry = zip.getEntry(FOLDER + file);
            if (entry == null) {
                throw new IOException("no trace " + file + " in " + jar);
            }
            try (var in = zip.getInputStream(entry)) {
                long[] ids = read(plain(in.readAllBytes(), file), encoding);
                String name = file.substring(file.indexOf('/') + 1)
                        .replaceAll("\\.(trace|gz|xz|2016).*", "");
                return new PolicyTrace(name, file.substring(0, file.indexOf('/')), numbered(ids),
                        new BitSet());
            }
        }
    }

    /// Reads an hour of conversations with a language model, block by block.
    static PolicyTrace ofConversations(Path file) {
        var ids = LongStream.builder();
        var starts = new BitSet();
        int count = 0;
        try (var traffic = MooncakeTrace.open(file)) {
            for (var next = traffic.next(); next.isPresent(); next = traffic.next()) {
                starts.set(count);
                for (long id : next.get().blockIds()) {
                    ids.add(id);
                    count++;
                }
            }
        }
        return new PolicyTrace("conversation", "mooncake", numbered(ids.build().toArray()),
                starts);
    }

    /// Blocks of any ids as they first appear, from 1.
    static int[] numbered(long[] ids) {
        Map<Long, Integer> numbers = new HashMap<>();
        return Arrays.stream(ids)
                .mapToInt(id -> numbers.computeIfAbsent(id, _ -> numbers.size() + 1))
                .toArray();
    }

    int distinct() {
        return Arrays.stream(references).max().orElse(0);
    }

    private static InputStream plain(byte[] packed, String file) throws IOException {
        var in = new ByteArrayInputStream(packed);
        return new BufferedInputStream(
                file.endsWith(".xz") ? unpacked(in) : new GZIPInputStream(in));
    }

    /// What the program `xz` makes of it: the JDK does not read this format.
    private static InputStream unpacked(InputStream in) throws IOException {
        var packed = Files.createTempFile("varve-bench", ".xz");
        try {
            Files.copy(in, packed, StandardCopyOption.REPLACE_EXISTING);
            var xz = new ProcessBuilder("xz", "-dc", packed.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            byte[] bytes = xz.getInputStream().readAllBytes();
            if (bytes.length == 0) {
                throw new IOException("xz could not unpack " + packed);
            }
            return new ByteArrayInputStream(bytes);
        } finally {
            Files.delete(packed);
        }
    }

    private static long[] read(InputStream in, Encoding encoding) throws IOException {
        return switch (encoding) {
            case DECIMAL, HEXADECIMAL -> {
                int radix = encoding == Encoding.DECIMAL ? 10 : 16;
                yield new BufferedReader(new InputStreamReader(in, StandardCharsets.ISO_8859_1))
                        .lines()
                        .map(String::trim)
                        .filter(line -> !line.isEmpty() && !line.equals("*"))
                        .mapToLong(line -> folded(new BigInteger(line, radix)))
                        .toArray();
            }
            case INTS -> numbers(new DataInputStream(in), DataInputStream::readInt);
            case LONGS -> numbers(new DataInputStream(in), DataInputStream::readLong);
        };
    }

    private static long folded(BigInteger number) {
        return number.shiftRight(Long.SIZE).longValue() ^ number.longValue();
    }

    /// Reads one number.
    private interface Next {
        long of(DataInputStream in) throws IOException;
    }

    private static long[] numbers(DataInputStream in, Next next) {
        long[] numbers = new long[1 << 16];
        int count = 0;
        try {
            while (true) {
                long number = next.of(in);
                if (count == numbers.length) {
                    numbers = Arrays.copyOf(numbers, 2 * count);
                }
                numbers[count++] = number;
            }
        } catch (EOFException end) {
            return Arrays.copyOf(numbers, count);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
