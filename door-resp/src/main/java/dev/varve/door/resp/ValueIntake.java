package dev.varve.door.resp;

import dev.varve.engine.Bucket;
import dev.varve.engine.ObjectKey;
import dev.varve.engine.ObjectWriter;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.Optional;

/// Carries long values into the engine as they arrive: on the loop where the engine has memory for
/// the whole value at once, else on errands, which wait for memory. A value that the engine
/// refuses is received to its end all the same, so that the command can be answered.
///
/// Confined to its connection's loop, but for what is done on errands.
final class ValueIntake {
    /// Less than this is read with what may follow it.
    private static final int LEAST_ROOM_BYTES = 16 << 10;

    /// Something that may wait, and what the loop does afterwards; nothing else happens in between.
    interface Errand {
        void run(Runnable work, Runnable then);
    }

    private final Door door;
    private final Session session;
    private final RequestParser parser;
    private final Errand errand;

    ValueIntake(Door door, Session session, RequestParser parser, Errand errand) {
        this.door = door;
        this.session = session;
        this.parser = parser;
        this.errand = errand;
    }

    /// Decides where the value goes that the parser has found.
    void begin() {
        var request = parser.pending();
        int keyIndex = request.command().values().keyOf(request.size());
        var key = request.key(keyIndex, door.settings().maxKeyBytes());
        if (key.isEmpty()) {
            parser.accept(new Value.Lost(new StorageException(Kind.CONFIG, "not a key")));
            return;
        }
        if (!session.access().allows(key.get().bytes())) {
            parser.accept(new Value.Lost(new StorageException(Kind.CONFIG, "not the user's key")));
            return;
        }
        long length = parser.valueLength();
        try {
            var writer = tryWriter(key.get(), length);
            if (writer.isPresent()) {
                parser.accept(new Value.Streamed(writer.get(), false));
                return;
            }
        } catch (StorageException e) {
            parser.accept(new Value.Lost(e));
            return;
        }
        var found = new Value[1];
        errand.run(
                () -> found[0] = waitForWriter(key.get(), length),
                () -> parser.accept(found[0]));
    }

    /// Takes the value's next bytes from `input`.
    void take(ByteBuf input) {
        int bytes = parser.chunkBytes(input);
        if (parser.pending().lastValue() instanceof Value.Streamed streamed) {
            if (streamed.blocks()) {
                var piece = input.readRetainedSlice(bytes);
                errand.run(() -> write(streamed.writer(), piece), () -> {
                    piece.release();
                    parser.advance(bytes);
                });
                return;
            }
            write(streamed.writer(), input.slice(input.readerIndex(), bytes));
        }
        input.skipBytes(bytes);
        parser.advance(bytes);
    }

    /// Memory of the engine itself for the value's next bytes, so that they need no copy; only to
    /// be asked for while everything that was received has been parsed.
    Optional<ByteBuffer> room() {
        if (parser.missingValueBytes() < LEAST_ROOM_BYTES
                || !(parser.pending().lastValue() instanceof Value.Streamed streamed)
                || streamed.blocks()) {
            return Optional.empty();
        }
        try {
            return streamed.writer().room();
        } catch (StorageException e) {
            lose(streamed.writer(), e);
            return Optional.empty();
        }
    }

    /// Says that so many bytes were put into the [#room].
    void filled(int bytes) {
        if (parser.pending().lastValue() instanceof Value.Streamed streamed) {
            try {
                streamed.writer().filled(bytes);
            } catch (StorageException e) {
                lose(streamed.writer(), e);
            }
        }
        parser.advance(bytes);
    }

    private Optional<ObjectWriter> tryWriter(ObjectKey key, long length) {
        return session.opened(door.databases())
                .flatMap((Bucket bucket) -> bucket.tryWriter(key, length));
    }

    private Value waitForWriter(ObjectKey key, long length) {
        try {
            var bucket = session.bucket(door.databases());
            return new Value.Streamed(bucket.writer(key, length), true);
        } catch (StorageException e) {
            return new Value.Lost(e);
        }
    }

    private void write(ObjectWriter writer, ByteBuf piece) {
        try {
            writer.write(piece.nioBuffer());
        } catch (StorageException e) {
            lose(writer, e);
        }
    }

    private void lose(ObjectWriter writer, StorageException cause) {
        writer.close();
        parser.pending().replaceLastValue(new Value.Lost(cause));
    }
}
