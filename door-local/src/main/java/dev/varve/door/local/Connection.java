package dev.varve.door.local;

import dev.varve.door.local.FrameLayout.Kind;
import dev.varve.door.local.FrameLayout.Status;
import dev.varve.engine.Bucket;
import dev.varve.engine.ObjectKey;
import dev.varve.engine.ReadAhead;
import dev.varve.env.StorageException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// One client's connection: takes its requests in order and answers them in order.
///
/// What memory alone can answer is answered on the event loop. The rest is an *errand* on a thread
/// of its own; nothing more of this connection is read meanwhile, so a client that asks for much,
/// or does not read its answers, holds up itself alone.
///
/// Confined to its loop, but for [#check]; what an errand touches, the loop leaves alone
/// meanwhile.
@SuppressWarnings("FutureReturnValueIgnored") // a failed write or close reaches this handler
final class Connection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = System.getLogger(Connection.class.getName());

    private final Door door;
    private final Channel channel;
    private final Leases leases;
    private final Bucket bucket;
    private final ReadAhead readAhead;
    private ByteBuf input = Unpooled.EMPTY_BUFFER;
    private Optional<Intake> intake = Optional.empty();
    private Optional<String> user = Optional.empty();
    private boolean greeted;
    private boolean onErrand;
    private boolean draining;
    private boolean ending;
    private boolean closed;
    /// When the client last moved on what must not take for ever, a value or the connection's end;
    /// [Long#MAX_VALUE] while it has nothing to move.
    private volatile long movedNanos = Long.MAX_VALUE;

    Connection(Door door, Channel channel) {
        this.door = door;
        this.channel = channel;
        var settings = door.settings();
        leases = new Leases(door.budget(), door.clock(), settings.lease(), settings.maxHandles());
        bucket = door.bucket().as(door.newClient().getAsInt());
        readAhead = bucket.readAhead();
    }

    /// Ends leases whose time is over, and the connection if it has stopped in the middle of a
    /// value. From any thread.
    ///
    /// @return how many leases have ended
    int check() {
        long moved = movedNanos;
        if (moved != Long.MAX_VALUE
                && door.clock().nanoTime() - moved > door.settings().stall().toNanos()) {
            channel.close();
        }
        int expired = leases.expire();
        door.tallies().expired.add(expired);
        return expired;
    }

    /// From any thread.
    void close() {
        channel.close();
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        door.connections().add(this);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        closed = true;
        // In this order: a connection that is not counted any more holds nothing.
        leases.close();
        door.connections().remove(this);
        if (!onErrand) {
            letGo();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        var bytes = (ByteBuf) message;
        if (ending) {
            bytes.release();
            return;
        }
        if (!input.isReadable()) {
            input.release();
            input = bytes;
        } else {
            // What waits is either less than a request, or was read while an errand began.
            var joined = channel.alloc().buffer(input.readableBytes() + bytes.readableBytes());
            joined.writeBytes(input).writeBytes(bytes);
            input.release();
            bytes.release();
            input = joined;
        }
        drain();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        channel.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (!onErrand && !draining && channel.isWritable()) {
            drain();
            channel.flush();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof IOException)) {
            LOG.log(Level.ERROR, "a local connection is closed", cause);
        }
        channel.close();
    }

    /// Works off what has arrived, as far as nothing stands in the way.
    private void drain() {
        if (draining) {
            return;
        }
        draining = true;
        try {
            boolean goOn = true;
            while (goOn && !onErrand && !ending && !closed) {
                if (!channel.isWritable()) {
                    channel.flush();
                }
                goOn = channel.isWritable() && (intake.isPresent() ? receive() : next());
            }
        } finally {
            draining = false;
        }
        boolean readOn = !onErrand && (channel.isWritable() || ending);
        if (channel.isOpen() && readOn != channel.config().isAutoRead()) {
            channel.config().setAutoRead(readOn);
        }
    }

    /// @return false if more has to arrive first
    private boolean next() {
        if (input.readableBytes() < FrameLayout.HEADER_BYTES) {
            return false;
        }
        int at = input.readerIndex();
        int code = input.getUnsignedByte(at);
        long body = input.getUnsignedIntLE(at + 4);
        var known = Arrays.stream(Kind.values()).filter(it -> it.code() == code).findFirst();
        if (known.isEmpty() || input.getByte(at + 1) != 0 || input.getShortLE(at + 2) != 0) {
            refuse(Kind.HELLO, "these bytes are no request of this protocol");
            return false;
        }
        var kind = known.get();
        long most = kind == Kind.PUT
                ? FrameLayout.PUT_BYTES + ObjectKey.MAX_BYTES + door.settings().maxValueBytes()
                : FrameLayout.MAX_BODY_BYTES;
        if (body > most) {
            refuse(kind, "the body (" + body + " bytes) must be at most " + most + " bytes");
            return false;
        }
        if (greeted == (kind == Kind.HELLO)) {
            refuse(kind, "the first request must be HELLO, and no other may be");
            return false;
        }
        if (greeted && !welcome()) {
            refuse(kind, "this user may no longer come in");
            return false;
        }
        if (kind == Kind.PUT) {
            return tryBegin(body);
        }
        if (input.readableBytes() < FrameLayout.HEADER_BYTES + body) {
            return false;
        }
        door.tallies().requests.increment();
        input.skipBytes(FrameLayout.HEADER_BYTES);
        try {
            answer(kind, new BodyReader(input.readSlice((int) body)));
        } catch (BodyReader.Malformed e) {
            refuse(kind, e.getMessage());
        }
        return true;
    }

    private void answer(Kind kind, BodyReader body) throws BodyReader.Malformed {
        switch (kind) {
            case HELLO -> hello(body);
            case GET -> {
                var keys = body.keys();
                var answers = answers(keys);
                answers.writeIntLE((int) door.settings().lease().toMillis());
                ask(kind, keys, answers, new GetQuestion(door, bucket, leases, readAhead, answers));
            }
            case EXISTS -> {
                var keys = body.keys();
                var answers = answers(keys);
                ask(kind, keys, answers, new ExistsQuestion(bucket, answers));
            }
            case RELEASE -> {
                for (long handle : body.handles()) {
                    // A handle that is not there was given back before, or its time was over.
                    boolean ignored = leases.release(handle);
                }
            }
            case READ -> {
                var key = body.keys();
                if (key.size() != 1) {
                    throw new BodyReader.Malformed("READ must name one key");
                }
                var sending = new Sending(door, bucket, channel, key.getFirst(),
                        at -> movedNanos = at);
                errand(sending::run, () -> {
                    storeWorks();
                    sending.failure().ifPresent(failure -> fail(kind, failure));
                });
            }
            case PUT -> throw new IllegalStateException("a PUT is received in pieces");
        }
    }

    private void hello(BodyReader body) throws BodyReader.Malformed {
        var hello = body.hello();
        if (hello.version() != FrameLayout.VERSION) {
            refuse(Kind.HELLO, "the version (" + hello.version() + ") must be "
                    + FrameLayout.VERSION);
            return;
        }
        boolean named = !hello.user().isEmpty();
        if (named ? !door.entry().admits(hello.user(), hello.password()) : !door.entry().open()) {
            refuse(Kind.HELLO, named
                    ? "wrong user or password"
                    : "users must say who they are");
            return;
        }
        user = named && !door.entry().open() ? Optional.of(hello.user()) : Optional.empty();
        greeted = true;
        var settings = door.settings();
        var out = channel.alloc().buffer();
        FrameLayout.header(out, Kind.HELLO, Status.OK, 40);
        out.writeShortLE(FrameLayout.VERSION).writeShortLE(FrameLayout.MAX_KEYS);
        out.writeIntLE(FrameLayout.MAX_BODY_BYTES);
        out.writeLongLE(door.memory().fileOffset()).writeLongLE(door.memory().sizeBytes());
        out.writeLongLE(door.budget().capacityBytes() / 2).writeLongLE(settings.maxValueBytes());
        channel.write(out);
        channel.writeAndFlush(door.descriptor());
    }

    /// Whether the client may stay: the users may have changed.
    private boolean welcome() {
        return user.isEmpty() ? door.entry().open() : door.entry().has(user.get());
    }

    private ByteBuf answers(List<ObjectKey> keys) {
        return channel.alloc().buffer(64 + keys.size() * 64);
    }

    /// Asks about all keys, on the loop as far as memory knows, and sends the answers.
    ///
    /// @param answers owned
    private void ask(Kind kind, List<ObjectKey> keys, ByteBuf answers, Question question) {
        int asked = 0;
        try {
            while (asked < keys.size() && question.tryAsk(keys.get(asked))) {
                asked++;
            }
        } catch (StorageException e) {
            question.withdraw();
            answers.release();
            fail(kind, e);
            return;
        }
        if (asked == keys.size()) {
            send(kind, answers);
            return;
        }
        var rest = keys.subList(asked, keys.size());
        var failure = new ArrayList<StorageException>();
        errand(() -> {
            try {
                rest.forEach(question::ask);
            } catch (StorageException e) {
                failure.add(e);
            }
        }, () -> {
            if (failure.isEmpty()) {
                send(kind, answers);
            } else {
                question.withdraw();
                answers.release();
                fail(kind, failure.getFirst());
            }
        });
    }

    /// Begins to receive a value, if its key is here.
    ///
    /// @return false if more has to arrive first
    private boolean tryBegin(long body) {
        int at = input.readerIndex() + FrameLayout.HEADER_BYTES;
        if (input.readableBytes() < FrameLayout.HEADER_BYTES + FrameLayout.PUT_BYTES) {
            if (body < FrameLayout.PUT_BYTES) {
                refuse(Kind.PUT, "a PUT must have a key");
            }
            return false;
        }
        int keyBytes = input.getUnsignedShortLE(at);
        long valueBytes = body - FrameLayout.PUT_BYTES - keyBytes;
        if (keyBytes < 1 || keyBytes > ObjectKey.MAX_BYTES || valueBytes < 0
                || valueBytes > door.settings().maxValueBytes()
                || input.getShortLE(at + 2) != 0) {
            refuse(Kind.PUT, "a PUT must have a key of 1 to " + ObjectKey.MAX_BYTES
                    + " bytes and a value of at most " + door.settings().maxValueBytes());
            return false;
        }
        if (input.readableBytes() < FrameLayout.HEADER_BYTES + FrameLayout.PUT_BYTES + keyBytes) {
            return false;
        }
        input.skipBytes(FrameLayout.HEADER_BYTES + FrameLayout.PUT_BYTES);
        var key = new byte[keyBytes];
        input.readBytes(key);
        door.tallies().requests.increment();
        var begun = new Intake(bucket, ObjectKey.of(key), valueBytes);
        intake = Optional.of(begun);
        clientMoves();
        if (!begun.tryOpen()) {
            storeWorks();
            errand(begun::open, this::clientMoves);
        }
        return true;
    }

    /// Takes what has arrived of a value.
    ///
    /// @return false if more has to arrive first
    private boolean receive() {
        var value = intake.orElseThrow();
        if (value.missingBytes() > 0 && !input.isReadable()) {
            return false;
        }
        clientMoves();
        if (value.missingBytes() == 0) {
            finish(value);
            return true;
        }
        int bytes = (int) Math.min(input.readableBytes(), value.missingBytes());
        if (value.waits()) {
            var piece = input.readRetainedSlice(bytes);
            storeWorks();
            errand(() -> value.take(piece), () -> {
                piece.release();
                clientMoves();
            });
        } else {
            value.take(input.readSlice(bytes));
        }
        return true;
    }

    private void finish(Intake value) {
        storeWorks();
        if (value.tryFinish()) {
            stored(value, Optional.empty());
            return;
        }
        var failure = new ArrayList<Optional<StorageException>>();
        errand(() -> failure.add(value.finish()), () -> stored(value, failure.getFirst()));
    }

    private void stored(Intake value, Optional<StorageException> failure) {
        value.close();
        intake = Optional.empty();
        door.tallies().bytesIn.add(value.lengthBytes());
        if (failure.isPresent()) {
            fail(Kind.PUT, failure.get());
        } else {
            send(Kind.PUT, Unpooled.EMPTY_BUFFER);
        }
    }

    /// @param body owned
    private void send(Kind kind, ByteBuf body) {
        var head = channel.alloc().buffer(FrameLayout.HEADER_BYTES);
        FrameLayout.header(head, kind, Status.OK, body.readableBytes());
        channel.write(head);
        channel.write(body);
    }

    private void fail(Kind kind, StorageException failure) {
        complain(kind, Status.FAILED, failure.getMessage());
    }

    /// Says why, and closes.
    private void refuse(Kind kind, String why) {
        ending = true;
        clientMoves();
        complain(kind, Status.REFUSED, why);
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    private void complain(Kind kind, Status status, String why) {
        door.tallies().errors.increment();
        var text = Unpooled.wrappedBuffer(why.getBytes(StandardCharsets.UTF_8));
        var head = channel.alloc().buffer(FrameLayout.HEADER_BYTES);
        FrameLayout.header(head, kind, status, text.readableBytes());
        channel.write(head);
        channel.write(text);
    }

    /// It is the client's turn to go on with a value, or to leave.
    private void clientMoves() {
        movedNanos = door.clock().nanoTime();
    }

    /// Nobody waits for the client.
    private void storeWorks() {
        movedNanos = Long.MAX_VALUE;
    }

    /// Does `work` beside the loop and then `then` on it.
    private void errand(Runnable work, Runnable then) {
        onErrand = true;
        channel.config().setAutoRead(false);
        channel.flush();
        door.start(() -> {
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

    private void back(Runnable next) {
        onErrand = false;
        next.run();
        if (closed) {
            letGo();
        } else {
            drain();
            channel.flush();
        }
    }

    private void letGo() {
        intake.ifPresent(Intake::close);
        intake = Optional.empty();
        input.release();
        input = Unpooled.EMPTY_BUFFER;
    }
}
