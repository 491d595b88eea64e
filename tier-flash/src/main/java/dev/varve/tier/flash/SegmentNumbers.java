package dev.varve.tier.flash;

import static dev.varve.tier.flash.LittleEndian.U64;

import dev.varve.env.Disk;
import dev.varve.env.DiskFile;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/// Hands out segment numbers that were never used before, in this process or an earlier one, even
/// when the segment with the highest number was dropped.
///
/// Numbers are set aside in the file `segment-numbers`, some at a time: two pages, written in turn,
/// of which the valid one with the greater bound counts; see [PageLayout] for their frame. A torn
/// page therefore costs nothing. What was set aside and not used when the process ends is skipped.
///
///     8   u64  bound: numbers from here on are free
///
/// Thread-safe: by its monitor, which is held while numbers are set aside (once in 64 segments).
final class SegmentNumbers implements AutoCloseable {
    static final String FILE = "segment-numbers";
    private static final int MAGIC = 0x4d554e56; // "VNUM"
    private static final int SET_ASIDE = 64;
    /// How far to jump when both pages are damaged, so that no number can come again.
    private static final int LEAP = 1_000_000;

    private final DiskFile file;
    private final MemorySegment page = MemorySegment.ofBuffer(
            ByteBuffer.allocateDirect(2 * PageLayout.BYTES).alignedSlice(PageLayout.BYTES))
            .asSlice(0, PageLayout.BYTES);
    private long next;
    private long bound;
    private int turn;

    private SegmentNumbers(DiskFile file) {
        this.file = file;
    }

    /// @param highestFound the highest number that a file of the folder has, 0 if there is none
    static SegmentNumbers open(Disk disk, int highestFound) {
        boolean exists = disk.names().contains(FILE);
        var numbers = new SegmentNumbers(exists ? disk.open(FILE) : disk.create(FILE));
        try {
            numbers.load(exists, highestFound);
            numbers.setAside();
            if (!exists) {
                disk.syncNames();
            }
            return numbers;
        } catch (StorageException e) {
            numbers.close();
            throw e;
        }
    }

    synchronized int next() {
        if (next == bound) {
            setAside();
        }
        return Math.toIntExact(next++);
    }

    @Override
    public void close() {
        file.close();
    }

    private void load(boolean exists, int highestFound) {
        long found = 0;
        for (int i = 0; i < 2 && file.sizeBytes() >= (i + 1L) * PageLayout.BYTES; i++) {
            file.read((long) i * PageLayout.BYTES, page);
            switch (PageLayout.check(page, MAGIC)) {
                case GOOD -> {
                    if (page.get(U64, 8) > found) {
                        found = page.get(U64, 8);
                        turn = 1 - i;
                    }
                }
                case NEWER -> throw new StorageException(Kind.CONFIG, file + " has format version "
                        + PageLayout.version(page) + ", but this program knows only "
                        + PageLayout.VERSION);
                case DAMAGED -> {
                    // The other page counts.
                }
            }
        }
        boolean lost = exists && found == 0 && highestFound > 0;
        next = Math.max(Math.max(found, 1), highestFound + (lost ? LEAP : 1));
        bound = next;
    }

    private void setAside() {
        PageLayout.begin(page, MAGIC);
        page.set(U64, 8, bound + SET_ASIDE);
        PageLayout.finish(page);
        file.write((long) turn * PageLayout.BYTES, page);
        file.sync();
        bound += SET_ASIDE;
        turn = 1 - turn;
    }
}
