package dev.varve.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/// One connection that reads and writes values of one length, a command after the other, and says
/// how long a value's first byte took. Anything but the expected reply ends the benchmark.
///
/// Confined.
final class ChainClient implements AutoCloseable {
    private static final int HEADER_BYTES = 256;

    private final Wire wire;
    private final ByteBuffer value;
    private final ByteBuffer destination;
    private final ByteBuffer one = ByteBuffer.allocateDirect(1);
    private final int bytes;

    ChainClient(InetSocketAddress address, int bytes) {
        this.bytes = bytes;
        value = ByteBuffer.allocateDirect(HEADER_BYTES + bytes);
        destination = ByteBuffer.allocateDirect(bytes);
        wire = Wire.to(address);
    }

    /// Writes a value whose bytes follow from a seed.
    void set(String key, int seed) {
        value.clear()
                .put(("*3\r\n$3\r\nSET\r\n$" + key.length() + "\r\n" + key + "\r\n$" + bytes
                        + "\r\n").getBytes(ISO_8859_1));
        wire.send(value.flip());
        value.clear();
        for (int i = 0; i < bytes; i += Long.BYTES) {
            value.putLong(word(seed, i));
        }
        wire.send(value.flip());
        wire.send(ByteBuffer.wrap("\r\n".getBytes(ISO_8859_1)));
        expect("+OK");
    }

    void demote(String key) {
        ask("*3\r\n$5\r\nVARVE\r\n$6\r\nDEMOTE\r\n", key);
        line();
    }

    /// What EXPLAIN says: a part of it names where the value lies.
    boolean isInMemory(String key) {
        ask("*3\r\n$5\r\nVARVE\r\n$7\r\nEXPLAIN\r\n", key);
        var lines = new ArrayDeque<String>();
        int left = Integer.parseInt(line().substring(1));
        for (; left > 0; left--) {
            line();
            lines.add(line());
        }
        while (!lines.isEmpty()) {
            var name = lines.remove();
            var text = lines.remove();
            if (name.equals("tiers")) {
                return text.contains("memory");
            }
        }
        throw new IllegalStateException("EXPLAIN does not say in which tiers " + key + " is");
    }

    /// Reads a value into this client's buffer and checks some of it.
    ///
    /// @return nanoseconds until its first byte
    long get(String key, int seed) {
        long start = System.nanoTime();
        ask("*2\r\n$3\r\nGET\r\n", key);
        expect("$" + bytes);
        value.clear().limit(bytes + 2);
        receive(1);
        long nanos = System.nanoTime() - start;
        receive(bytes + 2);
        for (int at = 0; at < bytes; at += 4096) {
            if (value.getLong(at) != word(seed, at)) {
                throw new IllegalStateException(key + " is wrong at byte " + at);
            }
        }
        return nanos;
    }

    /// Copies the last value to where it is needed.
    void copy() {
        destination.clear().put(value.slice(0, bytes));
    }

    @Override
    public void close() {
        wire.close();
    }

    private static long word(int seed, int at) {
        return (seed * 31L + at) * 0x9E3779B97F4A7C15L;
    }

    private void ask(String command, String key) {
        wire.send(ByteBuffer.wrap((command + "$" + key.length() + "\r\n" + key + "\r\n")
                .getBytes(ISO_8859_1)));
    }

    /// Reads until the value's buffer holds so many bytes.
    private void receive(int count) {
        while (value.position() < count) {
            wire.read(value);
        }
    }

    private void expect(String expected) {
        String found = line();
        if (!found.equals(expected)) {
            throw new IllegalStateException("'" + found + "' instead of '" + expected + "'");
        }
    }

    private String line() {
        var text = new StringBuilder();
        while (true) {
            one.clear();
            while (one.hasRemaining()) {
                wire.read(one);
            }
            char c = (char) (one.get(0) & 0xff);
            if (c == '\n') {
                return text.toString().strip();
            }
            text.append(c);
        }
    }
}
