package dev.varve.testkit;

import dev.varve.env.Tasks;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;

/// Background work that the test does by hand, on its own thread.
///
/// Workers keep the name they were started with, which must be unique among those alive. What
/// [#start] was given waits until [#runStarted]. Exceptions of workers reach the test.
///
/// Thread-safe: by its monitor, except that steps run outside of it, on the thread that asks for
/// them.
public final class ManualTasks implements Tasks {
    private final Map<String, ManualTask> workers = new LinkedHashMap<>();
    private final Queue<Runnable> bodies = new ArrayDeque<>();
    private boolean closed;

    @Override
    public synchronized Task repeat(String name, Duration pause, Worker worker) {
        checkOpen();
        var task = new ManualTask(name, worker);
        if (workers.putIfAbsent(name, task) != null) {
            throw new IllegalStateException("two workers are named " + name);
        }
        return task;
    }

    @Override
    public synchronized void start(String name, Runnable body) {
        checkOpen();
        bodies.add(body);
    }

    /// Does one step of a worker, unless it is paused.
    ///
    /// @return what the worker did; 0 when it is paused
    public int step(String name) {
        ManualTask task;
        synchronized (this) {
            task = workers.get(name);
        }
        if (task == null) {
            throw new IllegalArgumentException("no worker is named " + name + ", only " + names());
        }
        return task.step();
    }

    /// Does one step of each worker, in the order in which they were started.
    ///
    /// @return the sum of what they did
    public int stepAll() {
        int done = 0;
        for (ManualTask task : alive()) {
            done += task.step();
        }
        return done;
    }

    /// Steps all workers until a round finds nothing to do.
    ///
    /// @throws AssertionError if there is still work after `maxRounds`
    public void stepUntilIdle(int maxRounds) {
        for (int round = 0; round < maxRounds; round++) {
            if (stepAll() == 0) {
                return;
            }
        }
        throw new AssertionError("workers still find work after " + maxRounds + " rounds");
    }

    /// Runs what was given to [#start] and has not run yet, also what these bodies start.
    ///
    /// @return how many bodies ran
    public int runStarted() {
        int count = 0;
        for (var body = nextBody(); body.isPresent(); body = nextBody()) {
            body.get().run();
            count++;
        }
        return count;
    }

    /// Names of the workers alive, oldest first.
    public synchronized List<String> names() {
        return List.copyOf(workers.keySet());
    }

    /// How often [Task#wake] was called for a worker since its last step.
    public synchronized int wakes(String name) {
        ManualTask task = workers.get(name);
        return task == null ? 0 : task.wakes;
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            workers.clear();
        }
        runStarted();
    }

    private synchronized List<ManualTask> alive() {
        return new ArrayList<>(workers.values());
    }

    private synchronized Optional<Runnable> nextBody() {
        return Optional.ofNullable(bodies.poll());
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("no task may be started after close");
        }
    }

    private final class ManualTask implements Task {
        private final String name;
        private final Worker worker;
        private int wakes;
        private boolean paused;

        ManualTask(String name, Worker worker) {
            this.name = name;
            this.worker = worker;
        }

        int step() {
            synchronized (ManualTasks.this) {
                wakes = 0;
                if (paused || workers.get(name) != this) {
                    return 0;
                }
            }
            return worker.doWork();
        }

        @Override
        public void wake() {
            synchronized (ManualTasks.this) {
                wakes++;
            }
        }

        @Override
        public void pause() {
            setPaused(true);
        }

        @Override
        public void resume() {
            setPaused(false);
        }

        @Override
        public void close() {
            synchronized (ManualTasks.this) {
                workers.remove(name, this);
            }
        }

        private void setPaused(boolean value) {
            synchronized (ManualTasks.this) {
                paused = value;
            }
        }
    }
}
