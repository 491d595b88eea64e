package dev.varve.door.resp;

import dev.varve.bytes.Block;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Replies on their way to the client: text, with large blocks between that are not copied.
///
/// Writes the shapes of RESP2 or RESP3, whichever the client speaks. When much has gathered it
/// calls its [Outlet], so that what it holds stays bounded however long a reply is.
///
/// Confined to whoever executes the command.
final class Reply {
    /// Blocks up to this length are copied, which is cheaper than another piece for the kernel.
    private static final int COPY_BYTES = 16 << 10;

    /// Enough text to be passed on.
    private static final int MUCH_TEXT_BYTES = 256 << 10;

    private static final int FIRST_TEXT_BYTES = 1024;
    private static final byte[] CRLF = {'\r', '\n'};

    /// Where replies go that have become long before they are complete.
    interface Outlet {
        /// Passes on what the reply holds, or throws.
        void relieve(Reply reply);
    }

    private final ByteBufAllocator allocator;
    private final BooleanSupplier resp3;
    private final Outlet outlet;
    private final List<Piece> pieces = new ArrayList<>(2);
    private final byte[] digits = new byte[20];
    private @Nullable ByteBuf text;
    private long pieceBytes;
    private int epoch;

    Reply(ByteBufAllocator allocator, BooleanSupplier resp3, Outlet outlet) {
        this.allocator = allocator;
        this.resp3 = resp3;
        this.outlet = outlet;
    }

    boolean resp3() {
        return resp3.getAsBoolean();
    }

    void ok() {
        simple("OK");
    }

    /// A status line.
    void simple(String status) {
        room(status.length() + 3).writeByte('+');
        line(status);
    }

    /// An error line; line breaks become blanks.
    ///
    /// @param message begins with the error's code
    void error(String message) {
        room(message.length() + 3).writeByte('-');
        line(message.replace('\r', ' ').replace('\n', ' '));
    }

    void integer(long value) {
        header(':', value);
    }

    /// No value.
    void nil() {
        if (resp3()) {
            room(3).writeByte('_').writeBytes(CRLF);
        } else {
            header('$', -1);
        }
    }

    void bulk(byte[] bytes) {
        header('$', bytes.length);
        room(bytes.length + 2).writeBytes(bytes).writeBytes(CRLF);
    }

    /// @param value one byte for each character
    void bulk(String value) {
        bulk(value.getBytes(StandardCharsets.ISO_8859_1));
    }

    /// Text for people: verbatim where the protocol knows that, else bulk.
    void verbatim(String value) {
        if (!resp3()) {
            bulk(value);
            return;
        }
        header('=', value.length() + 4L);
        var buffer = room(value.length() + 6);
        buffer.writeCharSequence("txt:", StandardCharsets.ISO_8859_1);
        line(value);
    }

    void array(int count) {
        header('*', count);
    }

    /// Begins a map of so many pairs.
    void map(int pairs) {
        if (resp3()) {
            header('%', pairs);
        } else {
            header('*', 2L * pairs);
        }
    }

    /// Begins a set.
    void set(int count) {
        header(resp3() ? '~' : '*', count);
    }

    /// Begins a bulk string whose bytes follow as [#block]s and whose end is [#endBulk].
    void beginBulk(long lengthBytes) {
        room(24 + (int) Math.min(lengthBytes, COPY_BYTES));
        header('$', lengthBytes);
    }

    /// Adds the bytes of a block from `from` to before `to`.
    ///
    /// @param block a lease of it, owned by the reply from now on
    void block(Block block, int from, int to) {
        if (to - from <= COPY_BYTES) {
            try (block) {
                var buffer = room(to - from);
                int at = buffer.writerIndex();
                block.copyOut(from, MemorySegment.ofBuffer(
                        buffer.internalNioBuffer(at, to - from)));
                buffer.writerIndex(at + to - from);
            }
        } else {
            pieces.add(new Piece(textBytes(), block, from, to));
            pieceBytes += to - from;
            outlet.relieve(this);
        }
    }

    void endBulk() {
        room(2).writeBytes(CRLF);
    }

    /// What it holds, in bytes.
    long heldBytes() {
        return pieceBytes + textBytes();
    }

    /// What it holds of blocks, in bytes.
    long pieceBytes() {
        return pieceBytes;
    }

    /// Whether its text alone is enough to be passed on.
    boolean muchText() {
        return textBytes() >= MUCH_TEXT_BYTES;
    }

    boolean isEmpty() {
        return textBytes() == 0 && pieces.isEmpty();
    }

    /// A point to return to.
    Mark mark() {
        return new Mark(epoch, textBytes(), pieces.size());
    }

    /// Takes back everything since the mark.
    ///
    /// @throws BrokenReply if some of it was passed on already
    void rewind(Mark mark) {
        if (mark.epoch != epoch) {
            throw new BrokenReply("the reply's beginning is with the client");
        }
        while (pieces.size() > mark.pieces) {
            var piece = pieces.removeLast();
            pieceBytes -= piece.to - piece.from;
            piece.block.close();
        }
        if (text != null) {
            text.writerIndex(mark.textBytes);
        }
    }

    /// Writes everything to the channel, on its loop, without flushing.
    ///
    /// @param written told of each write
    /// @return how many bytes that is
    long writeTo(Channel channel, ChannelFutureListener written) {
        epoch++;
        long bytes = heldBytes();
        var remaining = text;
        text = null;
        int at = 0;
        for (var piece : pieces) {
            if (remaining != null && piece.textBytes > at) {
                channel.write(remaining.readRetainedSlice(piece.textBytes - at))
                        .addListener(written);
                at = piece.textBytes;
            }
            piece.writeTo(channel, written);
        }
        pieces.clear();
        pieceBytes = 0;
        if (remaining != null) {
            if (remaining.isReadable()) {
                channel.write(remaining).addListener(written);
            } else {
                remaining.release();
            }
        }
        return bytes;
    }

    /// Drops all it holds, as if it had been passed on.
    void clear() {
        rewind(new Mark(epoch, 0, 0));
        epoch++;
    }

    /// Drops everything for good.
    void release() {
        clear();
        if (text != null) {
            text.release();
            text = null;
        }
    }

    private void header(char type, long number) {
        long rest = Math.abs(number);
        int at = digits.length;
        do {
            digits[--at] = (byte) ('0' + Math.abs(rest % 10));
            rest /= 10;
        } while (rest != 0);
        var buffer = room(24).writeByte(type);
        if (number < 0) {
            buffer.writeByte('-');
        }
        buffer.writeBytes(digits, at, digits.length - at).writeBytes(CRLF);
    }

    private void line(String content) {
        var buffer = room(content.length() + 2);
        buffer.writeCharSequence(content, StandardCharsets.ISO_8859_1);
        buffer.writeBytes(CRLF);
    }

    private int textBytes() {
        return text == null ? 0 : text.writerIndex();
    }

    private ByteBuf room(int bytes) {
        if (muchText()) {
            outlet.relieve(this);
        }
        var buffer = text;
        if (buffer == null) {
            buffer = allocator.directBuffer(Math.max(FIRST_TEXT_BYTES, bytes));
            text = buffer;
        }
        return buffer.ensureWritable(bytes);
    }

    /// A point in a reply.
    record Mark(int epoch, int textBytes, int pieces) {}

    /// A part of a block that belongs behind so many bytes of text.
    private record Piece(int textBytes, Block block, int from, int to) {

        /// The lease ends when the last run has left for the kernel, or cannot any more.
        void writeTo(Channel channel, ChannelFutureListener written) {
            int offset = 0;
            int last = block.runCount() - 1;
            for (int i = 0; i <= last; i++) {
                var run = block.run(i);
                int length = (int) run.byteSize();
                int low = Math.max(from - offset, 0);
                int high = Math.min(to - offset, length);
                offset += length;
                boolean ends = i == last || offset >= to;
                if (low < high) {
                    var bytes = Unpooled.wrappedBuffer(
                            run.asSlice(low, high - low).asByteBuffer());
                    var future = channel.write(bytes).addListener(written);
                    if (ends) {
                        future.addListener(_ -> block.close());
                        return;
                    }
                }
            }
            block.close();
        }
    }
}
