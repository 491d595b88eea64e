package dev.varve.door.local;

import dev.varve.engine.BucketClass;
import dev.varve.engine.Engine;
import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.env.Tasks;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/// The door for clients on the same host: a Unix-domain socket over which a client is given the
/// memory tier to map, read-only, and then told where in it values lie.
///
/// Whoever comes in can read all that memory holds, so only processes of the server's own user and
/// of root are let in.
///
/// Thread-safe.
@SuppressWarnings("FutureReturnValueIgnored") // nobody waits for the end of what never began
public final class LocalDoor implements AutoCloseable {
    private static final Logger LOG = System.getLogger(LocalDoor.class.getName());
    private static final int BACKLOG = 128;
    private static final int ROOT = 0;
    private static final Duration CHECK_PAUSE = Duration.ofMillis(100);
    private static final long CLOSE_WAIT_SECONDS = 30;

    private final Door door;
    private final EventLoopGroup loops;
    private final Channel listener;
    private final Tasks.Task checks;
    private final AtomicBoolean closed = new AtomicBoolean();

    private LocalDoor(Door door, EventLoopGroup loops, Channel listener, Tasks.Task checks) {
        this.door = door;
        this.loops = loops;
        this.listener = listener;
        this.checks = checks;
    }

    /// Listens and serves until [#close].
    ///
    /// @param engine stays the caller's, who closes it after the door
    /// @param tasks  starts what may wait; stays the caller's
    /// @throws StorageException CONFIG if this system has no such sockets, the memory cannot be
    ///         shared, or the path cannot be used; CONFLICT if somebody else listens there
    public static LocalDoor open(
            Engine engine,
            LocalSettings settings,
            Entry entry,
            Clock clock,
            Tasks tasks) {
        if (!Epoll.isAvailable()) {
            throw new StorageException(Kind.CONFIG,
                    "a local socket (" + settings.socket() + ") needs Linux");
        }
        var memory = engine.sharedMemory()
                .orElseThrow(() -> new StorageException(Kind.CONFIG, "a local socket ("
                        + settings.socket() + ") needs a memory tier that can be mapped (memfd)"));
        clear(settings.socket());
        var descriptor = descriptor(memory::openForReading);
        var door = new Door(settings,
                engine.openBucket(settings.bucketName(), BucketClass.CACHE), engine::newClient,
                memory, descriptor, entry, clock, tasks,
                new LeaseBudget(memory.sizeBytes() / settings.memoryShare()),
                ConcurrentHashMap.newKeySet(), new Phaser(1), new Tallies());
        var loops = new MultiThreadIoEventLoopGroup(settings.loopThreads(),
                new DefaultThreadFactory("local"), EpollIoHandler.newFactory());
        try {
            var listener = listen(door, loops);
            var checks = tasks.repeat("local-leases", CHECK_PAUSE, () -> door.connections()
                    .stream()
                    .mapToInt(Connection::check)
                    .sum());
            return new LocalDoor(door, loops, listener, checks);
        } catch (StorageException e) {
            end(loops);
            close(descriptor);
            throw e;
        }
    }

    /// Where clients connect to.
    public Path socket() {
        return door.settings().socket();
    }

    public LocalCounters counters() {
        return door.tallies().snapshot(door.connections().size(), door.budget().usedBytes());
    }

    /// Removes the socket, closes all connections and waits for what is on its way through the
    /// engine, so that the engine can be closed after this. What clients have mapped stays theirs.
    /// Closing again does nothing.
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        listener.close().awaitUninterruptibly();
        awaitLoops();
        door.connections().forEach(Connection::close);
        awaitLoops();
        checks.close();
        try {
            int phase = door.errands().arrive();
            door.errands().awaitAdvanceInterruptibly(phase, CLOSE_WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException _) {
            LOG.log(Level.WARNING, "local requests still wait while the door closes");
        }
        end(loops);
        close(door.descriptor());
    }

    private void awaitLoops() {
        for (var loop : loops) {
            loop.submit(() -> {}).awaitUninterruptibly();
        }
    }

    private static Channel listen(Door door, EventLoopGroup loops) {
        var path = door.settings().socket();
        var binding = new ServerBootstrap()
                .group(loops)
                .channel(EpollServerDomainSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childHandler(new ChannelInitializer<EpollDomainSocketChannel>() {
                    @Override
                    protected void initChannel(EpollDomainSocketChannel channel)
                            throws IOException {
                        welcome(door, channel);
                    }
                })
                .bind(new DomainSocketAddress(path.toString()))
                .awaitUninterruptibly();
        if (!binding.isSuccess()) {
            throw new StorageException(Kind.CONFIG, "cannot listen on " + path + ": "
                    + binding.cause().getMessage(), binding.cause());
        }
        try {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            binding.channel().close().awaitUninterruptibly();
            throw new StorageException(Kind.CONFIG, "the mode of " + path + " must be 0600", e);
        }
        return binding.channel();
    }

    /// Lets a client in if it is of the same user of the system, and not one too many.
    private static void welcome(Door door, EpollDomainSocketChannel channel) throws IOException {
        int uid = channel.peerCredentials().uid();
        boolean known = uid == ROOT || uid == owner(door.settings().socket());
        if (known && door.connections().size() < door.settings().maxConnections()) {
            channel.pipeline().addLast(new Connection(door, channel));
        } else {
            door.tallies().refused.increment();
            channel.close();
        }
    }

    /// The user who made the socket: the one that this process runs as.
    private static int owner(Path socket) throws IOException {
        return (int) Files.getAttribute(socket, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    }

    /// Makes sure that a socket can be made here: what a killed server has left behind goes.
    private static void clear(Path path) {
        if (!LocalSettings.fits(path)) {
            throw new StorageException(Kind.CONFIG, "the path of the local socket (" + path
                    + ") must be at most " + LocalSettings.MAX_PATH_BYTES + " bytes long");
        }
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try {
            int type = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS)
                    & 0xf000;
            if (type != 0xc000) {
                throw new StorageException(Kind.CONFIG,
                        "the path of the local socket (" + path + ") is something else");
            }
            if (answers(path)) {
                throw new StorageException(Kind.CONFLICT,
                        "another server listens on the local socket (" + path + ")");
            }
            Files.delete(path);
        } catch (IOException e) {
            throw new StorageException(Kind.CONFIG,
                    "the path of the local socket (" + path + ") must be usable", e);
        }
    }

    private static boolean answers(Path path) throws IOException {
        try (var probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return probe.connect(UnixDomainSocketAddress.of(path));
        } catch (java.net.ConnectException refused) {
            return false;
        }
    }

    private interface Opening {
        int open() throws IOException;
    }

    private static FileDescriptor descriptor(Opening opening) {
        try {
            return new FileDescriptor(opening.open());
        } catch (IOException e) {
            throw new StorageException(Kind.CONFIG,
                    "the memory tier cannot be opened for reading alone", e);
        }
    }

    private static void close(FileDescriptor descriptor) {
        try {
            descriptor.close();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "the memory's descriptor did not close", e);
        }
    }

    private static void end(EventLoopGroup loops) {
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
