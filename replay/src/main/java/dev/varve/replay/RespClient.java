package dev.varve.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/// One connection to a server that speaks RESP2: a command, then its reply, as the fast clients of
/// KV caches do it. Values go between the socket and the caller's buffer with no copy on the heap
/// if that buffer is direct.
///
/// An error reply is a [RespErrorReply], after which the connection goes on. When the connection
/// breaks, or the server says what is no RESP, the connection is closed and a [StorageException]
/// (UNAVAILABLE) tells why.
///
/// Confined to one thread at a time, but for [#close], which ends a call in progress.
public final class RespClient implements AutoCloseable {
    /// The answer of [#get] for a key that is not there.
    public static final int MISS = -1;

    private static final int INPUT_BYTES = 1 << 14;
    private static final int MAX_LINE_BYTES = 1 << 12;
    private static final int MAX_TEXT_BYTES = 1 << 20;
    private static final byte[] CRLF = {'\r', '\n'};

    private final String peer;
    private final SocketChannel channel;
    private final ByteBuffer input = ByteBuffer.allocateDirect(INPUT_BYTES).flip();
    private final ByteBuffer end = ByteBuffer.wrap(CRLF);
    private ByteBuffer header = ByteBuffer.allocateDirect(1 << 10);

    private RespClient(String peer, SocketChannel channel) {
        this.peer = peer;
        this.channel = channel;
    }

    /// Connects, logs in where the endpoint has a login, and makes sure that commands are answered.
    ///
    /// @param timeout for the connection, not for the commands after it
    /// @throws StorageException UNAVAILABLE where nobody answers, CONFIG where the login is refused
    ///         or missing
    public static RespClient connect(RespEndpoint endpoint, Duration timeout) {
        var client = new RespClient(endpoint.toString(), open(endpoint, timeout));
        try {
            endpoint.login()
                    .ifPresent(
                            login -> client.text("AUTH", login.user(), login.password()));
            client.text("PING");
            return client;
        } catch (RespErrorReply e) {
            client.close();
            throw new StorageException(
                    Kind.CONFIG, endpoint + " refused the client: " + e.getMessage(), e);
        }
    }

    private static SocketChannel open(RespEndpoint endpoint, Duration timeout) {
        try {
            var address = new InetSocketAddress(endpoint.host(), endpoint.port());
            if (address.isUnresolved()) {
                throw new UnknownHostException("unknown host");
            }
            var channel = SocketChannel.open();
            try {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                channel.socket().connect(address, Math.toIntExact(timeout.toMillis()));
                return channel;
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new StorageException(Kind.UNAVAILABLE, endpoint + " cannot be reached: "
                    + e.getMessage() + "\nMaybe no server is running there.", e);
        }
    }

    /// Whether there is a value.
    public boolean exists(byte[] key) {
        begin(2, "EXISTS");
        argument(key);
        send();
        expect(':');
        return !readLine().equals("0");
    }

    /// Reads a value into a buffer (borrowed) from its position on, which moves behind what was
    /// read. What does not fit is read and dropped.
    ///
    /// @return the length of the value, also if that was more than fitted, or [#MISS]
    public int get(byte[] key, ByteBuffer target) {
        begin(2, "GET");
        argument(key);
        send();
        expect('$');
        int length = readLength(Integer.MAX_VALUE);
        if (length != MISS) {
            readBytes(target, length);
            readLineEnd();
        }
        return length;
    }

    /// Writes a value: the buffer (borrowed) from its position to its limit, where it is left.
    public void set(byte[] key, ByteBuffer value) {
        begin(3, "SET");
        argument(key);
        putNumber('$', value.remaining());
        send(value);
        expect('+');
        String reply = readLine();
        if (!reply.equals("OK")) {
            throw broken("answered SET with " + reply);
        }
    }

    /// Sends any command whose reply is one text or number, such as INFO.
    public String text(String... words) {
        begin(words.length, words[0]);
        for (int i = 1; i < words.length; i++) {
            argument(words[i].getBytes(UTF_8));
        }
        send();
        char type = (char) readByte();
        return switch (type) {
            case '+', ':' -> readLine();
            case '$' -> readText();
            case '-' -> throw new RespErrorReply(readLine());
            default -> throw unexpected(type, "a text");
        };
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException _) {
            // The connection is of no more use either way.
        }
    }

    private void begin(int words, String command) {
        header.clear();
        putNumber('*', words);
        argument(command.getBytes(UTF_8));
    }

    private void argument(byte[] bytes) {
        putNumber('$', bytes.length);
        room(bytes.length + CRLF.length).put(bytes).put(CRLF);
    }

    private void putNumber(char type, int number) {
        room(16).put((byte) type).put(Integer.toString(number).getBytes(UTF_8)).put(CRLF);
    }

    private ByteBuffer room(int bytes) {
        if (header.remaining() < bytes) {
            int capacity = Math.max(2 * header.capacity(), header.position() + bytes);
            header = ByteBuffer.allocateDirect(capacity).put(header.flip());
        }
        return header;
    }

    private void send() {
        header.flip();
        try {
            while (header.hasRemaining()) {
                channel.write(header);
            }
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private void send(ByteBuffer value) {
        var parts = new ByteBuffer[]{header.flip(), value, end.rewind()};
        try {
            while (end.hasRemaining()) {
                channel.write(parts);
            }
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /// Reads the type of a reply, and an error reply to its end.
    private void expect(char expected) {
        char type = (char) readByte();
        if (type == '-') {
            throw new RespErrorReply(readLine());
        }
        if (type != expected) {
            throw unexpected(type, "'" + expected + "'");
        }
    }

    private String readText() {
        int length = readLength(MAX_TEXT_BYTES);
        if (length == MISS) {
            return "";
        }
        var bytes = ByteBuffer.allocate(length);
        readBytes(bytes, length);
        readLineEnd();
        return new String(bytes.array(), UTF_8);
    }

    private int readLength(int max) {
        String line = readLine();
        try {
            int length = Integer.parseInt(line);
            if (length >= MISS && length <= max) {
                return length;
            }
        } catch (NumberFormatException _) {
            // Refused with the lengths that are out of range.
        }
        throw broken("announced a length of " + line + ", must be " + MISS + " to " + max);
    }

    private void readBytes(ByteBuffer target, int length) {
        int left = length;
        int end = target.limit();
        while (left > 0) {
            if (input.hasRemaining() || !target.hasRemaining()) {
                left -= takeBuffered(target, left);
            } else {
                target.limit(Math.min(end, target.position() + left));
                left -= readChannel(target);
                target.limit(end);
            }
        }
    }

    /// Moves bytes from the input buffer, filled if need be, to the target, or nowhere if that is
    /// full.
    private int takeBuffered(ByteBuffer target, int most) {
        if (!input.hasRemaining()) {
            fillInput();
        }
        int count = Math.min(most, input.remaining());
        int kept = Math.min(count, target.remaining());
        target.put(target.position(), input, input.position(), kept);
        target.position(target.position() + kept);
        input.position(input.position() + count);
        return count;
    }

    private String readLine() {
        var line = new StringBuilder(32);
        for (int b; (b = readByte()) != '\r';) {
            if (line.length() == MAX_LINE_BYTES) {
                throw broken("sent a line of more than " + MAX_LINE_BYTES + " bytes");
            }
            line.append((char) b);
        }
        if (readByte() != '\n') {
            throw broken("sent a carriage return without a line feed");
        }
        return line.toString();
    }

    private void readLineEnd() {
        if (readByte() != '\r' || readByte() != '\n') {
            throw broken("sent a value that is longer than announced");
        }
    }

    private int readByte() {
        if (!input.hasRemaining()) {
            fillInput();
        }
        return input.get() & 0xff;
    }

    private void fillInput() {
        input.clear();
        try {
            readChannel(input);
        } finally {
            input.flip();
        }
    }

    private int readChannel(ByteBuffer target) {
        try {
            int count = channel.read(target);
            if (count < 0) {
                throw broken("closed the connection in the middle of a reply");
            }
            return count;
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private StorageException unexpected(char type, String expected) {
        return broken("answered with '" + type + "' where " + expected + " was expected");
    }

    private StorageException broken(String what) {
        close();
        return new StorageException(Kind.UNAVAILABLE, peer + " " + what);
    }

    private StorageException broken(IOException cause) {
        close();
        String what = cause instanceof ClosedChannelException
                ? "was disconnected by this side"
                : "broke the connection: " + cause.getMessage();
        return new StorageException(Kind.UNAVAILABLE, peer + " " + what, cause);
    }
}
