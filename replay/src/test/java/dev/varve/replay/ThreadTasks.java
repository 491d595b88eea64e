package dev.varve.replay;

import dev.varve.env.Tasks;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Starts virtual threads; joins them when it is closed.
final class ThreadTasks implements Tasks {
    private final List<Thread> threads = new CopyOnWriteArrayList<>();

    @Override
    public Task repeat(String name, Duration pause, Worker worker) {
        throw new UnsupportedOperationException("nothing here repeats");
    }

    @Override
    public void start(String name, Runnable body) {
        threads.add(Thread.ofVirtual().name(name).start(body));
    }

    @Override
    public void close() {
        try {
            for (var thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
