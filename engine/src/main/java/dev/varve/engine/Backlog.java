package dev.varve.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/// Steps that have to be taken one at a time and in order, but not at once: they are gathered, and
/// whoever brings the last one of a batch takes them all. So a processor has the code and the data
/// of the steps in its caches for all of the batch, and hardly anybody waits for a step of somebody
/// else's (Ding, Jiang, Zhang: "BP-Wrapper: a system framework making any replacement algorithms
/// (almost) lock contention free", ICDE 2009).
///
/// Thread-safe. Steps and questions run under a lock of its own, and may not add steps.
final class Backlog {
    /// How many batches may wait while another thread is at one.
    private static final int MAX_BATCHES = 8;

    private final IntSupplier batchSteps;
    private final ReentrantLock adding = new ReentrantLock();
    private final ReentrantLock taking = new ReentrantLock();
    /// Guarded by `adding`.
    private List<Runnable> waiting = new ArrayList<>();
    /// Guarded by `taking`.
    private List<Runnable> taken = new ArrayList<>();
    private volatile int batch = 1;

    /// @param batchSteps steps of a batch, at least 1; asked after each, while no step is taken
    Backlog(IntSupplier batchSteps) {
        this.batchSteps = batchSteps;
    }

    /// A step to be taken after all that were added before.
    void add(Runnable step) {
        adding.lock();
        addAndUnlock(step);
    }

    /// As [#add], where nobody else is adding a step at this moment; else it is lost.
    void offer(Runnable step) {
        if (adding.tryLock()) {
            addAndUnlock(step);
        }
    }

    /// An answer that need not know of the steps that wait.
    <T> T ask(Supplier<T> question) {
        taking.lock();
        try {
            return question.get();
        } finally {
            taking.unlock();
        }
    }

    /// An answer after all steps that were added before.
    <T> T askAfterAll(Supplier<T> question) {
        taking.lock();
        try {
            takeAll();
            return question.get();
        } finally {
            taking.unlock();
        }
    }

    /// A step to be taken now, after all that were added before.
    void take(Runnable step) {
        askAfterAll(() -> {
            step.run();
            return true;
        });
    }

    private void addAndUnlock(Runnable step) {
        int steps;
        try {
            waiting.add(step);
            steps = waiting.size();
        } finally {
            adding.unlock();
        }
        if (steps >= batch && (steps >= MAX_BATCHES * batch ? locked() : taking.tryLock())) {
            try {
                takeAll();
            } finally {
                taking.unlock();
            }
        }
    }

    private boolean locked() {
        taking.lock();
        return true;
    }

    private void takeAll() {
        adding.lock();
        try {
            var next = waiting;
            waiting = taken;
            taken = next;
        } finally {
            adding.unlock();
        }
        try {
            taken.forEach(Runnable::run);
        } finally {
            taken.clear();
            batch = batchSteps.getAsInt();
        }
    }
}
