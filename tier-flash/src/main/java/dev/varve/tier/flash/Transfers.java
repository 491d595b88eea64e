package dev.varve.tier.flash;

import dev.varve.env.DiskFile;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;

/// The only way to the device: counts the transfers, limits how many run at a time, and lends out
/// page-aligned buffers for what cannot be transferred in place.
///
/// There are as many buffers as transfers, made when first needed and kept for good. Who waits for
/// a transfer may hold a buffer; who waits for a buffer never holds a transfer.
///
/// Thread-safe: by semaphores and concurrent collections.
final class Transfers {
    static final int BUFFER_BYTES = 256 << 10;

    private final Semaphore running;
    private final Semaphore lendable;
    private final ConcurrentLinkedDeque<MemorySegment> buffers = new ConcurrentLinkedDeque<>();
    private final LongAdder bytesWritten = new LongAdder();
    private final LongAdder bytesRead = new LongAdder();
    private final LongAdder failed = new LongAdder();

    Transfers(int inFlight) {
        this.running = new Semaphore(inFlight);
        this.lendable = new Semaphore(inFlight);
    }

    /// A buffer on loan, its bytes undefined.
    final class Loan implements AutoCloseable {
        private final MemorySegment buffer;

        private Loan(MemorySegment buffer) {
            this.buffer = buffer;
        }

        MemorySegment buffer() {
            return buffer;
        }

        @Override
        public void close() {
            buffers.push(buffer);
            lendable.release();
        }
    }

    /// Waits for a buffer of [#BUFFER_BYTES].
    Loan borrow() {
        lendable.acquireUninterruptibly();
        MemorySegment known = buffers.poll();
        return new Loan(known == null ? newBuffer() : known);
    }

    void read(DiskFile file, long offset, MemorySegment target) {
        read(file, offset, List.of(target));
    }

    /// Reads consecutive bytes into several pieces, as one transfer.
    void read(DiskFile file, long offset, List<MemorySegment> targets) {
        run(() -> file.read(offset, targets));
        targets.forEach(target -> bytesRead.add(target.byteSize()));
    }

    void write(DiskFile file, long offset, MemorySegment source) {
        write(file, offset, List.of(source));
    }

    /// Writes several pieces to consecutive bytes, as one transfer.
    void write(DiskFile file, long offset, List<MemorySegment> sources) {
        run(() -> file.write(offset, sources));
        sources.forEach(source -> bytesWritten.add(source.byteSize()));
    }

    /// Flushes are few and must not wait behind transfers, so they are not limited.
    void sync(DiskFile file) {
        try {
            file.sync();
        } catch (StorageException e) {
            failed.increment();
            throw e;
        }
    }

    long bytesWritten() {
        return bytesWritten.sum();
    }

    long bytesRead() {
        return bytesRead.sum();
    }

    long failed() {
        return failed.sum();
    }

    private void run(Runnable transfer) {
        running.acquireUninterruptibly();
        try {
            transfer.run();
        } catch (StorageException e) {
            if (e.kind() != Kind.CORRUPT) {
                failed.increment();
            }
            throw e;
        } finally {
            running.release();
        }
    }

    private static MemorySegment newBuffer() {
        ByteBuffer room = ByteBuffer.allocateDirect(BUFFER_BYTES + PageLayout.BYTES);
        return MemorySegment.ofBuffer(room.alignedSlice(PageLayout.BYTES)).asSlice(0, BUFFER_BYTES);
    }
}
