package dev.varve.policy;

import java.util.Arrays;

/// Runs: blocks that were touched together and share their fate since. A run has a category, an age
/// and a list of those of its blocks that are present, from head to tail. Runs of one category and
/// age lie in a list, the one touched first in front; those without a present block in another.
///
/// Knows blocks by their slot in a [BlockLists]. Everything lies in primitive arrays that double
/// when they are full. About 13 bytes a block and 52 a run.
///
/// Confined.
final class Runs {
    /// No run has this number.
    static final int NONE = 0;

    /// No block; slots of blocks are above it.
    private static final int END = 0;
    private static final int FIRST_SLOTS = 64;

    private final int ages;
    private final int absentLists;
    private final Ranking occupied;
    private final int[] first;
    private final int[] last;

    private int[] runs = new int[FIRST_SLOTS];
    private int[] ahead = new int[FIRST_SLOTS];
    private int[] behind = new int[FIRST_SLOTS];
    private byte[] touches = new byte[FIRST_SLOTS];

    private long[] names = new long[FIRST_SLOTS];
    private long[] origins = new long[FIRST_SLOTS];
    private long[] since = new long[FIRST_SLOTS];
    private long[] bytes = new long[FIRST_SLOTS];
    private int[] blocks = new int[FIRST_SLOTS];
    private int[] tails = new int[FIRST_SLOTS];
    private int[] lists = new int[FIRST_SLOTS];
    private int[] previous = new int[FIRST_SLOTS];
    private int[] next = new int[FIRST_SLOTS];
    private int usedRuns = 1;
    /// Of the names given so far.
    private int lastSerial;
    /// First of the runs given back, chained through `next`.
    private int freeRun = NONE;

    /// @param occupied hears of each category and age that has a run with a present block, as the
    ///        place of [#place]
    Runs(int categories, int ages, Ranking occupied) {
        this.ages = ages;
        this.occupied = occupied;
        absentLists = categories * ages;
        first = new int[2 * absentLists];
        last = new int[2 * absentLists];
    }

    /// A run without blocks, to be given one before anything else.
    int open(int category, int age, long time) {
        if (freeRun == NONE && usedRuns == lists.length) {
            growRuns();
        }
        int run = freeRun;
        if (run == NONE) {
            run = usedRuns++;
        } else {
            freeRun = next[run];
        }
        names[run] = (long) ++lastSerial << Integer.SIZE | run;
        origins[run] = NONE;
        since[run] = time;
        bytes[run] = 0;
        blocks[run] = 0;
        tails[run] = END;
        link(run, absentLists + place(category, age));
        return run;
    }

    /// Puts a block at the tail of a run. It must be in none.
    void add(int run, int slot, long sizeBytes, boolean present) {
        growBlocks(slot);
        runs[slot] = run;
        bytes[run] += sizeBytes;
        blocks[run]++;
        if (present) {
            arrive(run, slot);
        }
    }

    /// Takes a block out of its run. A run that has no other is gone.
    void remove(int slot, long sizeBytes, boolean present) {
        int run = runs[slot];
        if (present) {
            leave(slot);
        }
        runs[slot] = NONE;
        bytes[run] -= sizeBytes;
        blocks[run]--;
        if (blocks[run] == 0) {
            unlink(run);
            names[run] = NONE;
            next[run] = freeRun;
            freeRun = run;
        }
    }

    /// A present block is present no more, yet counts for its run.
    void evicted(int slot) {
        leave(slot);
    }

    /// The run that a block is in, or [#NONE].
    int of(int slot) {
        return slot < runs.length ? runs[slot] : NONE;
    }

    /// How often a block was touched; 127 and more are one.
    int touches(int slot) {
        return touches[slot];
    }

    void touches(int slot, int count) {
        growBlocks(slot);
        touches[slot] = (byte) Math.min(count, Byte.MAX_VALUE);
    }

    /// A name for a run that no other ever has.
    long name(int run) {
        return names[run];
    }

    /// The run of a name, or [#NONE] where it is gone.
    int named(long name) {
        int run = (int) name;
        return names[run] == name ? run : NONE;
    }

    /// The name of the run that a block came out of to open this one; [#NONE] for a new block.
    long origin(int run) {
        return origins[run];
    }

    void origin(int run, long name) {
        origins[run] = name;
    }

    int category(int run) {
        return lists[run] % absentLists / ages;
    }

    int age(int run) {
        return lists[run] % ages;
    }

    /// When its blocks were touched.
    long since(int run) {
        return since[run];
    }

    /// Sum of the sizes of its blocks, present or not.
    long bytes(int run) {
        return bytes[run];
    }

    /// The last of its present blocks. There must be one.
    int tail(int run) {
        return tails[run];
    }

    /// Makes a run the newest of a category and age.
    void move(int run, int category, int age) {
        int list = place(category, age);
        unlink(run);
        link(run, tails[run] == END ? absentLists + list : list);
    }

    /// As [#move], and it counts as touched at this time.
    void renew(int run, int category, long time) {
        since[run] = time;
        move(run, category, 0);
    }

    /// What stands for a category and age.
    int place(int category, int age) {
        return category * ages + age;
    }

    /// The run with a present block that has been of a category and age for longest, or [#NONE].
    int oldest(int place) {
        return first[place];
    }

    /// The same of those without.
    int oldestAbsent(int place) {
        return first[absentLists + place];
    }

    private void arrive(int run, int slot) {
        ahead[slot] = tails[run];
        behind[slot] = END;
        if (tails[run] == END) {
            int list = lists[run] % absentLists;
            unlink(run);
            link(run, list);
        } else {
            behind[tails[run]] = slot;
        }
        tails[run] = slot;
    }

    private void leave(int slot) {
        int run = runs[slot];
        if (ahead[slot] != END) {
            behind[ahead[slot]] = behind[slot];
        }
        if (behind[slot] != END) {
            ahead[behind[slot]] = ahead[slot];
        } else {
            tails[run] = ahead[slot];
        }
        if (tails[run] == END) {
            int list = lists[run];
            unlink(run);
            link(run, absentLists + list);
        }
    }

    private void link(int run, int list) {
        lists[run] = list;
        previous[run] = last[list];
        next[run] = NONE;
        if (last[list] == NONE) {
            first[list] = run;
            if (list < absentLists) {
                occupied.occupy(list);
            }
        } else {
            next[last[list]] = run;
        }
        last[list] = run;
    }

    private void unlink(int run) {
        int list = lists[run];
        if (previous[run] == NONE) {
            first[list] = next[run];
        } else {
            next[previous[run]] = next[run];
        }
        if (next[run] == NONE) {
            last[list] = previous[run];
        } else {
            previous[next[run]] = previous[run];
        }
        if (first[list] == NONE && list < absentLists) {
            occupied.vacate(list);
        }
    }

    private void growBlocks(int slot) {
        if (slot >= runs.length) {
            int length = 2 * Integer.highestOneBit(slot);
            runs = Arrays.copyOf(runs, length);
            ahead = Arrays.copyOf(ahead, length);
            behind = Arrays.copyOf(behind, length);
            touches = Arrays.copyOf(touches, length);
        }
    }

    private void growRuns() {
        int length = 2 * lists.length;
        names = Arrays.copyOf(names, length);
        origins = Arrays.copyOf(origins, length);
        since = Arrays.copyOf(since, length);
        bytes = Arrays.copyOf(bytes, length);
        blocks = Arrays.copyOf(blocks, length);
        tails = Arrays.copyOf(tails, length);
        lists = Arrays.copyOf(lists, length);
        previous = Arrays.copyOf(previous, length);
        next = Arrays.copyOf(next, length);
    }

    /// Checks all links and sums; for assertions. Linear.
    ///
    /// @param presentList the list of those that are present
    boolean consistent(BlockLists all, int presentList) {
        int[] counts = new int[usedRuns];
        long[] sums = new long[usedRuns];
        int presentBlocks = 0;
        for (int slot = 0; slot < runs.length; slot++) {
            if (runs[slot] != NONE) {
                counts[runs[slot]]++;
                sums[runs[slot]] += all.sizeBytes(slot);
            }
        }
        for (int list = 0; list < first.length; list++) {
            for (int run = first[list]; run != NONE; run = next[run]) {
                boolean absent = list >= absentLists;
                if (lists[run] != list || counts[run] != blocks[run] || sums[run] != bytes[run]
                        || counts[run] == 0 || absent != (tails[run] == END)) {
                    return false;
                }
                for (int slot = tails[run]; slot != END; slot = ahead[slot]) {
                    if (runs[slot] != run || all.listOf(slot) != presentList) {
                        return false;
                    }
                    presentBlocks++;
                }
            }
        }
        return presentBlocks == all.count(presentList);
    }
}
