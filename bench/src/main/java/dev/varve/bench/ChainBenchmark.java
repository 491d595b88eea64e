package dev.varve.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// A chain of chunks that lies on flash, read GET after GET on one connection as strict clients of
/// KV caches do: how long the 2nd to the last chunk's first byte lets wait once the chain has been
/// learnt, beside the first time that it is read, when nothing is known of its order.
///
/// The client copies each chunk to where it is needed before it asks for the next, and in a second
/// row does not. Each round has chunks of its own, which are written, sent to flash, read, sent
/// away again, and read again.
///
/// Thread-safe: stateless.
record ChainBenchmark() implements Benchmark {
    private static final int[] CHUNK_BYTES = {1 << 20, 4 << 20, 8 << 20};
    private static final int CHUNKS = 16;
    private static final long MEMORY_BYTES = 512 << 20;
    private static final long FLASH_BYTES = 8L << 30;
    private static final double BAR = 0.3;

    @Override
    public String name() {
        return "chains";
    }

    @Override
    public List<Row> run(BenchOptions options, Workplace workplace) throws Exception {
        var rows = new ArrayList<Row>();
        try (var varve = VarveServer.start(options.launcher(), workplace, MEMORY_BYTES,
                FLASH_BYTES)) {
            for (int bytes : CHUNK_BYTES) {
                rows.add(measure(varve, bytes, true, options.rounds()));
                rows.add(measure(varve, bytes, false, options.rounds()));
            }
        }
        return rows;
    }

    private static Row measure(VarveServer varve, int bytes, boolean copying, int rounds)
            throws Exception {
        var unlearnt = new double[rounds];
        var learnt = new double[rounds];
        for (int round = -1; round < rounds; round++) {
            var chain = new Chain(bytes + (copying ? "-copied-" : "-taken-") + round, bytes);
            try (var writer = new ChainClient(varve.resp(), bytes)) {
                chain.write(writer);
                chain.sendToFlash(writer);
            }
            double first = chain.read(varve, copying);
            try (var mover = new ChainClient(varve.resp(), bytes)) {
                chain.sendToFlash(mover);
            }
            double second = chain.read(varve, copying);
            if (round >= 0) { // the first one warms both sides up
                unlearnt[round] = first;
                learnt[round] = second;
            }
        }
        var ours = new Samples(learnt);
        var peer = new Samples(unlearnt);
        var ratios = ours.over(peer);
        return new Row(String.format(Locale.ROOT,
                "first byte of the 2nd to %dth chunk of %d MiB from flash, p50, %s", CHUNKS,
                bytes >> 20, copying ? "each copied by the client" : "no think time"),
                Row.spread(ours) + " µs", "not read ahead: " + Row.spread(peer) + " µs",
                String.format(Locale.ROOT, "%.2f (%.2f–%.2f)", ratios.median(), ratios.min(),
                        ratios.max()),
                String.format(Locale.ROOT, "<= %.2f", BAR),
                ratios.median() <= BAR ? Row.Verdict.MET : Row.Verdict.NOT_MET);
    }

    /// The chunks of one round.
    private record Chain(String name, int bytes) {
        void write(ChainClient client) {
            for (int i = 0; i < CHUNKS; i++) {
                client.set(key(i), i);
            }
        }

        /// Until none of them is in memory.
        void sendToFlash(ChainClient client) throws InterruptedException {
            for (int left = CHUNKS; left > 0;) {
                for (int i = 0; i < CHUNKS; i++) {
                    client.demote(key(i));
                }
                Thread.sleep(20);
                left = 0;
                for (int i = 0; i < CHUNKS; i++) {
                    left += client.isInMemory(key(i)) ? 1 : 0;
                }
            }
        }

        /// @return the median wait for a first byte but the first chunk's, in microseconds
        double read(VarveServer varve, boolean copying) {
            try (var client = new ChainClient(varve.resp(), bytes)) {
                var waits = new double[CHUNKS];
                for (int i = 0; i < CHUNKS; i++) {
                    waits[i] = client.get(key(i), i) / 1e3;
                    if (copying) {
                        client.copy();
                    }
                }
                return new Samples(Arrays.copyOfRange(waits, 1, CHUNKS)).median();
            }
        }

        private String key(int index) {
            return "chain-" + name + "-" + index;
        }
    }
}
