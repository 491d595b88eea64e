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
/// Nobody is to wait much longer for it: not for a read, nor for a write that is waited for.
///
/// Thread-safe: by one lock, held for a few steps.
public final class CompressionJudge {
    /// Kinds of blocks, by the share of its length that a sample takes compressed.
    private static final int KINDS = 16;
    /// Of each kind so many are tried before it is judged.
    private static final int FIRST_TRIALS = 16;
    /// Of the blocks whose kind does not pay, one of so many is tried.
    private static final int TRIAL = 64;
    private static final double NEWEST_WEIGHT = 1.0 / 16;
    private static final double SHORTER_WEIGHT = 1.0 / 2;
    private static final double LONGER_WEIGHT = 1.0 / 32;
    /// Below that, what compressing takes for each byte is several times as much.
    private static final int LEAST_SAVING_BYTES = 64 << 10;
    /// Shorter ones are mostly what compressing adds.
    private static final int LEAST_BYTES = 1 << 10;
    private static final double JOULES_PER_NANO = Compression.CORE_WATTS * 1e-9;

    private final Compression compression;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private final Kind[] kinds = new Kind[KINDS];
    @GuardedBy("lock")
    private double expandNanos;

    /// What a tier does with a byte of content, on average.
    ///
    /// @param writes      how often it is written, cleaning included
    /// @param reads       how often it is read
    /// @param heldSeconds how long it stays, as far as has been seen
    /// @param readNanos   how long the device takes to read one; 0 while none was read
    /// @param writeNanos  how long it takes to write one; 0 while none was written
    public record Use(
            double writes,
            double reads,
            double heldSeconds,
            double readNanos,
            double writeNanos) {
        /// Of a tier that has done nothing yet.
        public static final Use NONE = new Use(1, 0, 0, 0, 0);
    }

    /// The experience with a kind of blocks, on average; for each byte of content.
    private static final class Kind {
        private int trials;
        private int passedOver;
        /// Joules saved, what compressing takes not counted.
        private double saved;
        private double nanos;
        private double ratio;

        void tried(double newSaved, double newNanos, double newRatio) {
            double weight = Math.max(NEWEST_WEIGHT, 1.0 / ++trials);
            saved += weight * (newSaved - saved);
            ratio += weight * (newRatio - ratio);
            nanos = undisturbed(nanos, newNanos);
        }

        boolean pays() {
            return saved > nanos * JOULES_PER_NANO;
        }
    }

    public CompressionJudge(Compression compression) {
        this.compression = compression;
        Arrays.setAll(kinds, _ -> new Kind());
    }

    /// Whether a block of this length is a candidate at all.
    public boolean mayCompress(int lengthBytes) {
        return switch (compression) {
            case Compression.Never _ -> false;
            case Compression.Always _ -> lengthBytes >= LEAST_BYTES;
            case Saving _ -> lengthBytes >= LEAST_SAVING_BYTES;
        };
    }

    /// Whether it matters what a sample of a block says.
    public boolean isChoosy() {
        return compression instanceof Saving;
    }

    /// Whether a candidate is to be tried.
    ///
    /// @param sample  what share of its length a sample of it takes compressed
    /// @param awaited whether somebody waits for it to be written
    public boolean tries(double sample, int lengthBytes, boolean awaited, Use use) {
        if (!(compression instanceof Saving saving)) {
            return true;
        }
        lock.lock();
        try {
            var kind = kind(sample);
            boolean known = kind.trials >= FIRST_TRIALS;
            if (awaited) {
                return known && kind.pays()
                        && isInTime(kind.nanos, kind.ratio, use.writeNanos, lengthBytes, saving);
            }
            boolean tries = !known || kind.pays() || ++kind.passedOver >= TRIAL;
            if (tries) {
                kind.passedOver = 0;
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
            var kind = kind(sample);
            double each = (double) nanos / lengthBytes;
            // Expanding is the faster one; until it has been seen it is taken to be as slow.
            double expanding = expandNanos == 0 ? each : expandNanos;
            var device = saving.device();
            double kept = (1 - ratio) * (use.writes * device.writeJoules()
                    + use.reads * device.readJoules()
                    + use.heldSeconds * device.heldWatts())
                    - use.reads * expanding * JOULES_PER_NANO;
            boolean keeps = kept > 0
                    && isInTime(expanding, ratio, use.readNanos, lengthBytes, saving);
            kind.tried(keeps ? kept : 0, each, ratio);
            return keeps;
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
            expandNanos = undisturbed(expandNanos, (double) nanos / lengthBytes);
        } finally {
            lock.unlock();
        }
    }

    /// Whether the processor's part and what is left of the device's take little longer than the
    /// device alone; times are for a byte. Where the device's is not known, nobody uses it yet.
    private static boolean isInTime(
            double processorNanos,
            double ratio,
            double deviceNanos,
            int lengthBytes,
            Saving saving) {
        double more = processorNanos + ratio * deviceNanos - saving.slack() * deviceNanos;
        return deviceNanos == 0 || more * lengthBytes <= Compression.NANOS_BEYOND;
    }

    @GuardedBy("lock")
    private Kind kind(double sample) {
        return kinds[Math.clamp((int) (sample * KINDS), 0, KINDS - 1)];
    }

    /// How long something takes, without what others had of the processor meanwhile and what the
    /// first times take longer: follows shorter times soon, and longer ones late.
    ///
    /// @param known so far; 0 for nothing
    private static double undisturbed(double known, double nanos) {
        return known == 0
                ? nanos
                : known + (nanos - known) * (nanos < known ? SHORTER_WEIGHT : LONGER_WEIGHT);
    }
}
