package dev.varve.tier.flash;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Function;
import java.util.function.Supplier;

/// Zstandard frames (RFC 8878) of whole blocks, at the level that costs least.
///
/// A context is some hundred kilobytes of native memory, so the few that work at a time are kept.
///
/// Thread-safe: each call has a context of its own.
final class Zstd implements AutoCloseable {
    private static final int LEVEL = 1;

    private final Pool<ZstdCompressCtx> compressing = new Pool<>(
            () -> new ZstdCompressCtx().setLevel(LEVEL).setContentSize(true));
    private final Pool<ZstdDecompressCtx> expanding = new Pool<>(ZstdDecompressCtx::new);

    /// Compresses native memory into other native memory (both borrowed).
    ///
    /// @return how many bytes it takes there; empty if it has no room
    OptionalInt compress(MemorySegment content, MemorySegment target) {
        return compressing.with(context -> {
            var from = content.asByteBuffer();
            var to = target.asByteBuffer();
            try {
                return OptionalInt.of(context.compressDirectByteBuffer(
                        to, 0, to.remaining(), from, 0, from.remaining()));
            } catch (ZstdException noRoom) {
                return OptionalInt.empty();
            }
        });
    }

    /// Expands what was compressed from exactly as many bytes as the target has.
    ///
    /// @return whether it was; the target's bytes are undefined if not
    boolean expand(MemorySegment compressed, MemorySegment target) {
        return expanding.with(context -> {
            ByteBuffer from = compressed.asByteBuffer();
            ByteBuffer to = target.asByteBuffer();
            try {
                return context.decompressDirectByteBuffer(
                        to, 0, to.remaining(), from, 0, from.remaining()) == to.remaining();
            } catch (ZstdException damaged) {
                return false;
            }
        });
    }

    /// Frees the contexts; nobody may work with this any more.
    @Override
    public void close() {
        compressing.close();
        expanding.close();
    }

    private static final class Pool<T extends AutoCloseable> {
        private final ConcurrentLinkedDeque<T> idle = new ConcurrentLinkedDeque<>();
        private final Supplier<T> maker;

        Pool(Supplier<T> maker) {
            this.maker = maker;
        }

        <R> R with(Function<T, R> body) {
            T known = idle.poll();
            T context = known == null ? maker.get() : known;
            try {
                return body.apply(context);
            } finally {
                idle.push(context);
            }
        }

        void close() {
            for (T one = idle.poll(); one != null; one = idle.poll()) {
                try {
                    one.close();
                } catch (Exception impossible) {
                    throw new IllegalStateException(impossible);
                }
            }
        }
    }
}
