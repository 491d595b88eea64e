package dev.varve.replay;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;

/// What one worker of a replay has counted.
///
/// Written by its worker; the adders may be read at any time, the rest once the worker has ended.
final class ReplayTally {
    final LongAdder requests = new LongAdder();
    final LongAdder blocks = new LongAdder();
    final LongAdder hits = new LongAdder();
    final LongAdder bytesRead = new LongAdder();
    final LongAdder bytesWritten = new LongAdder();

    final Histogram exists = Latency.histogram();
    final Histogram get = Latency.histogram();
    final Histogram set = Latency.histogram();
    long existsNanos;
    long getNanos;
    long wrongBytes;
    long vanished;
    private long tokens;
    private long tokensSaved;
    private double squaredTokens;
    private long refusals;
    private Optional<String> firstRefusal = Optional.empty();

    /// Counts a request whose first `served` blocks were there.
    void looked(TraceRequest request, int served) {
        blocks.add(request.blockIds().length);
        hits.add(served);
        tokens += request.inputTokens();
        tokensSaved += request.tokensOf(served);
        squaredTokens += (double) request.tokensOf(served) * request.tokensOf(served);
    }

    /// Counts a lookup of one block by itself.
    void looked(boolean hit) {
        blocks.increment();
        if (hit) {
            hits.increment();
        }
    }

    /// How many commands were refused; for the worker alone.
    long refusals() {
        return refusals;
    }

    void refused(RespErrorReply reply) {
        refusals++;
        if (firstRefusal.isEmpty()) {
            firstRefusal = Optional.of(String.valueOf(reply.getMessage()));
        }
    }

    static ReplayProgress progress(List<ReplayWorker> workers, long elapsedNanos) {
        var all = new ReplayTally();
        workers.forEach(worker -> all.addLive(worker.tally()));
        return new ReplayProgress(all.requests.sum(), all.blocks.sum(), all.hits.sum(),
                all.bytesRead.sum(), all.bytesWritten.sum(), elapsedNanos);
    }

    static ReplayResult result(List<ReplayWorker> workers, RequestFeed feed, long elapsedNanos) {
        var all = new ReplayTally();
        workers.forEach(worker -> all.add(worker.tally()));
        return new ReplayResult(all.requests.sum(), all.blocks.sum(), all.hits.sum(),
                all.bytesRead.sum(), all.bytesWritten.sum(), elapsedNanos, all.tokens,
                all.tokensSaved, all.wrongBytes, all.vanished, all.refusals,
                Latency.of(all.exists), Latency.of(all.get), Latency.of(all.set),
                feed.worstLagNanos(), all.firstRefusal,
                new ReplayResult.Loads(all.existsNanos, all.getNanos, all.squaredTokens),
                feed.failure());
    }

    private void addLive(ReplayTally other) {
        requests.add(other.requests.sum());
        blocks.add(other.blocks.sum());
        hits.add(other.hits.sum());
        bytesRead.add(other.bytesRead.sum());
        bytesWritten.add(other.bytesWritten.sum());
    }

    private void add(ReplayTally other) {
        addLive(other);
        exists.add(other.exists);
        get.add(other.get);
        set.add(other.set);
        wrongBytes += other.wrongBytes;
        vanished += other.vanished;
        tokens += other.tokens;
        tokensSaved += other.tokensSaved;
        squaredTokens += other.squaredTokens;
        existsNanos += other.existsNanos;
        getNanos += other.getNanos;
        refusals += other.refusals;
        firstRefusal = firstRefusal.or(() -> other.firstRefusal);
    }
}
