package dev.varve.replay;

import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.env.Tasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Replays traffic against a server. Prompts as the caches of language models use it: for each
/// request EXISTS for one block after the other until one is not there, GET of those that are, SET
/// of all the rest. Other requests as their operations say, see [TraceRequest.Operation]. Every
/// returned byte is checked.
///
/// Each connection takes the next request when it has finished the one before, so requests of one
/// conversation can overtake each other as they do in reality. The first connection that breaks,
/// the first malformed line of a trace and a reply that does not come end the whole replay; what
/// was measured until then is returned with the reason.
///
/// Confined: one run at a time.
public final class ReplayRun {
    private static final long PROGRESS_MILLIS = 250;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    private final ReplaySettings settings;
    private final Clock clock;
    private final Tasks tasks;

    public ReplayRun(ReplaySettings settings, Clock clock, Tasks tasks) {
        this.settings = settings;
        this.clock = clock;
        this.tasks = tasks;
    }

    /// Replays traffic to its end, and closes it. Blocks until then.
    ///
    /// @param progress called about four times a second, on the calling thread
    /// @throws StorageException if no connection can be made at all
    public ReplayResult run(Traffic traffic, Consumer<ReplayProgress> progress) {
        try (traffic) {
            List<RespClient> clients = new ArrayList<>();
            try {
                for (int i = 0; i < settings.connections(); i++) {
                    clients.add(RespClient.connect(settings.endpoint(), CONNECT_TIMEOUT));
                }
                return run(new RequestFeed(
                        traffic, settings.speed(), settings.connections(), clock), clients,
                        progress);
            } finally {
                clients.forEach(RespClient::close);
            }
        }
    }

    private ReplayResult run(
            RequestFeed feed,
            List<RespClient> clients,
            Consumer<ReplayProgress> progress) {
        List<ReplayWorker> workers = new ArrayList<>();
        var running = new CountDownLatch(clients.size());
        long start = clock.nanoTime();
        for (var client : clients) {
            var worker = new ReplayWorker(
                    settings, clock, feed, workers.size(), client);
            workers.add(worker);
            tasks.start("replay-" + workers.size(), () -> {
                try {
                    worker.run();
                } finally {
                    running.countDown();
                }
            });
        }
        while (!awaitEnd(running, feed)) {
            long now = clock.nanoTime();
            progress.accept(ReplayTally.progress(workers, now - start));
            failIfStuck(workers, feed, now);
            if (feed.failure().isPresent()) {
                // What waits for a reply would wait on.
                clients.forEach(RespClient::close);
            }
        }
        return ReplayTally.result(workers, feed, clock.nanoTime() - start);
    }

    private static boolean awaitEnd(CountDownLatch running, RequestFeed feed) {
        try {
            return running.await(PROGRESS_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            feed.fail("interrupted");
            throw new StorageException(Kind.CLOSED, "the replay was interrupted", e);
        }
    }

    private void failIfStuck(List<ReplayWorker> workers, RequestFeed feed, long now) {
        for (var worker : workers) {
            if (worker.waitingNanos(now) > settings.replyTimeout().toNanos()) {
                feed.fail(settings.endpoint() + " did not answer within "
                        + settings.replyTimeout().toMillis() + " ms");
            }
        }
    }
}
