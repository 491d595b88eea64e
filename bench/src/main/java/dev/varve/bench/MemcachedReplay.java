package dev.varve.bench;

import dev.varve.replay.TraceRequest;
import dev.varve.replay.Traffic;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Replays traffic against memcached as [dev.varve.replay.ReplayRun] does over the Redis protocol:
/// looks the blocks of a request up in order until one is missing, gets those, sets the rest.
///
/// Confined to one thread each.
final class MemcachedReplay implements Callable<MemcachedReplay>, AutoCloseable {
    private final Traffic traffic;
    private final Socket socket;
    private final BufferedInputStream in;
    private final OutputStream out;
    private final byte[] value;
    private long blocks;
    private long hits;

    private MemcachedReplay(Traffic traffic, InetSocketAddress address, int blockBytes)
            throws IOException {
        this.traffic = traffic;
        socket = new Socket(address.getAddress(), address.getPort());
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
        out = socket.getOutputStream();
        value = new byte[blockBytes];
        new SplittableRandom(blockBytes).nextBytes(value);
    }

    /// Replays to the end.
    ///
    /// @param traffic borrowed
    /// @return blocks served of all blocks
    static double run(
            Traffic traffic,
            InetSocketAddress address,
            int connections,
            int blockBytes) throws Exception {
        try (var threads = Executors.newFixedThreadPool(connections)) {
            var running = new ArrayList<Future<MemcachedReplay>>();
            for (int i = 0; i < connections; i++) {
                running.add(threads.submit(new MemcachedReplay(traffic, address, blockBytes)));
            }
            long blocks = 0;
            long hits = 0;
            for (var one : running) {
                blocks += one.get().blocks;
                hits += one.get().hits;
            }
            return blocks == 0 ? 0 : (double) hits / blocks;
        }
    }

    /// A number from `stats`; 0 where there is none of this name.
    static long statistic(InetSocketAddress address, String name) throws IOException {
        try (var client = new MemcachedReplay(new Nothing(), address, 1)) {
            client.send("stats\r\n");
            long found = 0;
            for (String line = client.line(); !line.equals("END"); line = client.line()) {
                var words = List.of(line.split(" ", 3));
                if (words.size() == 3 && words.get(1).equals(name)) {
                    found = Long.parseLong(words.get(2));
                }
            }
            return found;
        }
    }

    @Override
    public MemcachedReplay call() throws IOException {
        try (this) {
            for (var next = take(); next.isPresent(); next = take()) {
                replay(next.get().blockIds());
            }
        }
        return this;
    }

    private Optional<TraceRequest> take() {
        synchronized (traffic) {
            return traffic.next();
        }
    }

    private void replay(long[] ids) throws IOException {
        int promised = 0;
        while (promised < ids.length && exists(ids[promised])) {
            promised++;
        }
        int got = 0;
        while (got < promised && get(ids[got])) {
            got++;
        }
        blocks += ids.length;
        hits += got;
        for (int i = got; i < ids.length; i++) {
            set(ids[i]);
        }
    }

    private boolean exists(long id) throws IOException {
        send("mg " + id + "\r\n");
        return line().startsWith("HD");
    }

    private boolean get(long id) throws IOException {
        send("get " + id + "\r\n");
        String head = line();
        if (head.equals("END")) {
            return false;
        }
        int length = Integer.parseInt(head.substring(head.lastIndexOf(' ') + 1));
        in.skipNBytes(length + 2L);
        line();
        return true;
    }

    private void set(long id) throws IOException {
        send("set " + id + " 0 0 " + value.length + "\r\n");
        out.write(value);
        send("\r\n");
        line();
    }

    private void send(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private String line() throws IOException {
        var text = new StringBuilder();
        for (int b; (b = in.read()) != '\n';) {
            if (b < 0) {
                throw new EOFException("memcached closed the connection");
            }
            if (b != '\r') {
                text.append((char) b);
            }
        }
        return text.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /// No traffic.
    private record Nothing() implements Traffic {
        @Override
        public Optional<TraceRequest> next() {
            return Optional.empty();
        }

        @Override
        public String description() {
            return "nothing";
        }

        @Override
        public void close() {}
    }
}
