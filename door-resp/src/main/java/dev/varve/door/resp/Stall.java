package dev.varve.door.resp;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// Notices that something that should move does not. Costs nothing while nothing should.
///
/// Confined to its loop.
final class Stall {
    /// How far something has come.
    ///
    /// @param awaited whether the client should move it at all
    /// @param value   something else whenever it has moved
    record Progress(boolean awaited, Object value) {}

    private final Supplier<EventLoop> loop;
    private final long periodNanos;
    private final Supplier<Progress> progress;
    private final Runnable stalled;
    private boolean watching;

    /// @param loop    the one that the connection is on at the time
    /// @param stalled called after one to two periods without progress
    Stall(
            Supplier<EventLoop> loop,
            Duration period,
            Supplier<Progress> progress,
            Runnable stalled) {
        this.loop = loop;
        this.periodNanos = period.toNanos();
        this.progress = progress;
        this.stalled = stalled;
    }

    /// Begins to watch, unless it does already; ends by itself when nothing is awaited any more.
    void watch() {
        if (!watching) {
            watching = true;
            checkLater(progress.get());
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // it fails only with its loop
    private void checkLater(Progress before) {
        loop.get().schedule(() -> check(before), periodNanos, TimeUnit.NANOSECONDS);
    }

    private void check(Progress before) {
        if (!loop.get().inEventLoop()) {
            loop.get().execute(() -> check(before));
            return;
        }
        var now = progress.get();
        if (!now.awaited()) {
            watching = false;
        } else if (now.equals(before)) {
            stalled.run();
        } else {
            checkLater(now);
        }
    }
}
