package dev.varve.policy;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.tukaani.xz.XZInputStream;

/// A trace out of the jar of the Caffeine simulator, its blocks numbered from 1 as they appear.
final class SimulatorTrace {
    private static final String FOLDER = "/com/github/benmanes/caffeine/cache/simulator/parser/";

    private final Map<Long, Long> numbers = new HashMap<>();
    private long[] references = new long[1024];
    private int length;

    private SimulatorTrace() {}

    /// @param path such as `lirs/loop.trace.gz`; the folder is the format
    static long[] read(String path) throws IOException {
        var trace = new SimulatorTrace();
        try (var raw = SimulatorTrace.class.getResourceAsStream(FOLDER + path)) {
            if (raw == null) {
                throw new IOException("no trace " + path + " on the class path");
            }
            try (var in = new BufferedInputStream(path.endsWith(".xz")
                    ? new XZInputStream(raw)
                    : new GZIPInputStream(raw))) {
                trace.readFormat(path.substring(0, path.lastIndexOf('/')), in);
            }
        }
        return Arrays.copyOf(trace.references, trace.length);
    }

    private void readFormat(String format, InputStream in) throws IOException {
        switch (format) {
            case "cache2k", "cloud_physics" -> readNumbers(new DataInputStream(in), Integer.BYTES);
            case "corda", "scarab" -> readNumbers(new DataInputStream(in), Long.BYTES);
            default -> {
                var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
                for (String line; (line = lines.readLine()) != null;) {
                    if (!line.isBlank() && !line.strip().equals("*")) {
                        add(id(format, line.strip()));
                    }
                }
            }
        }
    }

    private void readNumbers(DataInputStream in, int width) throws IOException {
        try {
            while (true) {
                add(width == Integer.BYTES ? in.readInt() : in.readLong());
            }
        } catch (EOFException end) {
            // The formats have no other end.
        }
    }

    private static long id(String format, String line) {
        String[] words = line.split(" ", -1);
        return switch (format) {
            case "lirs" -> Long.parseLong(line);
            case "address", "address/penalties" -> Long.decode(words[1]);
            case "gradle" -> Long.parseUnsignedLong(line, 0, 16, 16)
                    ^ Long.parseUnsignedLong(line, 16, 32, 16);
            // The same key in another size is another object.
            case "adapt_size" -> Long.parseLong(words[1]) * 1_000_003 + Long.parseLong(words[2]);
            default -> throw new IllegalArgumentException("no such format: " + format);
        };
    }

    private void add(long id) {
        if (length == references.length) {
            references = Arrays.copyOf(references, 2 * length);
        }
        references[length++] = numbers.computeIfAbsent(id, _ -> numbers.size() + 1L);
    }
}
