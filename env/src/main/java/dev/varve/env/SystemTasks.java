package dev.varve.env;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Background work on real threads: a platform daemon thread for each repeated worker, because such
/// workers block in disk transfers for most of their lives, and a virtual thread for each body that
/// is started.
///
/// [#close] waits for all of them. A started body must therefore end by itself when what it works
/// on is closed. No thread is ever interrupted, since that would close files, see [FolderDisk].
///
/// Thread-safe: by concurrent sets and each task's own lock.
public final class SystemTasks implements Tasks {
    private static final System.Logger LOG = System.getLogger(SystemTasks.class.getName());

    private final Set<RepeatedTask> repeated = ConcurrentHashMap.newKeySet();
    private final Set<Thread> started = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    @Override
    public Task repeat(String name, Duration pause, Worker worker) {
        checkOpen();
        var task = new RepeatedTask(name, pause, worker, repeated::remove);
        repeated.add(task);
        Thread.ofPlatform().name(name).daemon().start(task);
        return task;
    }

    @Override
    public void start(String name, Runnable body) {
        checkOpen();
        Thread thread = Thread.ofVirtual().name(name).unstarted(() -> {
            try {
                body.run();
            } catch (RuntimeException | Error e) {
                LOG.log(System.Logger.Level.ERROR, "Task " + name + " failed", e);
            } finally {
                started.remove(Thread.currentThread());
            }
        });
        started.add(thread);
        thread.start();
    }

    @Override
    public void close() {
        closed = true;
        for (RepeatedTask task : repeated) {
            task.close();
        }
        for (Thread thread : started) {
            if (thread != Thread.currentThread()) {
                join(thread);
            }
        }
    }

    private void checkOpen() {
        Invariant.check(!closed, "no task may be started after close");
    }

    /// Waits for the end of a thread, come what may.
    private static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
