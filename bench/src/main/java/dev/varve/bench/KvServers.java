package dev.varve.bench;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Varve and what engines keep KV caches in today: Redis and, where it is installed, Valkey, both
/// as they come and with the threads that LMCache's handbook advises.
///
/// Thread-safe: immutable.
final class KvServers implements AutoCloseable {
    private static final long MEMORY_BYTES = 1L << 30;
    private static final long FLASH_BYTES = 4L << 30;
    private static final String[] THREADS = {"--io-threads", "2", "--io-threads-do-reads", "yes"};

    private final VarveServer varve;
    private final List<Peers.Peer> processes = new ArrayList<>();
    private final List<Server> peers = new ArrayList<>();

    /// A server that is asked.
    record Server(String name, InetSocketAddress address) {}

    private KvServers(VarveServer varve) {
        this.varve = varve;
    }

    static KvServers start(BenchOptions options, Workplace workplace) throws InterruptedException {
        var servers = new KvServers(VarveServer.start(options.launcher(), workplace, MEMORY_BYTES,
                FLASH_BYTES));
        try {
            servers.add("Redis", Optional.of(Peers.redis(workplace)));
            servers.add("Redis, 2 I/O threads", Optional.of(Peers.redis(workplace, THREADS)));
            servers.add("Valkey", Peers.valkey(workplace));
            servers.add("Valkey, 2 I/O threads", Peers.valkey(workplace, THREADS));
            return servers;
        } catch (IllegalStateException | InterruptedException e) {
            servers.close();
            throw e;
        }
    }

    Server ours() {
        return new Server("Varve", varve.resp());
    }

    /// Ours and the peers.
    List<Server> all() {
        var all = new ArrayList<>(peers);
        all.addFirst(ours());
        return List.copyOf(all);
    }

    /// Sets ours beside each peer.
    ///
    /// @param side what a server does
    /// @param bar  the least ratio of ours to each peer's; 0 for none
    List<Row> compare(
            String work,
            String unit,
            double bar,
            Function<Server, Side> side,
            BenchOptions options) throws Exception {
        return new Comparison(work, unit, side.apply(ours()),
                peers.stream()
                        .map(peer -> new Comparison.Peer(side.apply(peer), bar))
                        .toList())
                .run(options);
    }

    @Override
    public void close() {
        processes.forEach(Peers.Peer::close);
        varve.close();
    }

    private void add(String name, Optional<Peers.Peer> found) {
        found.ifPresent(peer -> {
            processes.add(peer);
            peers.add(new Server(name, peer.address()));
        });
    }
}
