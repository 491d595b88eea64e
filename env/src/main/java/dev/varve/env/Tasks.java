package dev.varve.env;

import java.time.Duration;

/// Starts what runs in the background. The real one uses threads; the simulated one lets the test
/// call each worker by hand.
///
/// Thread-safe.
public interface Tasks extends AutoCloseable {

    /// One step of background work.
    @FunctionalInterface
    interface Worker {
        /// Does a bounded piece of work.
        ///
        /// @return how much was done; 0 means that there is nothing to do now
        int doWork();
    }

    /// A running worker.
    interface Task extends AutoCloseable {
        /// Ends an idle pause at once.
        void wake();

        /// Lets the present step end, waits for that (unless called within the step), and starts no
        /// other until [#resume].
        void pause();

        void resume();

        /// Lets the present step end, waits for that (unless called within the step), and ends the
        /// task.
        @Override
        void close();
    }

    /// Calls `worker` again and again on a thread of its own, pausing after each step that found
    /// nothing to do. A step that throws is logged and followed by a pause.
    Task repeat(String name, Duration pause, Worker worker);

    /// Starts a thread for something that may block.
    void start(String name, Runnable body);

    /// Closes all tasks and waits for them, also for the bodies of [#start].
    @Override
    void close();
}
