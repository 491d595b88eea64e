package dev.varve.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Optional;

/// One connection that sends several commands before it takes their replies.
///
/// Confined.
final class LeaseClient implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 << 10;

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    LeaseClient(InetSocketAddress address) {
        try {
            socket = new Socket(address.getAddress(), address.getPort());
            socket.setTcpNoDelay(true);
            in = new DataInputStream(
                    new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES));
            out = new BufferedOutputStream(socket.getOutputStream(), BUFFER_BYTES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void set(String key, byte[] value) {
        put("*3\r\n$3\r\nSET\r\n$" + key.length() + "\r\n" + key + "\r\n$" + value.length + "\r\n");
        put(value);
        put("\r\n");
    }

    void exists(String key) {
        put("*2\r\n$6\r\nEXISTS\r\n$" + key.length() + "\r\n" + key + "\r\n");
    }

    void get(String key) {
        put("*2\r\n$3\r\nGET\r\n$" + key.length() + "\r\n" + key + "\r\n");
    }

    void firstByte(String key) {
        put("*4\r\n$8\r\nGETRANGE\r\n$" + key.length() + "\r\n" + key
                + "\r\n$1\r\n0\r\n$1\r\n0\r\n");
    }

    void prefetch(String key) {
        put("*3\r\n$5\r\nVARVE\r\n$8\r\nPREFETCH\r\n$" + key.length() + "\r\n" + key + "\r\n");
    }

    /// Sends what was put together.
    void send() {
        try {
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Takes the reply of a SET.
    void stored() {
        String reply = line();
        if (!reply.equals("+OK")) {
            throw new IllegalStateException("SET was answered by " + reply);
        }
    }

    /// Takes the reply of an EXISTS.
    boolean found() {
        String reply = line();
        if (!reply.equals(":1") && !reply.equals(":0")) {
            throw new IllegalStateException("EXISTS was answered by " + reply);
        }
        return reply.equals(":1");
    }

    /// Takes the reply of a command that counts.
    long number() {
        String reply = line();
        if (!reply.startsWith(":")) {
            throw new IllegalStateException("a count was expected, not " + reply);
        }
        return Long.parseLong(reply.substring(1));
    }

    /// Takes the reply of a GET; empty for a miss.
    Optional<byte[]> value() {
        String reply = line();
        if (reply.equals("$-1")) {
            return Optional.empty();
        }
        if (!reply.startsWith("$")) {
            throw new IllegalStateException("GET was answered by " + reply);
        }
        try {
            var bytes = new byte[Integer.parseInt(reply.substring(1))];
            in.readFully(bytes);
            in.readFully(new byte[2]);
            return Optional.of(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// One of the numbers in INFO.
    long statistic(String name) {
        put("*2\r\n$4\r\nINFO\r\n$5\r\nstats\r\n");
        send();
        var text = new String(value().orElseThrow(), ISO_8859_1);
        return text.lines()
                .filter(line -> line.startsWith(name + ":"))
                .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("INFO has no " + name));
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void put(String text) {
        put(text.getBytes(ISO_8859_1));
    }

    private void put(byte[] bytes) {
        try {
            out.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String line() {
        var text = new StringBuilder(16);
        try {
            for (int c = in.readUnsignedByte(); c != '\n'; c = in.readUnsignedByte()) {
                text.append((char) c);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString().strip();
    }
}
