package dev.varve.replay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// A server that keeps values in a map and answers as Redis does, unless a test makes it misbehave.
///
/// Thread-safe.
final class FakeRespServer implements AutoCloseable {
    /// What a test may put in place of an answer.
    @FunctionalInterface
    interface Mischief {
        /// @param command its words
        /// @param reply   what a good server would answer
        /// @return the bytes to send; empty to close the connection
        /// @throws InterruptedException when the server closes while this blocks
        Optional<byte[]> instead(List<String> command, byte[] reply) throws InterruptedException;
    }

    private final ServerSocket listener;
    private final Mischief mischief;
    private final Map<String, byte[]> values = new ConcurrentHashMap<>();
    private final List<String> commands = new CopyOnWriteArrayList<>();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new CopyOnWriteArrayList<>();

    private FakeRespServer(Mischief mischief) throws IOException {
        this.mischief = mischief;
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    static FakeRespServer good() throws IOException {
        return with((_, reply) -> Optional.of(reply));
    }

    static FakeRespServer with(Mischief mischief) throws IOException {
        var server = new FakeRespServer(mischief);
        server.threads.add(Thread.ofVirtual().start(server::accept));
        return server;
    }

    /// Answers every command with the same bytes, but the PING of a new connection.
    static FakeRespServer answering(String reply) throws IOException {
        return with((command, good) -> Optional.of(
                command.getFirst().equals("PING") ? good : reply.getBytes(ISO_8859_1)));
    }

    RespEndpoint endpoint() {
        return new RespEndpoint("127.0.0.1", listener.getLocalPort(), Optional.empty());
    }

    /// The names of the commands that came, in their order.
    List<String> commands() {
        return commands;
    }

    Map<String, byte[]> values() {
        return values;
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (var socket : sockets) {
            socket.close();
        }
        threads.forEach(Thread::interrupt);
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                var socket = listener.accept();
                sockets.add(socket);
                threads.add(Thread.ofVirtual().start(() -> serve(socket)));
            } catch (IOException e) {
                if (!listener.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void serve(Socket socket) {
        try (socket;
                var in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
                var out = new BufferedOutputStream(socket.getOutputStream())) {
            while (true) {
                var words = readCommand(in);
                var reply = mischief.instead(
                        words.stream().map(word -> new String(word, ISO_8859_1)).toList(),
                        reply(words));
                if (reply.isEmpty()) {
                    return;
                }
                out.write(reply.orElseThrow());
                out.flush();
            }
        } catch (IOException | InterruptedException e) {
            // The client has gone, or the test is over.
        }
    }

    private byte[] reply(List<byte[]> words) {
        String name = new String(words.getFirst(), UTF_8);
        commands.add(name);
        String key = words.size() > 1 ? new String(words.get(1), ISO_8859_1) : "";
        var value = Optional.ofNullable(values.get(key));
        return switch (name) {
            case "SET" -> {
                values.put(key, words.get(2));
                yield bytes("+OK\r\n");
            }
            case "DEL" -> bytes(values.remove(key) == null ? ":0\r\n" : ":1\r\n");
            case "EXISTS" -> bytes(value.isPresent() ? ":1\r\n" : ":0\r\n");
            case "GET" -> value.map(FakeRespServer::bulk).orElseGet(() -> bytes("$-1\r\n"));
            case "INFO" -> bulk(bytes("# Server\r\nredis_version:7.0.15\r\n"));
            case "AUTH" -> bytes(new String(words.get(2), UTF_8).equals("secret")
                    ? "+OK\r\n"
                    : "-WRONGPASS invalid username-password pair or user is disabled.\r\n");
            case "PING" -> bytes("+PONG\r\n");
            default -> bytes("-ERR unknown command '" + name + "'\r\n");
        };
    }

    static byte[] bulk(byte[] value) {
        var head = bytes("$" + value.length + "\r\n");
        var all = Arrays.copyOf(head, head.length + value.length + 2);
        System.arraycopy(value, 0, all, head.length, value.length);
        all[all.length - 2] = '\r';
        all[all.length - 1] = '\n';
        return all;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }

    private static List<byte[]> readCommand(DataInputStream in) throws IOException {
        int count = readNumber(in, '*');
        List<byte[]> words = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            var word = new byte[readNumber(in, '$')];
            in.readFully(word);
            if (in.read() != '\r' || in.read() != '\n') {
                throw new IOException("word without end");
            }
            words.add(word);
        }
        return words;
    }

    private static int readNumber(DataInputStream in, char type) throws IOException {
        int first = in.read();
        if (first < 0) {
            throw new EOFException();
        }
        if (first != type) {
            throw new IOException("'" + (char) first + "' instead of '" + type + "'");
        }
        var digits = new StringBuilder();
        for (int b; (b = in.read()) != '\r';) {
            digits.append((char) b);
        }
        if (in.read() != '\n') {
            throw new IOException("number without end");
        }
        return Integer.parseInt(digits.toString());
    }
}
