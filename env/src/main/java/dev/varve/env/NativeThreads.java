package dev.varve.env;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Platform threads for calls of native code that may block. A virtual thread keeps its carrier
/// there, and when as many block as there are processors, no other virtual thread runs at all.
///
/// Thread-safe.
public final class NativeThreads implements Executor, AutoCloseable {
    private static final Duration IDLE = Duration.ofSeconds(10);

    private final ThreadPoolExecutor pool;

    /// @param most how many calls are under way at a time; further ones wait, without bound, since
    ///             their callers wait beside them
    public NativeThreads(String name, int most) {
        pool = new ThreadPoolExecutor(most, most, IDLE.toSeconds(), TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().name(name + "-", 1).daemon().factory());
        pool.allowCoreThreadTimeOut(true);
    }

    /// @throws StorageException CLOSED after [#close]
    @Override
    public void execute(Runnable call) {
        try {
            pool.execute(call);
        } catch (RejectedExecutionException closed) {
            throw new StorageException(StorageException.Kind.CLOSED,
                    "no call is made any more", closed);
        }
    }

    /// Takes no more calls, and waits for those that were given.
    @Override
    public void close() {
        pool.close();
    }
}
