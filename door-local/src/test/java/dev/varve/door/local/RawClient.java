package dev.varve.door.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.door.local.FrameLayout.Kind;
import dev.varve.door.local.FrameLayout.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Says to a door whatever a test wants, byte by byte.
///
/// Confined to its thread.
final class RawClient implements AutoCloseable {
    private final SocketChannel channel;

    /// An answer, its body little-endian.
    record Answer(int kind, Status status, ByteBuffer body) {
        String text() {
            return StandardCharsets.UTF_8.decode(body.duplicate()).toString();
        }
    }

    /// What is said of one key.
    record Entry(int outcome, long handle, long length, List<Part> parts, List<Integer> crcs) {}

    /// A run of bytes in the memory.
    record Part(long offset, long length) {}

    private RawClient(SocketChannel channel) {
        this.channel = channel;
    }

    /// Connects and says nothing.
    static RawClient silent(Path socket) {
        try {
            var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(UnixDomainSocketAddress.of(socket));
            return new RawClient(channel);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Connects and has been let in.
    static RawClient greeted(Path socket) {
        var client = silent(socket);
        client.send(Kind.HELLO, hello(FrameLayout.VERSION, "", ""));
        assertThat(client.answer().status()).isEqualTo(Status.OK);
        client.read(1);
        return client;
    }

    static byte[] hello(int version, String user, String password) {
        var body = ByteBuffer.allocate(FrameLayout.HELLO_BYTES + user.length()
                + password.length()).order(ByteOrder.LITTLE_ENDIAN);
        body.put(FrameLayout.MAGIC).putShort((short) version).putShort((short) user.length());
        body.putShort((short) password.length()).putShort((short) 0);
        return body.put(bytes(user)).put(bytes(password)).array();
    }

    static byte[] keys(String... keys) {
        var body = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
        body.putShort((short) keys.length).putShort((short) 0);
        for (var key : keys) {
            body.putShort((short) key.length()).put(bytes(key));
        }
        return written(body);
    }

    static byte[] handles(long... handles) {
        var body = ByteBuffer.allocate(4 + 8 * handles.length).order(ByteOrder.LITTLE_ENDIAN);
        body.putShort((short) handles.length).putShort((short) 0);
        for (long handle : handles) {
            body.putLong(handle);
        }
        return body.array();
    }

    static byte[] put(String key, byte[] value) {
        var body = ByteBuffer.allocate(4 + key.length() + value.length)
                .order(ByteOrder.LITTLE_ENDIAN);
        body.putShort((short) key.length()).putShort((short) 0);
        return body.put(bytes(key)).put(value).array();
    }

    static byte[] frame(int kind, int zero, long length, byte[] body) {
        var frame = ByteBuffer.allocate(FrameLayout.HEADER_BYTES + body.length)
                .order(ByteOrder.LITTLE_ENDIAN);
        frame.put((byte) kind).put((byte) 0).putShort((short) zero).putInt((int) length);
        return frame.put(body).array();
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    void send(Kind kind, byte[] body) {
        send(frame(kind.code(), 0, body.length, body));
    }

    void send(byte[] bytes) {
        try {
            for (var left = ByteBuffer.wrap(bytes); left.hasRemaining();) {
                channel.write(left);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Answer ask(Kind kind, byte[] body) {
        send(kind, body);
        return answer();
    }

    /// Gets keys that are answered with OK.
    List<Entry> get(String... keys) {
        var answer = ask(Kind.GET, keys(keys));
        assertThat(answer.status()).as(answer.text()).isEqualTo(Status.OK);
        var body = answer.body();
        assertThat(body.getInt()).isPositive();
        var entries = new ArrayList<Entry>();
        for (int i = 0; i < keys.length; i++) {
            int outcome = body.get();
            assertThat(body.get() | body.getShort()).isZero();
            int blocks = body.getInt();
            long handle = body.getLong();
            long length = body.getLong();
            var parts = new ArrayList<Part>();
            var crcs = new ArrayList<Integer>();
            for (int block = 0; block < blocks; block++) {
                assertThat(body.getInt()).isPositive();
                crcs.add(body.getInt());
                int runs = body.getInt();
                assertThat(body.getInt()).isZero();
                for (int run = 0; run < runs; run++) {
                    parts.add(new Part(body.getLong(), body.getLong()));
                }
            }
            entries.add(new Entry(outcome, handle, length, parts, crcs));
        }
        assertThat(body.hasRemaining()).isFalse();
        return entries;
    }

    Answer answer() {
        var header = read(FrameLayout.HEADER_BYTES);
        int kind = header.get();
        int code = header.get();
        var status = Arrays.stream(Status.values())
                .filter(it -> it.code() == code)
                .findFirst()
                .orElseThrow();
        assertThat(header.getShort()).isZero();
        return new Answer(kind, status, read(header.getInt()));
    }

    ByteBuffer read(int length) {
        var bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        try {
            while (bytes.hasRemaining()) {
                if (channel.read(bytes) < 0) {
                    throw new AssertionError("the door has closed after " + bytes.position()
                            + " of " + length + " bytes");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.flip();
    }

    /// Whether the door has closed, and says nothing more before.
    boolean isClosedByDoor() {
        try {
            return channel.read(ByteBuffer.allocate(1)) < 0;
        } catch (IOException reset) {
            return true;
        }
    }

    void shutdownOutput() {
        try {
            channel.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] written(ByteBuffer buffer) {
        var bytes = new byte[buffer.position()];
        buffer.flip().get(bytes);
        return bytes;
    }
}
