package dev.varve.env;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.env.StorageException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class SharedFlushTest {

    @Test
    void flushesOnceForACallByItself() {
        var count = new AtomicInteger();
        var flush = new SharedFlush(count::incrementAndGet);
        flush.flush();
        flush.flush();
        assertThat(count).hasValue(2);
    }

    @Test
    void callersDuringAFlushShareTheNextOne() throws Exception {
        var begun = new Semaphore(0);
        var mayEnd = new Semaphore(0);
        var count = new AtomicInteger();
        var flush = new SharedFlush(() -> {
            count.incrementAndGet();
            begun.release();
            mayEnd.acquireUninterruptibly();
        });
        try (var threads = Executors.newCachedThreadPool()) {
            var first = threads.submit(flush::flush);
            begun.acquire();
            List<Thread> others = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                others.add(Thread.ofPlatform().start(flush::flush));
            }
            for (Thread other : others) {
                awaitWaiting(other);
            }
            mayEnd.release(2);
            first.get();
            for (Thread other : others) {
                other.join();
            }
        }
        assertThat(count).hasValue(2);
    }

    @Test
    void aFailedFlushFailsAllWhoTookPartAndNoOther() throws Exception {
        var begun = new Semaphore(0);
        var mayEnd = new Semaphore(0);
        var count = new AtomicInteger();
        var flush = new SharedFlush(() -> {
            int number = count.incrementAndGet();
            begun.release();
            mayEnd.acquireUninterruptibly();
            if (number == 2) {
                throw new StorageException(Kind.FULL, "told to");
            }
        });
        try (var threads = Executors.newCachedThreadPool()) {
            var first = threads.submit(flush::flush);
            begun.acquire();
            List<CompletableFuture<Void>> others = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                var done = new CompletableFuture<Void>();
                others.add(done);
                awaitWaiting(Thread.ofPlatform().start(() -> {
                    try {
                        flush.flush();
                        done.complete(null);
                    } catch (StorageException e) {
                        done.completeExceptionally(e);
                    }
                }));
            }
            mayEnd.release(3);
            first.get();
            for (var other : others) {
                assertThatThrownBy(other::get).isInstanceOf(ExecutionException.class)
                        .cause()
                        .isInstanceOfSatisfying(StorageException.class,
                                e -> assertThat(e.kind()).isEqualTo(Kind.FULL));
            }
        }
        flush.flush();
        assertThat(count).hasValue(3);
    }

    @Test
    void everyCallIsCoveredByAFlushThatBeganAfterIt() throws Exception {
        var written = new AtomicLong();
        var flushed = new AtomicLong();
        var running = new AtomicInteger();
        var flush = new SharedFlush(() -> {
            assertThat(running.incrementAndGet()).isEqualTo(1);
            long upTo = written.get();
            Thread.onSpinWait();
            flushed.set(upTo);
            running.decrementAndGet();
        });
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var done = new ArrayList<java.util.concurrent.Future<?>>();
            for (int t = 0; t < 8; t++) {
                done.add(threads.submit(() -> {
                    for (int i = 0; i < 2000; i++) {
                        long mine = written.incrementAndGet();
                        flush.flush();
                        assertThat(flushed.get()).isGreaterThanOrEqualTo(mine);
                    }
                }));
            }
            for (var one : done) {
                one.get();
            }
        }
    }

    private static void awaitWaiting(Thread thread) {
        while (thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
    }
}
