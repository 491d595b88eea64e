package dev.varve.replay;

import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import dev.varve.env.Tasks;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntConsumer;
import org.HdrHistogram.ConcurrentHistogram;

/// Puts a dataset of equal objects through an S3 door with several clients at a time, reads it back
/// and checks every byte.
///
/// Confined: one run at a time.
final class DatasetRun {
    private static final int CLIENTS = 4;

    private final S3Client client;
    private final String bucket;
    private final int objects;
    private final int objectBytes;
    private final Clock clock;
    private final Tasks tasks;
    private final AtomicReference<Optional<String>> failure = new AtomicReference<>(
            Optional.empty());
    private final LongAdder bytesWritten = new LongAdder();
    private final LongAdder bytesRead = new LongAdder();
    private final LongAdder wrongBytes = new LongAdder();

    /// @param client borrowed
    DatasetRun(
            S3Client client,
            String bucket,
            int objects,
            int objectBytes,
            Clock clock,
            Tasks tasks) {
        this.client = client;
        this.bucket = bucket;
        this.objects = objects;
        this.objectBytes = objectBytes;
        this.clock = clock;
        this.tasks = tasks;
    }

    /// Blocks until it is done, or until the first request that fails.
    DatasetResult run() {
        var put = new ConcurrentHistogram(3);
        var get = new ConcurrentHistogram(3);
        guarded(() -> client.createBucket(bucket));
        long start = clock.nanoTime();
        forAll(index -> put(index, put));
        long middle = clock.nanoTime();
        forAll(index -> get(index, get));
        long end = clock.nanoTime();
        return new DatasetResult(bytesWritten.sum(), bytesRead.sum(), middle - start, end - middle,
                Latency.of(put), Latency.of(get), wrongBytes.sum(), failure.get());
    }

    private void put(int index, ConcurrentHistogram latency) {
        var body = ByteBuffer.allocate(objectBytes);
        BlockContent.fill(index, body);
        long start = clock.nanoTime();
        client.put(bucket, key(index), body.array());
        latency.recordValue(clock.nanoTime() - start);
        bytesWritten.add(objectBytes);
    }

    private void get(int index, ConcurrentHistogram latency) {
        long start = clock.nanoTime();
        byte[] body = client.get(bucket, key(index));
        latency.recordValue(clock.nanoTime() - start);
        bytesRead.add(body.length);
        var comparable = ByteBuffer.wrap(body, 0, Math.min(body.length, objectBytes));
        wrongBytes.add(Math.abs(body.length - objectBytes)
                + BlockContent.wrongBytes(index, comparable));
    }

    private static String key(int index) {
        return "train/shard-%05d.bin".formatted(index);
    }

    /// Does something for each object, several at a time.
    private void forAll(IntConsumer action) {
        var next = new AtomicInteger();
        var running = new CountDownLatch(CLIENTS);
        for (int i = 0; i < CLIENTS; i++) {
            tasks.start("dataset-" + i, () -> {
                try {
                    for (int index; (index = next.getAndIncrement()) < objects;) {
                        int object = index;
                        guarded(() -> action.accept(object));
                    }
                } finally {
                    running.countDown();
                }
            });
        }
        try {
            running.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail("interrupted");
        }
    }

    /// Runs something unless there was a failure, and keeps the first one.
    private void guarded(Runnable action) {
        if (failure.get().isPresent()) {
            return;
        }
        try {
            action.run();
        } catch (StorageException e) {
            fail(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            fail(e.toString());
        }
    }

    private void fail(String reason) {
        failure.compareAndSet(Optional.empty(), Optional.of(reason));
    }
}
