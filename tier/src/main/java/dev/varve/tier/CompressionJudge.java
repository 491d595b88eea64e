package dev.varve.tier;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.varve.tier.Compression.Saving;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/// Decides which blocks are compressed, from what compressing others has brought.
///
/// A byte of content that takes `r` bytes compressed, is written `w` times and read `n` times on
/// average and stays `t` seconds
///
///     saves    (1 - r) (w x write energy + n x read energy + t x power of a byte held)
///     costs    core power x (time to compress + n x time to expand)
///
/// Holding it counts because the room goes to other content, which would need more of the device.
/// What blocks have in common is how far a sample of them shrinks: the experience with each such
/// *kind* decides whether the next one is tried. A kind that does not pay is tried once in a while
/// all the same, because uses change.
///
/// Thread-safe: by one lock, held for a few steps.
public final class CompressionJudge {
    /// Kinds of blocks, by the share of its length that a sample takes compressed.
    private static final int KINDS = 16;
    /// Of the blocks whose kind does not pay, one of so many is tried.
    private static final int TRIAL = 64;
    private static final double NEWEST_WEIGHT = 1.0 / 8;
    /// Below that, what compressing takes for each byte is several times as much.
    private static final int LEAST_SAVING_BYTES = 64 << 10;
    /// Shorter ones are mostly what compressing adds.
    private static final int LEAST_BYTES = 1 << 10;
    private static final double JOULES_PER_NANO = Compression.CORE_WATTS * 1e-9;

    private final Compression compression;
    private final ReentrantLock lock = new ReentrantLock();

    /// Joules saved for each byte of content, of each kind; unknown before the first trial.
    @GuardedBy("lock")
    private final double[] gains = new double[KINDS];
    @GuardedBy("lock")
    private final int[] passedOver = new int[KINDS];
    @GuardedBy("lock")
    private double compressNanos;
    @GuardedBy("lock")
    private double expandNanos = Double.NaN;

    /// What a tier does with a byte of content, on average.
    ///
    /// @param writes       how often it is written, cleaning included
    /// @param reads        how often it is read
    /// @param heldSeconds  how long it stays, as far as has been seen
    /// @param nanosPerByte how long the device takes to read one; 0 while none was read
    public record Use(double writes, double reads, double heldSeconds, double nanosPerByte) {}

    public CompressionJudge(Compression compression) {
        this.compression = compression;
        Arrays.fill(gains, Double.NaN);
    }

    /// Whether a block of this length is a candidate at all.
    ///
    /// @param awaited whether somebody waits for it to be written
    public boolean mayCompress(int lengthBytes, boolean awaited) {
        return switch (compression) {
            case Compression.Never _ -> false;
            case Compression.Always _ -> lengthBytes >= LEAST_BYTES;
            case Saving _ -> !awaited && lengthBytes >= LEAST_SAVING_BYTES;
        };
    }

    /// Whether it matters what a sample of a block says.
    public boolean isChoosy() {
        return compression instanceof Saving;
    }

    /// Whether a candidate is to be tried.
    ///
    /// @param sample what share of its length a sample of it takes compressed
    public boolean tries(double sample) {
        if (!isChoosy()) {
            return true;
        }
        lock.lock();
        try {
            int kind = kind(sample);
            boolean tries = !(gains[kind] <= 0) || ++passedOver[kind] >= TRIAL;
            if (tries) {
                passedOver[kind] = 0;
            }
            return tries;
        } finally {
            lock.unlock();
        }
    }

    /// Hears what a trial brought.
    ///
    /// @param sample see [#tries]
    /// @param ratio  what share of its length the block takes compressed; 1 if it hardly shrinks
    /// @param nanos  how long compressing took
    /// @return whether it is kept compressed
    public boolean keeps(double sample, double ratio, int lengthBytes, long nanos, Use use) {
        if (!(compression instanceof Saving saving)) {
            return ratio < 1;
        }
        lock.lock();
        try {
            double each = (double) nanos / lengthBytes;
            compressNanos = compressNanos == 0 ? each : newer(compressNanos, each);
            // Expanding is the faster one; until it has been seen it is taken to be as slow.
            double expanding = Double.isNaN(expandNanos) ? compressNanos : expandNanos;
            var device = saving.device();
            double kept = (1 - ratio) * (use.writes * device.writeJoules()
                    + use.reads * device.readJoules()
                    + use.heldSeconds * device.heldWatts())
                    - use.reads * expanding * JOULES_PER_NANO;
            double gain = kept - each * JOULES_PER_NANO;
            int kind = kind(sample);
            gains[kind] = Double.isNaN(gains[kind]) ? gain : newer(gains[kind], gain);
            boolean inTime = use.nanosPerByte == 0
                    || ratio * use.nanosPerByte + expanding <= saving.slack() * use.nanosPerByte;
            return kept > 0 && inTime;
        } finally {
            lock.unlock();
        }
    }

    /// Hears how long expanding a block took.
    ///
    /// @param lengthBytes of its content
    public void expanded(int lengthBytes, long nanos) {
        lock.lock();
        try {
            double each = (double) nanos / lengthBytes;
            expandNanos = Double.isNaN(expandNanos) ? each : newer(expandNanos, each);
        } finally {
            lock.unlock();
        }
    }

    private static int kind(double sample) {
        return Math.clamp((int) (sample * KINDS), 0, KINDS - 1);
    }

    private static double newer(double average, double value) {
        return average + NEWEST_WEIGHT * (value - average);
    }
}
