package dev.varve.engine;

import dev.varve.env.StorageException;
import dev.varve.env.Tasks;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/// Brings objects up from flash before they are asked for. A wish is dropped where many wait
/// already: prefetching what the reader has reached by itself helps nobody.
///
/// Thread-safe; several workers may be at it at once.
final class Prefetch implements Tasks.Worker {
    private static final int MAX_WISHES = 4096;

    private final ReadPath readPath;
    private final EngineCounters counters;
    private final boolean background;
    private final BlockingQueue<Wish> wishes = new ArrayBlockingQueue<>(MAX_WISHES);
    private volatile List<Tasks.Task> workers = List.of();

    private record Wish(BucketState bucket, ObjectKey key) {}

    /// @param background whether it yields to clients: nobody is about to come for what is wished
    Prefetch(ReadPath readPath, EngineCounters counters, boolean background) {
        this.readPath = readPath;
        this.counters = counters;
        this.background = background;
    }

    /// Says which background tasks run this worker.
    void onWake(List<Tasks.Task> tasks) {
        workers = List.copyOf(tasks);
    }

    /// Asks for an object. Never blocks.
    ///
    /// @return false if too many wait already
    boolean wish(BucketState bucket, ObjectKey key) {
        boolean taken = wishes.offer(new Wish(bucket, key));
        workers.forEach(Tasks.Task::wake);
        return taken;
    }

    /// Fulfils one wish.
    @Override
    public int doWork() {
        var wish = wishes.poll();
        if (wish == null) {
            return 0;
        }
        try {
            counters.prefetchedBytes.add(
                    readPath.bringUp(wish.bucket, wish.key, background));
        } catch (StorageException missed) {
            // whoever comes for it is told
        }
        return 1;
    }
}
