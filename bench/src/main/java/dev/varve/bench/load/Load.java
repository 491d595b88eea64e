package dev.varve.bench.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/// Runs [LoadPlan]s.
///
/// Thread-safe: stateless.
public final class Load {
    private static final long PAYLOAD_SEED = 42;

    private Load() {}

    /// Runs a plan to its end.
    ///
    /// @throws IOException if the server closes a connection or does not answer
    public static LoadResult run(LoadPlan plan) throws IOException, InterruptedException {
        ByteBuffer payload = payload(plan.valueBytes());
        var issued = new AtomicLong();
        if (plan.loops() == 1) {
            return new LoadLoop(plan, 0, payload, issued).run(plan.connections());
        }
        var parts = new ArrayList<Future<LoadResult>>();
        try (var threads = Executors.newFixedThreadPool(plan.loops())) {
            for (int i = 0; i < plan.loops(); i++) {
                int number = i;
                int connections = (plan.connections() + i) / plan.loops();
                parts.add(threads.submit(
                        () -> new LoadLoop(plan, number, payload, issued).run(connections)));
            }
        }
        return LoadResult.sum(results(parts));
    }

    private static List<LoadResult> results(List<Future<LoadResult>> parts)
            throws IOException, InterruptedException {
        var results = new ArrayList<LoadResult>();
        for (Future<LoadResult> part : parts) {
            try {
                results.add(part.get());
            } catch (ExecutionException e) {
                throw new IOException(e.getCause());
            }
        }
        return results;
    }

    /// Bytes that do not compress, as KV caches do not.
    private static ByteBuffer payload(int valueBytes) {
        var bytes = new byte[valueBytes];
        new Random(PAYLOAD_SEED).nextBytes(bytes);
        return ByteBuffer.allocateDirect(valueBytes).put(bytes).flip();
    }
}
