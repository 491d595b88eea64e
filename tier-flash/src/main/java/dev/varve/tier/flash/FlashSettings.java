package dev.varve.tier.flash;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.tier.Compression;

/// The numbers of a [FlashTier].
///
/// @param budgetBytes       the most that all segments may take; at least four segments
/// @param segmentBytes      size at which a segment is full; a power of two, 256 KiB to 1 GiB
/// @param transfersInFlight how many reads and writes the device is given at a time, 1 to 1024
/// @param compression       which blocks are compressed
///
/// Immutable.
public record FlashSettings(
        long budgetBytes,
        int segmentBytes,
        int transfersInFlight,
        Compression compression) {
    private static final int MIN_SEGMENT_BYTES = 256 << 10;
    private static final int MAX_SEGMENT_BYTES = 1 << 30;
    private static final int MIN_SEGMENTS = 4;

    public FlashSettings {
        check(segmentBytes >= MIN_SEGMENT_BYTES && segmentBytes <= MAX_SEGMENT_BYTES
                && Integer.bitCount(segmentBytes) == 1,
                "flash segment size (" + segmentBytes + ") must be a power of two from "
                        + MIN_SEGMENT_BYTES + " to " + MAX_SEGMENT_BYTES);
        check(budgetBytes / segmentBytes >= MIN_SEGMENTS, "flash budget (" + budgetBytes
                + ") must be at least " + MIN_SEGMENTS + " segments of " + segmentBytes + " bytes");
        check(transfersInFlight >= 1 && transfersInFlight <= 1024,
                "flash transfers in flight (" + transfersInFlight + ") must be 1 to 1024");
    }

    /// The same without compression.
    public FlashSettings(long budgetBytes, int segmentBytes, int transfersInFlight) {
        this(budgetBytes, segmentBytes, transfersInFlight, new Compression.Never());
    }

    /// The same with another compression.
    public FlashSettings with(Compression other) {
        return new FlashSettings(budgetBytes, segmentBytes, transfersInFlight, other);
    }

    /// Settings that suit a budget: 64 segments where that makes them neither smaller than 4 MiB
    /// nor greater than 256 MiB.
    ///
    /// @param budgetBytes at least 16 MiB
    public static FlashSettings forBudget(long budgetBytes) {
        long wished = Long.highestOneBit(Math.max(1, budgetBytes / 64));
        int segmentBytes = (int) Math.clamp(wished, 4L << 20, 256L << 20);
        return new FlashSettings(budgetBytes, segmentBytes, 32);
    }

    /// The largest block: a quarter of a segment, so that little is left over at its end.
    int maxBlockBytes() {
        return Math.min(32 << 20, segmentBytes / 4);
    }

    /// Limits the directory of a segment full of tiny blocks.
    int maxBlocksPerSegment() {
        return segmentBytes / 4096;
    }

    private static void check(boolean holds, String message) {
        if (!holds) {
            throw new StorageException(Kind.CONFIG, message);
        }
    }
}
