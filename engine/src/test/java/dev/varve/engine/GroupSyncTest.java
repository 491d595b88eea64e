package dev.varve.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class GroupSyncTest {

    /// A log whose flushes wait for permits, if told to, and fail, if told to.
    private static final class TestLog implements GroupSync.Log {
        final AtomicLong written = new AtomicLong();
        final AtomicLong durable = new AtomicLong();
        final List<Long> flushes = new ArrayList<>();
        final Semaphore begun = new Semaphore(0);
        final Semaphore permits;
        volatile boolean failing;

        TestLog(int permits) {
            this.permits = new Semaphore(permits);
        }

        @Override
        public long written() {
            return written.get();
        }

        @Override
        public void flush(long last) {
            begun.release();
            permits.acquireUninterruptibly();
            if (failing) {
                throw new StorageException(Kind.UNAVAILABLE, "the disk is gone");
            }
            flushes.add(last);
            durable.accumulateAndGet(last, Math::max);
        }
    }

    @Test
    void doesNotFlushWhatIsDurable() {
        var log = new TestLog(10);
        var group = new GroupSync(log, 0);
        group.sync();
        assertThat(log.flushes).isEmpty();
        log.written.set(5);
        group.sync();
        group.sync();
        assertThat(log.flushes).containsExactly(5L);
        log.written.set(6);
        group.sync();
        assertThat(log.flushes).containsExactly(5L, 6L);
    }

    @Test
    void oneFlushServesAllWhoWaitedForTheOneBefore() throws Exception {
        var log = new TestLog(0);
        var group = new GroupSync(log, 0);
        log.written.set(1);
        var leader = Thread.ofVirtual().start(group::sync);
        log.begun.acquire();
        log.written.set(9);
        var others = new ArrayList<Thread>();
        for (int i = 0; i < 8; i++) {
            others.add(Thread.ofVirtual().start(group::sync));
        }
        log.permits.release();
        leader.join();
        log.begun.acquire();
        assertThat(others).allMatch(Thread::isAlive);
        log.permits.release();
        for (var other : others) {
            other.join();
        }
        assertThat(log.flushes).containsExactly(1L, 9L);
    }

    @Test
    void returnsOnlyWhenWhatWasWrittenBeforeIsDurable() throws Exception {
        var log = new TestLog(Integer.MAX_VALUE);
        var group = new GroupSync(log, 0);
        CatalogContract.together(8, thread -> {
            for (int i = 0; i < 500; i++) {
                long mine = log.written.incrementAndGet();
                group.sync();
                assertThat(log.durable.get()).isGreaterThanOrEqualTo(mine);
            }
            return List.of();
        });
    }

    @Test
    void aFailureIsFinalForAll() throws Exception {
        var log = new TestLog(0);
        var group = new GroupSync(log, 0);
        log.failing = true;
        log.written.set(1);
        var failures = new ArrayList<Throwable>();
        var leader = Thread.ofVirtual().unstarted(group::sync);
        leader.setUncaughtExceptionHandler((thread, e) -> failures.add(e));
        leader.start();
        log.begun.acquire();
        log.permits.release(10);
        leader.join();
        log.failing = false;
        assertThat(failures).hasSize(1);
        assertThatThrownBy(group::sync).isInstanceOfSatisfying(StorageException.class,
                e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE))
                .hasMessageContaining("the disk is gone");
        assertThatThrownBy(group::checkUsable).isInstanceOf(StorageException.class);
        assertThat(log.flushes).isEmpty();
    }

    @Test
    void followersOfAFailedFlushFail() throws Exception {
        var log = new TestLog(0);
        var group = new GroupSync(log, 0);
        log.written.set(1);
        log.failing = true;
        var leader = Thread.ofVirtual().unstarted(group::sync);
        leader.setUncaughtExceptionHandler((thread, e) -> {});
        leader.start();
        log.begun.acquire();
        log.written.set(2);
        var failed = new Semaphore(0);
        for (int i = 0; i < 4; i++) {
            Thread.ofVirtual().start(() -> {
                try {
                    group.sync();
                } catch (StorageException e) {
                    failed.release();
                }
            });
        }
        log.permits.release(10);
        leader.join();
        failed.acquire(4);
        assertThat(log.flushes).isEmpty();
    }
}
