package dev.varve.door.resp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class PacedOutputTest {
    private final Encryption encryption = new Encryption();
    private final AtomicInteger moved = new AtomicInteger();
    private final EmbeddedChannel channel = new EmbeddedChannel(
            encryption, new PacedOutput(_ -> moved.incrementAndGet()));

    /// Stands where encryption would: takes what it is given, and says so when it is told to.
    private static final class Encryption extends ChannelOutboundHandlerAdapter {
        final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        final ArrayDeque<ChannelPromise> open = new ArrayDeque<>();
        long bytesOpen;
        private final ArrayDeque<Integer> lengths = new ArrayDeque<>();

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            var bytes = (ByteBuf) message;
            lengths.add(bytes.readableBytes());
            bytesOpen += bytes.readableBytes();
            var copy = new byte[bytes.readableBytes()];
            bytes.readBytes(copy);
            taken.writeBytes(copy);
            bytes.release();
            open.add(promise);
        }

        void completeNext() {
            bytesOpen -= lengths.remove();
            open.remove().setSuccess();
        }
    }

    @Test
    void passesOnNoMoreThanIsTaken() {
        long seed = 3;
        var random = new Random(seed);
        var all = new byte[3_000_000];
        random.nextBytes(all);
        var source = Unpooled.wrappedBuffer(all);
        var done = new AtomicInteger();
        int writes = 0;
        while (source.isReadable()) {
            int length = Math.min(source.readableBytes(), random.nextInt(600_000));
            channel.write(source.readRetainedSlice(length))
                    .addListener(_ -> done.getAndIncrement());
            writes++;
        }
        channel.flush();
        assertThat(channel.isWritable()).isFalse();
        while (!encryption.open.isEmpty()) {
            assertThat(encryption.bytesOpen).isBetween(1L, (long) PacedOutput.WINDOW_BYTES);
            encryption.completeNext();
            channel.runPendingTasks();
        }
        assertThat(encryption.taken.toByteArray()).as("seed %d", seed).isEqualTo(all);
        assertThat(done).hasValue(writes);
        assertThat(moved).hasPositiveValue();
        assertThat(channel.isWritable()).isTrue();
        assertThat(source.refCnt()).isEqualTo(1);
    }

    @Test
    void dropsWhatWaitsWhenTheConnectionIsClosed() {
        var large = Unpooled.wrappedBuffer(new byte[1_000_000]);
        var second = Unpooled.wrappedBuffer(new byte[10]);
        var first = channel.writeAndFlush(large);
        var last = channel.writeAndFlush(second);
        assertThat(encryption.taken.size()).isEqualTo(PacedOutput.WINDOW_BYTES);
        var _ = channel.close();
        assertThat(first.isDone()).isTrue();
        assertThat(first.isSuccess()).isFalse();
        assertThat(last.isDone()).isTrue();
        assertThat(last.isSuccess()).isFalse();
        assertThat(large.refCnt()).isZero();
        assertThat(second.refCnt()).isZero();
        encryption.completeNext();
        channel.runPendingTasks();
        assertThat(encryption.open).isEmpty();
    }

    @Test
    void refusesWhatComesAfterTheEnd() {
        var _ = channel.close();
        var late = Unpooled.wrappedBuffer(new byte[10]);
        assertThat(channel.writeAndFlush(late).isSuccess()).isFalse();
        assertThat(late.refCnt()).isZero();
    }
}
