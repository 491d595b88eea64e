package dev.varve.policy;

/// Decides which objects of a cache are worth a write to flash, by what is known when their first
/// place in memory is asked for:
///
///   - while flash has room that nothing else needs, everything is ([Verdict#ROOM]);
///   - what was read in memory is ([Verdict#READ]), and so is what was written before and came back
///     ([Verdict#RETURNED]): the second touch, as in the ghost list of S3-FIFO (see
///     [S3FifoPolicy]) and in LARC (Huang, Wei, Chen, Feng: "Improving flash-based disk cache with
///     lazy adaptive replacement", MSST 2013);
///   - what was written as part of a short *run* is ([Verdict#SHORT_RUN]), but not the run's last
///     object. A run is what a client writes without asking for anything in between: in a KV cache
///     the blocks of one prompt. The blocks of short prompts come back more often than those of
///     long ones, and cost less to take on trust; the last block of a prompt is rarely whole, and
///     nobody asks for it again. This is admission by size as in AdaptSize (Berger, Sitaraman,
///     Harchol-Balter, NSDI 2017), with the run for the size;
///   - all else *waits* in memory for a second touch, and leaves the cache where none comes
///     ([Verdict#UNREAD]).
///
/// How long a short run may be is steered: such that the bytes that flash takes come to a share of
/// those that clients write. Counted in bytes, not in time, so that a replay at any speed decides
/// alike. Past [#MAX_LIMIT] there is no limit, so that clients that never stop writing are taken a
/// window at a time.
///
/// Confined: the caller serialises all calls.
public final class FlashAdmission {
    /// The bytes that flash should take, of those that clients write.
    static final double SHARE = 0.4;

    private static final double FIRST_LIMIT = 32;
    private static final double MIN_LIMIT = 2;
    private static final double MAX_LIMIT = 256;
    /// By how much the limit changes from one window to the next.
    private static final double STEP = 1.07;
    /// A run that goes on where the client has read more than one object is a later turn of a
    /// conversation, and comes back less often for its length.
    private static final double CONTINUED = 0.3;

    private final long windowBytes;
    private final SeenNames seen;
    private double limit = FIRST_LIMIT;
    private long takenBytes;
    private long flashBytes;

    /// What is to be done with an object.
    public enum Verdict {
        /// To flash: there is room.
        ROOM,
        /// To flash: it was read.
        READ,
        /// To flash: it was written before.
        RETURNED,
        /// To flash: few were written with it.
        SHORT_RUN,
        /// Not yet to flash: it stays in memory for a while.
        WAIT,
        /// Not to flash: it was not read while it waited.
        UNREAD
    }

    /// An object that memory wants to let go, or to wait.
    ///
    /// @param name      stands for bucket and key; two that share one are taken for the same
    /// @param reads     how often it was read since it came in
    /// @param position  its place in its run, from 0
    /// @param runLength objects in its run so far, at least 1
    /// @param continued whether the client had read more than one object before the run
    /// @param waited    whether the verdict was [Verdict#WAIT] before
    public record Candidate(
            long name,
            int reads,
            int position,
            int runLength,
            boolean continued,
            boolean waited) {}

    /// @param windowBytes after how many bytes written by clients the limit is looked at
    /// @param names       how many objects are remembered for their return; a power of two
    public FlashAdmission(long windowBytes, int names) {
        if (windowBytes < 1) {
            throw new IllegalArgumentException(
                    "window (" + windowBytes + " bytes) must be at least 1 byte");
        }
        this.windowBytes = windowBytes;
        seen = new SeenNames(names);
    }

    /// @param room whether flash takes more without losing anything for it
    public Verdict decide(Candidate candidate, boolean room) {
        var verdict = judge(candidate, room);
        if (verdict != Verdict.WAIT) {
            seen.add(candidate.name());
        }
        return verdict;
    }

    /// Clients wrote this much.
    ///
    /// @param room as in [#decide]: what flash takes meanwhile says nothing about the limit
    public void taken(long bytes, boolean room) {
        takenBytes += bytes;
        if (takenBytes >= windowBytes) {
            if (!room) {
                boolean tooMuch = flashBytes > SHARE * takenBytes;
                limit = Math.clamp(tooMuch ? limit / STEP : limit * STEP, MIN_LIMIT, MAX_LIMIT);
            }
            takenBytes = 0;
            flashBytes = 0;
        }
    }

    /// Flash took this much, for the first time or again.
    public void written(long bytes) {
        flashBytes += bytes;
    }

    /// From how many objects on a run is too long.
    public double limit() {
        return limit;
    }

    private Verdict judge(Candidate candidate, boolean room) {
        if (room) {
            return Verdict.ROOM;
        }
        if (candidate.reads() > 0) {
            return Verdict.READ;
        }
        if (seen.contains(candidate.name())) {
            return Verdict.RETURNED;
        }
        if (candidate.waited()) {
            return Verdict.UNREAD;
        }
        return isShort(candidate) ? Verdict.SHORT_RUN : Verdict.WAIT;
    }

    private boolean isShort(Candidate candidate) {
        int length = candidate.runLength();
        if (length == 1 || limit >= MAX_LIMIT) {
            return true;
        }
        boolean last = candidate.position() == length - 1;
        return !last && length < (candidate.continued() ? limit * CONTINUED : limit);
    }
}
