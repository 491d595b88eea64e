package dev.varve.env;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A worker of [SystemTasks] and the loop that calls it.
///
/// Thread-safe: by a lock that is not held during a step.
final class RepeatedTask implements Tasks.Task, Runnable {
    private static final System.Logger LOG = System.getLogger(RepeatedTask.class.getName());

    private final String name;
    private final long pauseNanos;
    private final Tasks.Worker worker;
    private final Consumer<RepeatedTask> ended;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private @Nullable Thread stepping;
    private boolean woken;
    private boolean paused;
    private boolean closing;

    RepeatedTask(String name, Duration pause, Tasks.Worker worker, Consumer<RepeatedTask> ended) {
        this.name = name;
        this.pauseNanos = pause.toNanos();
        this.worker = worker;
        this.ended = ended;
    }

    @Override
    public void run() {
        try {
            int done = 1;
            while (awaitTurn(done == 0)) {
                done = step();
                endStep();
            }
        } finally {
            ended.accept(this);
        }
    }

    @Override
    public void wake() {
        change(() -> woken = true);
    }

    @Override
    public void pause() {
        change(() -> paused = true);
        awaitStepEnd();
    }

    @Override
    public void resume() {
        change(() -> {
            paused = false;
            woken = true;
        });
    }

    @Override
    public void close() {
        change(() -> closing = true);
        awaitStepEnd();
    }

    /// Waits for the pause to pass, if one is due, and for the right to make a step.
    ///
    /// @return false if the task is closed
    private boolean awaitTurn(boolean idle) {
        lock.lock();
        try {
            long left = idle ? pauseNanos : 0;
            while (!closing && (paused || (left > 0 && !woken))) {
                if (paused) {
                    changed.awaitUninterruptibly();
                } else {
                    left = changed.awaitNanos(left);
                }
            }
            if (closing) {
                return false;
            }
            woken = false;
            stepping = Thread.currentThread();
            return true;
        } catch (InterruptedException e) {
            throw new IllegalStateException(
                    "task " + name + " was interrupted, which nobody may do", e);
        } finally {
            lock.unlock();
        }
    }

    private int step() {
        try {
            return worker.doWork();
        } catch (RuntimeException | AssertionError e) {
            LOG.log(System.Logger.Level.ERROR,
                    "A step of task " + name + " failed; it goes on after a pause", e);
            return 0;
        }
    }

    private void endStep() {
        lock.lock();
        try {
            stepping = null;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void awaitStepEnd() {
        lock.lock();
        try {
            while (stepping != null && stepping != Thread.currentThread()) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
