package dev.varve.tier.flash;

import static dev.varve.tier.flash.PageLayout.roundUp;

import dev.varve.bytes.Block;
import dev.varve.bytes.Crc32c;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.tier.Pace;
import dev.varve.tier.SegmentTier.Entry;
import dev.varve.tier.flash.Transfers.Loan;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// Appends batches to a segment that is open for writing, and seals it in the end.
///
/// A writer reserves an extent of the file under the lock and fills it outside, so that several
/// fill theirs at the same time. A failed batch leaves a hole, which readers of the file skip; if
/// nothing was reserved behind it, the extent is given back. After [#MAX_FAILURES] failures of the
/// device the segment takes no more.
///
/// Sealing begins with the first [#close]; who ends the last write then writes the footer.
///
/// Thread-safe: by a lock that is not held during transfers.
final class SegmentWriter {
    private static final System.Logger LOG = System.getLogger(SegmentWriter.class.getName());
    private static final int MAX_FAILURES = 3;

    private final SegmentFile segment;
    private final FlashSettings settings;
    private final Transfers transfers;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition sealed = lock.newCondition();
    private final Consumer<SegmentWriter> whenSealed;
    /// Completed batches by their offset.
    private final NavigableMap<Long, List<Entry>> directory = new TreeMap<>();
    private int writtenBlocks;
    private long end = PageLayout.BYTES;
    private int reservedBlocks;
    private int running;
    private int failures;
    private State state = State.OPEN;

    private enum State {
        OPEN,
        CLOSING,
        SEALING,
        SEALED
    }

    private enum Outcome {
        WRITTEN,
        NO_ROOM,
        BROKEN
    }

    /// @param segment    one with nothing but its header; the caller is its user until this is
    ///                   sealed
    /// @param whenSealed told once, before [#awaitSealed] returns
    SegmentWriter(
            SegmentFile segment,
            FlashSettings settings,
            Transfers transfers,
            Consumer<SegmentWriter> whenSealed) {
        this.whenSealed = whenSealed;
        this.segment = segment;
        this.settings = settings;
        this.transfers = transfers;
    }

    SegmentFile segment() {
        return segment;
    }

    /// Sets an extent for a batch aside. Who gets one must call [#write] with it.
    ///
    /// @return its offset; empty when the segment has no room or takes no more
    OptionalLong reserve(Batch batch) {
        lock.lock();
        try {
            int blocks = reservedBlocks + batch.writes().size();
            boolean fits = end + batch.bytes() + FooterLayout.bytes(blocks) <= settings
                    .segmentBytes()
                    && blocks <= settings.maxBlocksPerSegment();
            if (state != State.OPEN || !fits || failures >= MAX_FAILURES || segment.isInDoubt()) {
                return OptionalLong.empty();
            }
            long offset = end;
            end += batch.bytes();
            reservedBlocks = blocks;
            running++;
            return OptionalLong.of(offset);
        } finally {
            lock.unlock();
        }
    }

    /// Fills an extent, as fast as `pace` lets it.
    ///
    /// @return the blocks with their places
    List<Entry> write(Batch batch, long offset, Pace pace) {
        List<Entry> entries = batch.entriesAt(segment.identity().number(), offset);
        var outcome = Outcome.BROKEN;
        try {
            transfer(batch, entries, offset, pace);
            outcome = Outcome.WRITTEN;
        } catch (StorageException e) {
            outcome = e.kind() == Kind.FULL ? Outcome.NO_ROOM : Outcome.BROKEN;
            throw e;
        } finally {
            complete(batch, offset, outcome == Outcome.WRITTEN ? entries : List.of(), outcome);
        }
        return entries;
    }

    /// What was written so far, in order.
    List<Entry> entries() {
        lock.lock();
        try {
            return directory.values().stream().flatMap(List::stream).toList();
        } finally {
            lock.unlock();
        }
    }

    /// What the file of the sealed segment takes.
    long sealedBytes() {
        lock.lock();
        try {
            return end + FooterLayout.bytes(writtenBlocks);
        } finally {
            lock.unlock();
        }
    }

    /// Lets running writes end and takes no others. The segment is sealed then, or a little later
    /// by the last running write.
    void close() {
        lock.lock();
        try {
            if (state == State.OPEN) {
                state = State.CLOSING;
            }
        } finally {
            lock.unlock();
        }
        sealIfLast();
    }

    /// Waits until the segment is sealed; [#close] must have been called.
    void awaitSealed() {
        lock.lock();
        try {
            while (state != State.SEALED) {
                sealed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    private void transfer(Batch batch, List<Entry> entries, long offset, Pace pace) {
        try (Loan loan = transfers.borrow()) {
            var output = new StagedOutput(transfers, segment.file(), loan.buffer(), offset,
                    pace);
            var header = MemorySegment.ofArray(new byte[BlockLayout.HEADER_BYTES]);
            List<MemorySegment> large = new ArrayList<>();
            for (int i = 0; i < entries.size(); i++) {
                Entry entry = entries.get(i);
                BlockLayout.encode(header, entry.info(), entry.place().offset(),
                        segment.identity().salt(), output.offset());
                output.append(header);
                Block block = batch.writes().get(i).block();
                if (BlockLayout.liesApart(entry.info().lengthBytes())) {
                    addPages(block, large);
                } else {
                    output.append(block);
                    output.pad(BlockLayout.ALIGNMENT);
                }
            }
            output.finishWith(large);
        }
    }

    private static void addPages(Block block, List<MemorySegment> pages) {
        for (int i = 0; i < block.runCount(); i++) {
            long length = block.run(i).byteSize();
            MemorySegment run = block.paddedRun(i).asSlice(0, roundUp(length));
            // Not content, so nobody reads it; without this the file would hold other people's
            // bytes.
            run.asSlice(length).fill((byte) 0);
            pages.add(run);
        }
    }

    private void complete(Batch batch, long offset, List<Entry> entries, Outcome outcome) {
        if (outcome == Outcome.WRITTEN) {
            segment.wrote(entries);
        }
        lock.lock();
        try {
            running--;
            if (outcome == Outcome.WRITTEN) {
                directory.put(offset, entries);
                writtenBlocks += entries.size();
            }
            failures += outcome == Outcome.BROKEN ? 1 : 0;
            if (outcome != Outcome.WRITTEN) {
                reservedBlocks -= batch.writes().size();
                if (end == offset + batch.bytes()) {
                    end = offset;
                }
            }
        } finally {
            lock.unlock();
        }
        sealIfLast();
    }

    private void sealIfLast() {
        lock.lock();
        try {
            if (state != State.CLOSING || running > 0) {
                return;
            }
            state = State.SEALING;
        } finally {
            lock.unlock();
        }
        try {
            writeFooter();
        } catch (StorageException e) {
            LOG.log(System.Logger.Level.WARNING, "Segment " + segment.name()
                    + " stays without a footer and must be searched for its blocks: "
                    + e.getMessage());
        } finally {
            whenSealed.accept(this);
            lock.lock();
            try {
                state = State.SEALED;
                sealed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /// Flushes first, so that a block of which a footer tells was durable before.
    private void writeFooter() {
        segment.flush();
        if (segment.isInDoubt()) {
            throw new StorageException(Kind.UNAVAILABLE, "an earlier flush failed");
        }
        List<Entry> entries = entries();
        long fileEnd = sealedBytes();
        if (segment.file().sizeBytes() > fileEnd) {
            segment.file().truncate(fileEnd);
        }
        try (Loan loan = transfers.borrow()) {
            var output = new StagedOutput(transfers, segment.file(), loan.buffer(), end,
                    Pace.FULL);
            var crc = new Crc32c();
            var bytes = MemorySegment.ofArray(new byte[FooterLayout.ENTRY_BYTES]);
            for (Entry entry : entries) {
                FooterLayout.encodeEntry(bytes, entry);
                crc.update(bytes);
                output.append(bytes);
            }
            output.pad(PageLayout.BYTES);
            var page = MemorySegment.ofArray(new byte[PageLayout.BYTES]);
            FooterLayout.encodeTrailer(page, new FooterLayout.Trailer(segment.identity().number(),
                    entries.size(), segment.identity().salt(), end, crc.value()));
            output.append(page);
            output.finish();
        }
    }
}
