package dev.varve.policy;

/// What one way of reading ahead may have in memory, by what became of what it brought up before.
///
/// Bytes that were brought up and that nobody has read yet *wait*; reading ahead goes on while
/// fewer wait than the *allowance*. So one that is wrong runs dry at once, before anything has been
/// judged: what it brought up stays unread. Each time that [#JUDGED_BLOCKS] blocks were read or
/// left unread, the allowance is halved where less than [#LEAST_SHARE] of their bytes were read,
/// and doubled where more than [#GOOD_SHARE] were; earlier blocks count half with each judgement.
/// It never falls below a trickle of a [#TRICKLE]th, with which to find out that readers have
/// changed. Two thresholds with nothing in between, and the halving of history, are those of
/// feedback-directed prefetching (Srinath et al., HPCA 2007).
///
/// Confined: the caller serialises all calls.
public final class Usefulness {
    /// How many blocks make a judgement.
    public static final int JUDGED_BLOCKS = 16;
    /// A smaller share of bytes read makes the allowance smaller.
    public static final double LEAST_SHARE = 0.4;
    /// A greater one makes it greater again.
    public static final double GOOD_SHARE = 0.75;
    /// The least allowance, as a part of the greatest.
    public static final int TRICKLE = 64;

    private final long mostBytes;
    private long allowanceBytes;
    private long waitingBytes;
    private double readBytes;
    private double unreadBytes;
    private int unjudged;

    /// @param mostBytes the greatest allowance, in force until something is judged; at least 1
    public Usefulness(long mostBytes) {
        this(mostBytes, mostBytes);
    }

    /// @param mostBytes  the greatest allowance
    /// @param firstBytes the one in force until something is judged; 1 to `mostBytes`
    public Usefulness(long mostBytes, long firstBytes) {
        if (firstBytes < 1 || firstBytes > mostBytes) {
            throw new IllegalArgumentException("allowance (" + firstBytes
                    + " bytes) must be at least 1 byte and at most " + mostBytes);
        }
        this.mostBytes = mostBytes;
        allowanceBytes = firstBytes;
    }

    /// Whether more may be brought up. Always, where nothing waits: a block may be larger than the
    /// allowance.
    public boolean hasRoom() {
        return waitingBytes < allowanceBytes;
    }

    /// A block is being brought up, and waits from now on.
    public void broughtUp(long bytes) {
        waitingBytes += bytes;
    }

    /// It did not come into memory after all.
    public void withdrawn(long bytes) {
        waitingBytes -= bytes;
    }

    /// A block that waited was read.
    public void read(long bytes) {
        waitingBytes -= bytes;
        readBytes += bytes;
        judge();
    }

    /// A block that waited has left memory, or has waited for too long.
    public void unread(long bytes) {
        waitingBytes -= bytes;
        unreadBytes += bytes;
        judge();
    }

    /// How many bytes may wait.
    public long allowanceBytes() {
        return allowanceBytes;
    }

    /// How many wait.
    public long waitingBytes() {
        return waitingBytes;
    }

    private void judge() {
        if (++unjudged < JUDGED_BLOCKS) {
            return;
        }
        unjudged = 0;
        double share = readBytes / (readBytes + unreadBytes);
        if (share < LEAST_SHARE) {
            allowanceBytes = Math.max(allowanceBytes / 2, Math.max(1, mostBytes / TRICKLE));
        } else if (share > GOOD_SHARE) {
            allowanceBytes = allowanceBytes > mostBytes / 2 ? mostBytes : allowanceBytes * 2;
        }
        readBytes /= 2;
        unreadBytes /= 2;
    }
}
