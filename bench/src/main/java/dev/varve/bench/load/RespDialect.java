package dev.varve.bench.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// GET and SET of RESP2, as Redis speaks it.
///
/// Confined to its loop.
public final class RespDialect implements Dialect {
    private static final byte[] LINE_END = "\r\n".getBytes(StandardCharsets.ISO_8859_1);

    private final long firstKey;

    /// A dialect whose keys are numbered from 0.
    public RespDialect() {
        this(0);
    }

    /// @param firstKey added to each key's number, so that two loads need not share keys
    public RespDialect(long firstKey) {
        this.firstKey = firstKey;
    }

    @Override
    public void get(ByteBuffer out, long key) {
        Lines.write(out, "*2\r\n$3\r\nGET\r\n$20\r\n" + Lines.keyName(firstKey + key) + "\r\n");
    }

    @Override
    public void put(ByteBuffer out, long key, long valueBytes) {
        Lines.write(out,
                "*3\r\n$3\r\nSET\r\n$20\r\n" + Lines.keyName(firstKey + key) + "\r\n$" + valueBytes
                        + "\r\n");
    }

    /// How many of the first `keyCount` keys a server has, by one EXISTS.
    public static long countPresent(InetSocketAddress address, long keyCount) throws IOException {
        var request = new StringBuilder("*" + (keyCount + 1) + "\r\n$6\r\nEXISTS\r\n");
        for (long key = 0; key < keyCount; key++) {
            request.append("$20\r\n").append(Lines.keyName(key)).append("\r\n");
        }
        try (var socket = new Socket(address.getAddress(), address.getPort())) {
            socket.getOutputStream()
                    .write(
                            request.toString().getBytes(StandardCharsets.ISO_8859_1));
            String reply = new BufferedReader(new InputStreamReader(socket.getInputStream(),
                    StandardCharsets.ISO_8859_1)).readLine();
            if (reply == null || !reply.startsWith(":")) {
                throw new IOException("EXISTS was answered by " + reply);
            }
            return Long.parseLong(reply.substring(1));
        }
    }

    @Override
    public byte[] putTail() {
        return LINE_END;
    }

    @Override
    public Head head(ByteBuffer in, boolean put) {
        Optional<String> found = Lines.next(in);
        if (found.isEmpty()) {
            return Head.INCOMPLETE;
        }
        String line = found.get();
        if (put) {
            return Head.ofPut(line.equals("+OK"), line);
        }
        if (line.equals("$-1") || line.equals("_")) {
            return new Head(Kind.MISS, 0, 0);
        }
        if (line.startsWith("$")) {
            return new Head(Kind.VALUE, Long.parseLong(line.substring(1)), LINE_END.length);
        }
        return Head.failed(line, 0);
    }
}
