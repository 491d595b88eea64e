package dev.varve.door.resp;

import dev.varve.engine.Engine;
import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.env.Tasks;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/// The Redis protocol on an engine: listens, and serves each connection until its client leaves.
///
/// Speaks RESP2 and RESP3 with the replies and error texts of Redis 7, for strings alone.
/// Database n is a cache bucket. Connections are never closed for being idle.
///
/// Thread-safe.
public final class RespDoor implements AutoCloseable {
    private static final Logger LOG = System.getLogger(RespDoor.class.getName());
    private static final byte[] TOO_MANY = "-ERR max number of clients reached\r\n"
            .getBytes(StandardCharsets.US_ASCII);
    private static final int BACKLOG = 1024;

    /// What the kernel may hold for a client on this machine. Sender and receiver share the
    /// processor's caches, and more than fits there is copied from main memory a second time.
    /// Clients elsewhere get what the kernel finds for their distance.
    private static final int LOCAL_SEND_BYTES = 256 << 10;

    /// How long closing waits for commands that are waiting for the engine.
    private static final long CLOSE_WAIT_MILLIS = 30_000;

    private final Door door;
    private final List<Channel> listeners = new CopyOnWriteArrayList<>();

    private RespDoor(Door door) {
        this.door = door;
    }

    /// Listens and serves until [#close].
    ///
    /// @param engine    stays the caller's, who closes it after the door
    /// @param tasks     starts what may wait; stays the caller's
    /// @param latencies hears how long commands take
    /// @throws StorageException CONFIG if the address cannot be listened on
    public static RespDoor open(
            Engine engine,
            RespSettings settings,
            Clock clock,
            Tasks tasks,
            LatencyRecorder latencies) {
        int threads = settings.loopThreads() > 0
                ? settings.loopThreads()
                : Runtime.getRuntime().availableProcessors();
        var door = new Door(
                settings, new Loops(threads), ProtocolLimits.of(settings), engine,
                new Databases(engine, settings.bucketName()), new CommandTable(),
                new AtomicReference<>(new Users(settings.users(), settings.accesses(), clock)),
                clock,
                new Errands(tasks),
                new Clients(),
                new ScanCursors(), new MemoryBudget(settings.argumentMemoryBytes()),
                new Tallies(), latencies,
                ServerIdentity.at(clock.epochMillis(), clock.nanoTime()));
        // The first database is open before the first client comes, so that none waits for it.
        door.databases().bucket(0);
        var opened = new RespDoor(door);
        try {
            opened.listen(settings.host(), settings.port(), channel -> opened.welcome(channel));
        } catch (StorageException e) {
            door.loops().close();
            throw e;
        }
        return opened;
    }

    /// Listens for TLS as well, with the same users and the same data.
    ///
    /// @return where clients connect to
    /// @throws StorageException CONFIG if the address cannot be listened on; the door stays open
    public InetSocketAddress listen(TlsSettings tls) {
        return listen(tls.host(), tls.port(), channel -> welcome(channel, tls));
    }

    /// Where clients connect to without TLS.
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) listeners.getFirst().localAddress();
    }

    /// Lets these users in from now on, and no others. Connections of users who are no longer among
    /// them are closed, after the command that they are waiting for; those who stay need not show a
    /// password again. Who came in when there were no users has to show one from now on.
    ///
    /// @param passwordByName empty means that nobody has to say who he is
    /// @param accessByName   what users may do who may not do everything; holds for connections
    ///                       that are open as well, from their next command on
    public void admit(Map<String, String> passwordByName, Map<String, Access> accessByName) {
        door.users().updateAndGet(users -> users.replaced(passwordByName, accessByName));
        door.clients().all().forEach(Connection::review);
    }

    /// Who may come in at this moment.
    public Users users() {
        return door.users().get();
    }

    public RespCounters counters() {
        return door.tallies()
                .snapshot(door.clients().count(), door.commands(), door.users().get());
    }

    /// Turns new clients away, closes all connections and waits for commands that are on their way
    /// through the engine, so that the engine can be closed after this.
    @Override
    public void close() {
        listeners.forEach(listener -> listener.close().awaitUninterruptibly());
        // Clients that were let in a moment ago are among the clients once the loops have come
        // here.
        door.loops().await();
        door.clients().all().forEach(Connection::close);
        door.loops().await();
        if (!door.errands().awaitNone(CLOSE_WAIT_MILLIS)) {
            LOG.log(Level.WARNING, "commands still wait for the engine while the door closes");
        }
        door.loops().close();
    }

    private static Class<? extends ServerChannel> listenerType() {
        return Epoll.isAvailable()
                ? EpollServerSocketChannel.class
                : NioServerSocketChannel.class;
    }

    private InetSocketAddress listen(String host, int port, Consumer<Channel> welcome) {
        var binding = new ServerBootstrap()
                .group(door.loops().group())
                .channel(listenerType())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(new Welcome(welcome))
                .bind(host, port)
                .awaitUninterruptibly();
        if (!binding.isSuccess()) {
            throw new StorageException(Kind.CONFIG, "cannot listen on " + host + ":" + port + ": "
                    + binding.cause().getMessage(), binding.cause());
        }
        listeners.add(binding.channel());
        return (InetSocketAddress) binding.channel().localAddress();
    }

    /// Lets a client in, or says why not.
    private void welcome(Channel channel) {
        if (full()) {
            channel.writeAndFlush(Unpooled.wrappedBuffer(TOO_MANY))
                    .addListener(ChannelFutureListener.CLOSE);
        } else {
            channel.pipeline().addLast(new Connection(door, channel, false));
        }
    }

    /// Lets a client in to shake hands, or not: before that, nothing can be said.
    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for the end of what never began
    private void welcome(Channel channel, TlsSettings tls) {
        if (full()) {
            channel.close();
            return;
        }
        var encryption = tls.identity()
                .get()
                .handler(channel.alloc(), door.errands()::start, tls.handshakeWait());
        var connection = new Connection(door, channel, true);
        channel.pipeline().addLast(encryption, new PacedOutput(connection), connection);
    }

    private boolean full() {
        boolean full = door.clients().count() >= door.settings().maxClients();
        if (full) {
            door.tallies().refused.increment();
        }
        return full;
    }

    /// Gets a client's channel ready.
    private static final class Welcome extends ChannelInitializer<Channel> {
        private final Consumer<Channel> how;

        private Welcome(Consumer<Channel> how) {
            this.how = how;
        }

        @Override
        protected void initChannel(Channel channel) {
            if (channel.remoteAddress() instanceof InetSocketAddress client
                    && client.getAddress().isLoopbackAddress()) {
                channel.config().setOption(ChannelOption.SO_SNDBUF, LOCAL_SEND_BYTES);
            }
            how.accept(channel);
        }
    }
}
