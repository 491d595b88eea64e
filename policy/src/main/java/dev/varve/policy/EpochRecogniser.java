package dev.varve.policy;

import java.util.Arrays;
import java.util.function.IntSupplier;

/// Finds out whether a data set is read in *epochs*, as data loaders do: all of it once, in
/// whatever order, then all of it again. Then it is known of each block whether it comes before the
/// present epoch ends or not before the next one begins.
///
/// **Passes.** A read of a block that the present pass has read already is a *repeat*. As long as
/// most reads are none, the pass goes on. When repeats outnumber the other reads, by
/// [#LEAST_STREAK] and more, another one has begun, with the first of these repeats: its length
/// says where (Page: "Continuous inspection schemes", Biometrika 41, 1954). So the end is found
/// although some blocks never come, some come late, and loaders that share the set are not at the
/// same place. A pass must have few repeats, an eighth of its blocks, and all but an eighth of the
/// blocks of the pass before it; else everything is forgotten, and learning begins anew. Two such
/// passes, of the second of which three quarters are enough, are epochs: a reader who takes blocks
/// at random would by then have repeated nearly as many reads as it made others.
///
/// A block that is read again after less than [#NEAR] others counts once: blocks are read in parts.
///
/// **Memory.** Blocks that the last two passes have not read are forgotten when room is short. 12
/// bytes a slot of a table that is three eighths to three quarters full.
///
/// Reading costs a look into the table; what grows or ends a pass may cost as many steps as there
/// are blocks.
///
/// Confined: the caller serialises all calls.
public final class EpochRecogniser {
    /// Fewer blocks are no data set: a conversation that goes on would look like one.
    public static final int LEAST_BLOCKS = 128;

    /// Reads of one block that are closer to each other are one.
    private static final int NEAR = 32;
    /// As a part of the set, where that is small.
    private static final int NEAR_SHARE = 4;
    private static final int LEAST_NEAR = 8;
    private static final int LEAST_STREAK = 4;
    /// The part of a pass that may be repeats, and the part of the pass before that may be missing.
    private static final int TOLERANCE = 8;
    /// What is no evidence, in reads.
    private static final int SLACK = 8;
    private static final int FIRST_SLOTS = 64;
    private static final int OLDEST = 1 << 30;

    private final IntSupplier mostBlocks;
    /// Names by hash, in an open-addressing table with linear probing;
    /// [EvictionPolicy#NONE] means empty.
    private long[] names = new long[FIRST_SLOTS];
    /// When each was read last, in reads that counted. Compared by differences, since it wraps.
    private int[] reads = new int[FIRST_SLOTS];
    private int known;
    private int now;
    /// When the present pass began, and the one before.
    private int start;
    private int previousStart;
    private int sweptAt;
    /// Blocks that the present pass has read, and which of them the one before had not.
    private int distinct;
    private int added;
    private int repeats;
    /// Blocks that the pass before has read; 0 for the first pass.
    private int previousDistinct;
    /// By how much repeats outnumber the other reads, since when.
    private int streak;
    private int streakStart;
    private boolean isSure;
    private long passes;

    /// @param mostBlocks asked when more are to be remembered: how many may be
    public EpochRecogniser(IntSupplier mostBlocks) {
        this.mostBlocks = mostBlocks;
    }

    /// A block was read.
    ///
    /// @return whether the present pass had not read it yet
    public boolean read(long name) {
        if (name == EvictionPolicy.NONE) {
            return false;
        }
        int slot = slot(name);
        boolean isKnown = names[slot] == name && reads[slot] - previousStart > 0;
        boolean isRepeat = isKnown && reads[slot] - start > 0;
        if (isRepeat && now - reads[slot] < near()) {
            reads[slot] = now;
            return false;
        }
        now++;
        if (names[slot] != name) {
            if (isFull() && !makeRoom()) {
                forget();
                return true;
            }
            slot = slot(name);
            names[slot] = name;
            known++;
        }
        reads[slot] = now;
        count(isKnown, isRepeat);
        return !isRepeat;
    }

    /// A block is read now that may have counted as read when it was brought up for this read.
    public void reached(long name) {
        int slot = slot(name);
        if (names[slot] == name && reads[slot] - start > 0) {
            reads[slot] = now;
        } else {
            read(name);
        }
    }

    /// Whether the set is read in epochs.
    public boolean isSure() {
        return isSure;
    }

    /// How many blocks the last whole pass has read.
    public int setBlocks() {
        return previousDistinct;
    }

    /// Whether the present epoch has read a block. Nothing has, where there are no epochs.
    public boolean hasRead(long name) {
        int slot = slot(name);
        return isSure && names[slot] == name && reads[slot] - start > 0;
    }

    /// Whether the present epoch will read a block that it has not read yet.
    public boolean isDue(long name) {
        int slot = slot(name);
        return isSure && names[slot] == name
                && reads[slot] - start <= 0 && reads[slot] - previousStart > 0;
    }

    /// Grows by one with each pass that ends. Never returns to a number.
    public long passes() {
        return passes;
    }

    /// How many blocks it remembers.
    public int known() {
        return known;
    }

    /// Begins anew, knowing nothing.
    public void forget() {
        if (names.length > FIRST_SLOTS) {
            names = new long[FIRST_SLOTS];
            reads = new int[FIRST_SLOTS];
        } else {
            Arrays.fill(names, EvictionPolicy.NONE);
        }
        known = 0;
        isSure = false;
        previousDistinct = 0;
        previousStart = now;
        sweptAt = now;
        begin(now, 0);
    }

    private void begin(int at, int readSince) {
        start = at;
        distinct = readSince;
        added = 0;
        repeats = 0;
        streak = 0;
        passes++;
    }

    private void count(boolean isKnown, boolean isRepeat) {
        if (isRepeat) {
            repeats++;
            streakStart = streak == 0 ? now : streakStart;
            streak++;
        } else {
            distinct++;
            added += isKnown ? 0 : 1;
            streak = Math.max(0, streak - 1);
        }
        if (streak >= patience()) {
            endPass();
        } else if (repeats > SLACK + distinct / TOLERANCE || isOtherSet()) {
            forget();
        } else if (previousDistinct > 0 && missing() <= previousDistinct / 4) {
            isSure = true;
        }
    }

    /// How long a streak ends a pass: the sooner, the fewer blocks are still missing.
    private int patience() {
        return isSure
                ? LEAST_STREAK + Math.min(distinct / (4 * TOLERANCE), missing())
                : SLACK + distinct / (2 * TOLERANCE);
    }

    private int missing() {
        return Math.max(0, previousDistinct - (distinct - added));
    }

    private boolean isOtherSet() {
        return previousDistinct > 0 && added > SLACK + previousDistinct / 2;
    }

    private void endPass() {
        boolean isTooSmall = previousDistinct == 0 && distinct < LEAST_BLOCKS;
        if (isTooSmall || missing() > previousDistinct / TOLERANCE) {
            forget();
            return;
        }
        previousDistinct = distinct;
        previousStart = start;
        begin(streakStart - 1, now - streakStart + 1);
        if (now - sweptAt > OLDEST) {
            rebuild(names.length);
        }
    }

    private int near() {
        return Math.clamp(Math.max(distinct, previousDistinct) / NEAR_SHARE, LEAST_NEAR, NEAR);
    }

    private boolean isFull() {
        return known + 1 > names.length / 4 * 3;
    }

    private boolean makeRoom() {
        int live = 0;
        for (int slot = 0; slot < names.length; slot++) {
            live += isLive(slot) ? 1 : 0;
        }
        if (live <= names.length / 8 * 3) {
            rebuild(names.length);
            return true;
        }
        if (names.length / 2 * 3 > mostBlocks.getAsInt()) {
            return false;
        }
        rebuild(2 * names.length);
        return true;
    }

    private boolean isLive(int slot) {
        return names[slot] != EvictionPolicy.NONE && reads[slot] - previousStart > 0;
    }

    private void rebuild(int slots) {
        var oldNames = names;
        var oldReads = reads;
        names = new long[slots];
        reads = new int[slots];
        known = 0;
        for (int i = 0; i < oldNames.length; i++) {
            if (oldNames[i] != EvictionPolicy.NONE && oldReads[i] - previousStart > 0) {
                int slot = slot(oldNames[i]);
                names[slot] = oldNames[i];
                reads[slot] = oldReads[i];
                known++;
            }
        }
        sweptAt = now;
    }

    /// Where a block is, or would be.
    private int slot(long name) {
        int mask = names.length - 1;
        int at = (int) (Hashes.mix(name) >>> 32) & mask;
        while (names[at] != EvictionPolicy.NONE && names[at] != name) {
            at = at + 1 & mask;
        }
        return at;
    }
}
