package dev.varve.bench.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// get and set of memcached's text protocol.
///
/// Confined to its loop.
public final class MemcachedDialect implements Dialect {
    private static final byte[] LINE_END = "\r\n".getBytes(StandardCharsets.ISO_8859_1);
    private static final int TAIL_BYTES = "\r\nEND\r\n".length();

    @Override
    public void get(ByteBuffer out, long key) {
        Lines.write(out, "get " + Lines.keyName(key) + "\r\n");
    }

    @Override
    public void put(ByteBuffer out, long key, long valueBytes) {
        Lines.write(out, "set " + Lines.keyName(key) + " 0 0 " + valueBytes + "\r\n");
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
            return Head.ofPut(line.equals("STORED"), line);
        }
        if (line.equals("END")) {
            return new Head(Kind.MISS, 0, 0);
        }
        if (line.startsWith("VALUE ")) {
            long length = Long.parseLong(line.substring(line.lastIndexOf(' ') + 1));
            return new Head(Kind.VALUE, length, TAIL_BYTES);
        }
        return Head.failed(line, 0);
    }
}
