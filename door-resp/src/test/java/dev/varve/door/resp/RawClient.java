package dev.varve.door.resp;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// A client that sends bytes as they are and reads exactly as many as it is told, or one whole
/// reply.
final class RawClient implements Closeable {
    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket;

    RawClient(int port) {
        this(port, 0);
    }

    /// @param receiveBytes size of the socket's receive buffer; 0 leaves it
    RawClient(int port, int receiveBytes) {
        socket = new Socket();
        try {
            if (receiveBytes > 0) {
                socket.setReceiveBufferSize(receiveBytes);
            }
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(PATIENCE_MILLIS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Speaks over a socket that is connected, and closes it in the end.
    RawClient(Socket connected) {
        socket = connected;
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(PATIENCE_MILLIS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A request as an array of bulk strings, one byte for each character.
    static byte[] request(String... arguments) {
        var parts = new byte[arguments.length][];
        for (int i = 0; i < arguments.length; i++) {
            parts[i] = latin(arguments[i]);
        }
        return request(parts);
    }

    static byte[] request(byte[]... arguments) {
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(latin("*" + arguments.length + "\r\n"));
        for (var argument : arguments) {
            bytes.writeBytes(latin("$" + argument.length + "\r\n"));
            bytes.writeBytes(argument);
            bytes.writeBytes(latin("\r\n"));
        }
        return bytes.toByteArray();
    }

    static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /// Sends words, separated by blanks, and reads one reply.
    String ask(String words) {
        send(request(words.split(" ")));
        return reply();
    }

    /// Sends words, separated by blanks, and reads so many bytes, as clients do that know what
    /// comes.
    String readFixed(String words, int count) {
        send(request(words.split(" ")));
        return readText(count);
    }

    void send(String bytes) {
        send(latin(bytes));
    }

    void send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Reads exactly so many bytes.
    byte[] read(int count) {
        try {
            byte[] bytes = in().readNBytes(count);
            if (bytes.length < count) {
                throw new IOException("closed after " + bytes.length + " of " + count + " bytes: "
                        + new String(bytes, StandardCharsets.ISO_8859_1));
            }
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// How many bytes have arrived already.
    int available() {
        try {
            return in().available();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String readText(int count) {
        return new String(read(count), StandardCharsets.ISO_8859_1);
    }

    /// Everything until the server closes.
    String readAll() {
        try {
            return new String(in().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Whether the server has closed; waits for it.
    boolean isClosedByServer() {
        try {
            return in().read() < 0;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    /// One whole reply, as it came.
    String reply() {
        var text = new ByteArrayOutputStream();
        reply(text);
        return text.toString(StandardCharsets.ISO_8859_1);
    }

    private void reply(ByteArrayOutputStream text) {
        String line = line();
        text.writeBytes(latin(line + "\r\n"));
        switch (line.charAt(0)) {
            case '$', '=' -> {
                int length = Integer.parseInt(line.substring(1));
                if (length >= 0) {
                    text.writeBytes(read(length + 2));
                }
            }
            case '*', '~' -> replies(text, Integer.parseInt(line.substring(1)));
            case '%' -> replies(text, 2 * Integer.parseInt(line.substring(1)));
            default -> {
            }
        }
    }

    private void replies(ByteArrayOutputStream text, int count) {
        for (int i = 0; i < count; i++) {
            reply(text);
        }
    }

    private String line() {
        var line = new StringBuilder();
        while (line.length() < 2 || line.charAt(line.length() - 2) != '\r') {
            line.append((char) (read(1)[0] & 0xff));
        }
        return line.substring(0, line.length() - 2);
    }

    /// Says that nothing more will be sent, and goes on listening.
    void endOutput() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private InputStream in() throws IOException {
        return socket.getInputStream();
    }

    /// Leaves, in the middle of a test.
    void hangUp() {
        close();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
