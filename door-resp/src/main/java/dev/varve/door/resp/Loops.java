package dev.varve.door.resp;

import dev.varve.env.Invariant;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorChooserFactory;
import io.netty.util.concurrent.ThreadPerTaskExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/// The event loops of a door, and which of them a connection belongs on.
///
/// What a small request costs is mostly the kernel's work and the waking of threads, and a loop
/// that finds several requests at each look wakes less. So connections that ask for little share
/// the first half of the loops, at least one, and leave the other cores to the kernel and to
/// clients on this machine. Copying large values keeps a core busy however few wake it, so
/// connections that move them are spread over all loops.
///
/// Thread-safe.
final class Loops {
    private final EventLoopGroup group;
    private final List<EventLoop> loops = new ArrayList<>();
    private final int[] movers;

    /// @param count at least 1
    Loops(int count) {
        int gathering = Math.max(1, count / 2);
        group = new MultiThreadIoEventLoopGroup(
                count, new ThreadPerTaskExecutor(new DefaultThreadFactory("resp")),
                firstOf(gathering), ioFactory());
        group.forEach(loop -> loops.add((EventLoop) loop));
        movers = new int[loops.size()];
    }

    /// Takes turns among the first loops.
    private static EventExecutorChooserFactory firstOf(int gathering) {
        return (EventExecutor[] all) -> {
            var turn = new AtomicInteger();
            return () -> all[Math.floorMod(turn.getAndIncrement(), gathering)];
        };
    }

    private static IoHandlerFactory ioFactory() {
        return Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    }

    /// Registers new connections where those are that ask for little.
    EventLoopGroup group() {
        return group;
    }

    EventLoop get(int index) {
        return loops.get(index);
    }

    /// The loop that the fewest movers of large values are on, and has one more from now on; of
    /// several the last, which is least likely to serve those who ask for little as well.
    synchronized int enterMover() {
        int least = IntStream.range(0, movers.length)
                .reduce((a, b) -> movers[b] <= movers[a] ? b : a)
                .orElseThrow();
        movers[least]++;
        return least;
    }

    synchronized void leaveMover(int index) {
        movers[index]--;
        Invariant.check(movers[index] >= 0, "more movers of large values left than came");
    }

    /// Waits until the loops have done what they had to do by now.
    void await() {
        for (var loop : loops) {
            loop.submit(() -> {}).awaitUninterruptibly();
        }
    }

    /// Ends the loops when they have done what they had to do, or after a while.
    void close() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
