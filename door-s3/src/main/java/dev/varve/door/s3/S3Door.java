package dev.varve.door.s3;

import dev.varve.engine.Engine;
import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import dev.varve.env.Tasks;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/// A server of the S3 protocol on an engine.
///
/// Event loops frame HTTP; each connection has a virtual thread that answers its requests one after
/// the other.
///
/// Thread-safe.
public final class S3Door implements AutoCloseable {
    private static final int BACKLOG = 1024;
    private static final int MAX_LINE_BYTES = 16 << 10;

    /// Netty's adaptive allocator does not pool buffers of this length, but clears a new one for
    /// each read, which costs as much as all else; therefore the older one.
    private static final int MAX_READ_BYTES = 512 << 10;

    private final S3Settings settings;
    private final S3Metrics metrics;
    private final OpenConnections open;
    private final AtomicBoolean closing;
    private final EventLoopGroup loops;
    private final Channel listener;

    private S3Door(
            S3Settings settings,
            DoorParts parts,
            OpenConnections open,
            EventLoopGroup loops,
            Channel listener) {
        this.settings = settings;
        this.metrics = parts.metrics();
        this.open = open;
        this.closing = parts.closing();
        this.loops = loops;
        this.listener = listener;
    }

    /// Begins to listen.
    ///
    /// @param engine      borrowed until the door is closed
    /// @param credentials whose signatures are accepted
    /// @param random      thread-safe; makes upload names and ETags
    /// @param tasks       runs the threads of connections
    /// @throws StorageException CONFIG if the address cannot be listened on
    public static S3Door open(
            Engine engine,
            S3Settings settings,
            Credentials credentials,
            Clock clock,
            RandomGenerator random,
            Tasks tasks) {
        var store = new MultipartStore(engine, random);
        var service = new S3Service(new Authenticator(credentials, clock, settings),
                new Router(families(engine, store, settings, random)), settings);
        var parts = new DoorParts(service, settings, new S3Metrics(), clock,
                new AtomicLong(random.nextLong()), engine::newClient, new AtomicBoolean());
        var open = new OpenConnections(clock);
        var transport = Transport.best();
        var loops = new MultiThreadIoEventLoopGroup(Runtime.getRuntime().availableProcessors(),
                new DefaultThreadFactory("s3-loop", true), transport.handler());
        var bound = new ServerBootstrap()
                .group(loops)
                .channel(transport.channel())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(512, 16 << 10, MAX_READ_BYTES))
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(
                                        new HttpRequestDecoder(decoder(settings)),
                                        new HttpResponseEncoder(),
                                        new Connection(channel, parts, tasks, open));
                    }
                })
                .bind(settings.host(), settings.port())
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            var _ = loops.shutdownGracefully(0, 0, TimeUnit.SECONDS);
            throw new StorageException(StorageException.Kind.CONFIG,
                    "the S3 address (" + settings.host() + ':' + settings.port()
                            + ") must be free to listen on",
                    bound.cause());
        }
        tasks.start("s3-sweep", store::sweep);
        return new S3Door(settings, parts, open, loops, bound.channel());
    }

    /// Where clients connect.
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) listener.localAddress();
    }

    public S3Counters counters() {
        return metrics.snapshot();
    }

    /// Stops listening, lets requests under way end for a while, and closes all connections.
    @Override
    public void close() {
        if (closing.getAndSet(true)) {
            return;
        }
        listener.close().awaitUninterruptibly();
        open.closeIdle();
        open.awaitNone(settings.timeouts().close());
        open.closeAll();
        open.awaitNone(settings.timeouts().close());
        loops.shutdownGracefully(0, settings.timeouts().close().toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly();
    }

    /// How sockets are driven.
    private record Transport(IoHandlerFactory handler, Class<? extends ServerChannel> channel) {
        static Transport best() {
            return Epoll.isAvailable()
                    ? new Transport(EpollIoHandler.newFactory(), EpollServerSocketChannel.class)
                    : new Transport(NioIoHandler.newFactory(), NioServerSocketChannel.class);
        }
    }

    private static HttpDecoderConfig decoder(S3Settings settings) {
        return new HttpDecoderConfig()
                .setMaxInitialLineLength(MAX_LINE_BYTES)
                .setMaxHeaderSize(settings.limits().headerBytes())
                .setMaxChunkSize(MAX_READ_BYTES)
                .setAllowDuplicateContentLengths(false);
    }

    private static Router.Families families(
            Engine engine,
            MultipartStore store,
            S3Settings settings,
            RandomGenerator random) {
        var buckets = new Buckets(engine);
        return new Router.Families(
                new BucketOperations(buckets, store, settings),
                new Listing(buckets),
                new ObjectReads(buckets),
                new ObjectWrites(buckets, settings, random),
                new ObjectCopies(buckets, settings, random),
                new ObjectDeletes(buckets, settings),
                new MultipartUploads(buckets, store, settings, random),
                new MultipartCompletion(buckets, store, settings),
                new MultipartListing(buckets, store),
                new FixedAnswers(buckets));
    }
}
