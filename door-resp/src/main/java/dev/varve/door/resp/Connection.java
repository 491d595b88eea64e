package dev.varve.door.resp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// One client's connection: cuts what arrives into requests, executes them in order, and writes
/// their replies in order.
///
/// A request is executed on the event loop if memory has all it needs. If not, it goes on an
/// *errand* beside the loop, and nothing more of this connection is parsed until it is back. The
/// next request is also left alone while more replies are pending than the channel wants to hold,
/// and nothing is read while parsed bytes wait: so a client that does not read its replies, or
/// asks for much, holds up itself alone, with bounded memory. It is also left alone while its
/// user is above its rate ([Throttle]).
///
/// Between requests it may go to another event loop, if what it asks for belongs there ([Seat]).
///
/// Confined to its loop, but for [#session]; what an errand touches, the loop leaves alone
/// meanwhile.
@SuppressWarnings("FutureReturnValueIgnored") // a failed write or close reaches this handler
final class Connection extends ChannelInboundHandlerAdapter implements ChannelFutureListener {
    private static final Logger LOG = System.getLogger(Connection.class.getName());

    /// Requests with more arguments than this leave the loop to others.
    private static final int LOOP_ARGUMENTS = 1024;

    /// The most that one request on the loop may lease of blocks.
    private static final long LOOP_PIECE_BYTES = 64L << 20;

    /// Replies that are handed to the channel before the next request is looked at.
    private static final int HANDOVER_BYTES = 32 << 10;

    /// The user's rate may change during a longer pause.
    private static final long MAX_PAUSE_NANOS = 50_000_000;

    private final Door door;
    private final Channel channel;
    private final long id;
    private final Session session;
    private final RequestParser parser;
    private final Dispatcher dispatcher;
    private final ValueIntake intake;
    private final ReadBuffers buffers;
    private final ErrandOutlet outlet;
    private final Reply reply;
    private final Stall stall;
    private final Seat seat;
    private final ArrayDeque<ByteBuf> unread = new ArrayDeque<>(2);
    private boolean onErrand;
    private boolean draining;
    private boolean paused;
    private boolean inputEnded;
    private boolean ending;
    private boolean closed;
    private long bytesReceived;
    private long writesDone;

    /// @param encrypted whether what the channel receives is not what the client says
    Connection(Door door, Channel channel, boolean encrypted) {
        this.door = door;
        this.channel = channel;
        id = door.clients().nextId();
        session = new Session(
                id, address(channel.remoteAddress()), address(channel.localAddress()),
                door.users()::get, door.clock().nanoTime());
        parser = new RequestParser(
                door.limits(), door.commands(), door.argumentMemory(), session::guest);
        dispatcher = new Dispatcher(door, session);
        intake = new ValueIntake(door, session, parser, this::errand);
        buffers = new ReadBuffers(
                !encrypted, parser::missingValueBytes, encrypted ? Optional::empty : this::room);
        channel.config().setRecvByteBufAllocator(buffers);
        outlet = new ErrandOutlet(channel, this::handOver);
        reply = new Reply(channel.alloc(), session::resp3, Connection::keepLoopFree);
        stall = new Stall(
                channel::eventLoop, door.settings().writeStall(), this::progress, this::stalled);
        seat = new Seat(door.loops(), channel);
    }

    /// An address to show; a client may have left so early that there is none any more.
    private static InetSocketAddress address(@Nullable SocketAddress found) {
        return found instanceof InetSocketAddress address ? address : new InetSocketAddress(0);
    }

    Session session() {
        return session;
    }

    /// Closes from any thread; done when the loop has worked off what it has to do by now.
    void close() {
        channel.eventLoop().execute(channel::close);
    }

    /// Closes, from any thread, if the users have changed so that this client may not stay; after
    /// what it has begun.
    void review() {
        channel.eventLoop().execute(() -> {
            if (!channel.eventLoop().inEventLoop()) {
                review();
            } else if (!onErrand && !session.welcome()) {
                channel.close();
            }
        });
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        door.tallies().connections.increment();
        door.clients().add(id, this);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        var input = (ByteBuf) message;
        int bytes = input.readableBytes();
        bytesReceived += bytes;
        door.tallies().bytesIn.add(bytes);
        session.throttle().passed(bytes);
        seat.passed(bytes);
        if (buffers.inRoom(input)) {
            intake.filled(bytes);
            input.release();
            drain();
        } else {
            unread.add(input);
            drain();
            keep(input);
        }
    }

    /// Lets others read where these bytes lie, if they could not be parsed at once.
    @SuppressWarnings("ReferenceEquality") // equal bytes elsewhere are not meant
    private void keep(ByteBuf input) {
        if (unread.peekLast() == input) {
            unread.removeLast();
            unread.addLast(buffers.keep(input));
        }
    }

    /// Where the next bytes may go directly: only if nothing stands before them.
    private Optional<ByteBuffer> room() {
        return onErrand || ending || !unread.isEmpty() ? Optional.empty() : intake.room();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (parser.missingValueBytes() > 0) {
            session.active(door.clock().nanoTime());
        }
        send();
        changeSeat();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        outlet.writabilityChanged();
        if (!onErrand && !draining && channel.isWritable()) {
            resume();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        switch (event) {
            case ChannelInputShutdownEvent _ -> endInput();
            case SslCloseCompletionEvent end when end.isSuccess() -> endInput();
            case SslHandshakeCompletionEvent handshake when !handshake.isSuccess() ->
                door.tallies().handshakesFailed.increment();
            default -> {
            }
        }
    }

    /// The client has sent its last: it still gets the replies to everything before.
    private void endInput() {
        inputEnded = true;
        if (!onErrand) {
            resume();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        left();
    }

    /// The client is gone.
    private void left() {
        if (!closed) {
            closed = true;
            door.clients().remove(id);
            seat.giveUp();
            outlet.close();
            if (!onErrand) {
                release();
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        boolean itsOwn = cause instanceof IOException
                || (cause instanceof DecoderException
                        && cause.getCause() instanceof SSLException);
        if (!itsOwn) {
            LOG.log(Level.ERROR, "connection " + id + " is closed", cause);
        }
        channel.close();
    }

    /// A write has left for the kernel, or failed.
    @Override
    public void operationComplete(ChannelFuture future) {
        writesDone++;
        changeSeat();
    }

    /// Goes to the loop where it belongs if nothing is going on here; as on an errand, nothing is
    /// parsed meanwhile.
    private void changeSeat() {
        if (seat.isRight() || draining || onErrand || paused || ending || closed
                || !unread.isEmpty() || !reply.isEmpty() || pendingOutput()) {
            return;
        }
        onErrand = true;
        door.tallies().seatChanges.increment();
        seat.change(() -> {
            if (!channel.isOpen()) {
                // A channel that is closed between two loops tells nobody.
                left();
            }
            back(() -> {});
        });
    }

    /// Goes on after an interruption of any kind.
    private void resume() {
        drain();
        send();
    }

    /// Works off what has arrived, as far as nothing stands in the way.
    private void drain() {
        if (draining) {
            return;
        }
        draining = true;
        try {
            while (!onErrand && !ending && !pauses() && roomForReplies()) {
                var input = unread.peek();
                if (input == null) {
                    break;
                }
                advance(input);
                if (!input.isReadable()) {
                    unread.remove().release();
                }
            }
        } finally {
            draining = false;
        }
        if (ending) {
            dropUnread();
        } else if (inputEnded && unread.isEmpty() && !onErrand) {
            end();
        }
        boolean readOn = unread.isEmpty() && !paused;
        if (readOn != channel.config().isAutoRead() && channel.isOpen() && !inputEnded) {
            channel.config().setAutoRead(readOn);
        }
    }

    /// Whether the user's rate wants a pause now; if so, its end is seen to.
    @SuppressWarnings("FutureReturnValueIgnored") // it fails only with its loop
    private boolean pauses() {
        if (paused) {
            return true;
        }
        long debtNanos = session.throttle().debtNanos();
        if (debtNanos <= 0) {
            return false;
        }
        long nanos = Math.min(debtNanos, MAX_PAUSE_NANOS);
        session.throttle().waited(nanos);
        paused = true;
        channel.eventLoop().schedule(() -> {
            paused = false;
            if (!onErrand && !closed) {
                resume();
            }
        }, nanos, TimeUnit.NANOSECONDS);
        return true;
    }

    private void advance(ByteBuf input) {
        switch (parser.parse(input)) {
            case MORE -> {
            }
            case REQUEST -> execute(parser.take());
            case VALUE -> intake.begin();
            case CHUNK -> intake.take(input);
            case BROKEN -> {
                door.tallies().protocolErrors.increment();
                reply.error(parser.problem());
                end();
            }
        }
    }

    private void execute(Request request) {
        var command = request.command();
        command.calls().increment();
        door.tallies().commands.increment();
        seat.asked();
        long startNanos = timed() ? door.clock().nanoTime() : 0;
        if (request.size() <= LOOP_ARGUMENTS) {
            var mark = reply.mark();
            try {
                dispatcher.run(
                        request, Keyspace.onLoop(door.databases(), session), reply);
                if (session.mutes()) {
                    reply.rewind(mark);
                }
                request.close();
                executed(command, startNanos);
                return;
            } catch (WouldBlock _) {
                reply.rewind(mark);
            } catch (BrokenReply _) {
                request.close();
                channel.close();
                return;
            }
        }
        executeOnErrand(request, startNanos);
    }

    private void executeOnErrand(Request request, long startNanos) {
        boolean muted = session.mutes();
        var answer = new Reply(
                channel.alloc(), session::resp3, muted ? Reply::clear : outlet);
        var complete = new boolean[1];
        errand(() -> {
            try {
                dispatcher.run(
                        request, Keyspace.blocking(door.databases(), session), answer);
                complete[0] = true;
            } catch (BrokenReply _) {
                // The reply stays incomplete, and the connection is closed below.
            } finally {
                request.close();
            }
        }, () -> {
            if (muted) {
                answer.clear();
            }
            handOver(answer);
            if (complete[0]) {
                executed(request.command(), startNanos);
            } else {
                channel.close();
            }
        });
    }

    private void executed(Command command, long startNanos) {
        long now = door.clock().nanoTime();
        session.active(now);
        if (timed()) {
            door.latencies().record(command.name(), now - startNanos);
        }
        if (command.name().equals("quit")) {
            end();
        }
    }

    private boolean timed() {
        return !door.latencies().equals(LatencyRecorder.NONE);
    }

    /// Does `work` beside the loop and then `then` on it; nothing of this connection is parsed
    /// meanwhile. What was answered so far goes to the client first.
    private void errand(Runnable work, Runnable then) {
        onErrand = true;
        door.tallies().offLoop.increment();
        send();
        door.errands().start(() -> {
            boolean done = false;
            try {
                work.run();
                done = true;
            } finally {
                Runnable next = done ? then : channel::close;
                channel.eventLoop().execute(() -> back(next));
            }
        });
    }

    /// The errand has ended, and the connection is the loop's alone again.
    private void back(Runnable next) {
        onErrand = false;
        next.run();
        if (!session.welcome()) {
            channel.close();
        }
        if (closed) {
            release();
        } else {
            resume();
        }
    }

    /// Whether another reply may be made; passes on those that wait if they are many.
    private boolean roomForReplies() {
        if (reply.heldBytes() >= HANDOVER_BYTES) {
            handOver(reply);
        }
        if (!channel.isWritable()) {
            channel.flush();
        }
        return channel.isWritable();
    }

    private void handOver(Reply from) {
        if (!from.isEmpty()) {
            long bytes = from.writeTo(channel, this);
            door.tallies().bytesOut.add(bytes);
            session.throttle().passed(bytes);
            seat.passed(bytes);
        }
    }

    /// Sends all replies so far, and watches that the client takes them, and that it goes on with
    /// a value it has begun.
    private void send() {
        handOver(reply);
        channel.flush();
        if (pendingOutput() || parser.missingValueBytes() > 0) {
            stall.watch();
        }
    }

    /// Closes when all replies so far have been sent; what else the client says is not heard.
    private void end() {
        ending = true;
        handOver(reply);
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(CLOSE);
        stall.watch();
    }

    private static void keepLoopFree(Reply reply) {
        if (reply.muchText() || reply.pieceBytes() > LOOP_PIECE_BYTES) {
            throw new WouldBlock();
        }
    }

    /// Whether replies wait in the channel, or in front of it for encryption.
    private boolean pendingOutput() {
        var output = channel.unsafe().outboundBuffer();
        return output != null && !(output.isEmpty() && output.isWritable());
    }

    /// The client's part in what is going on: taking replies, or else sending the rest of a value.
    private Stall.Progress progress() {
        var output = channel.unsafe().outboundBuffer();
        if (output != null && pendingOutput()) {
            return new Stall.Progress(true, List.of(writesDone, output.currentProgress()));
        }
        boolean sending = !onErrand && !paused && parser.missingValueBytes() > 0;
        return new Stall.Progress(sending && !closed, bytesReceived);
    }

    private void stalled() {
        door.tallies().stalled.increment();
        channel.close();
    }

    private void release() {
        parser.close();
        reply.release();
        dropUnread();
    }

    private void dropUnread() {
        while (!unread.isEmpty()) {
            unread.remove().release();
        }
    }
}
