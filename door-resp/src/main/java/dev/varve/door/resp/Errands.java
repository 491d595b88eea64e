package dev.varve.door.resp;

import dev.varve.env.Tasks;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/// Work that may wait or takes long, done beside the event loops, one thread each; counted, so that
/// closing can wait for its end. There is never more than one for each connection.
///
/// Thread-safe: one lock for the count.
final class Errands {
    private final Tasks tasks;
    private final Lock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();
    private int running;

    Errands(Tasks tasks) {
        this.tasks = tasks;
    }

    void start(Runnable work) {
        add(1);
        try {
            tasks.start("resp", () -> {
                try {
                    work.run();
                } finally {
                    add(-1);
                }
            });
        } catch (RuntimeException e) {
            add(-1);
            throw e;
        }
    }

    /// Waits until none is running.
    ///
    /// @return false if that took longer than the time given, or the thread was interrupted
    boolean awaitNone(long timeoutMillis) {
        long left = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        lock.lock();
        try {
            while (running > 0 && left > 0) {
                left = idle.awaitNanos(left);
            }
            return running == 0;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    private void add(int count) {
        lock.lock();
        try {
            running += count;
            if (running == 0) {
                idle.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }
}
