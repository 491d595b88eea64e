package dev.varve.policy;

import java.util.Arrays;

/// Blocks by id, each in one of a few doubly linked lists: the structure under the policies.
///
/// Everything lies in primitive arrays that double when they are full and never shrink. A block has
/// a *slot*, its index in those arrays, which stays the same until the block is removed. The first
/// slots are the heads of the lists, which are circular, so that no link is ever a special case. An
/// open-addressing table with linear probing finds the slot of an id; removing shifts the following
/// entries back (Knuth, TAOCP 3, 6.4, algorithm R), so that there are no tombstones and the table
/// never needs cleaning. About 40 bytes a block.
///
/// Confined.
final class BlockLists {
    /// The answer of [#find] for an id that is in no list.
    static final int ABSENT = -1;

    private static final int FIRST_SLOTS = 64;
    private static final int MAX_SLOTS = 1 << 29;
    private static final int MARK_BITS = 4;
    private static final int MARK_MASK = (1 << MARK_BITS) - 1;

    private final int lists;
    private final long[] bytes;
    private final int[] counts;

    private long[] ids = new long[FIRST_SLOTS];
    private long[] sizes = new long[FIRST_SLOTS];
    private int[] newer = new int[FIRST_SLOTS];
    private int[] older = new int[FIRST_SLOTS];
    /// The list that a slot is in, times 16, plus its mark.
    private byte[] tags = new byte[FIRST_SLOTS];

    private int usedSlots;
    /// First of the slots given back, chained through `newer`; 0 when there are none.
    private int freeSlot;

    /// Slots by hash of the id; 0, which is a list's head, means empty. At most half full.
    private int[] table = new int[2 * FIRST_SLOTS];

    /// @param lists how many lists, numbered from 0; at most 8
    BlockLists(int lists) {
        this.lists = lists;
        bytes = new long[lists];
        counts = new int[lists];
        usedSlots = lists;
        for (int head = 0; head < lists; head++) {
            newer[head] = head;
            older[head] = head;
        }
    }

    /// The slot of a block, or [#ABSENT].
    int find(long id) {
        int mask = table.length - 1;
        for (int at = home(id, mask);; at = at + 1 & mask) {
            int slot = table[at];
            if (slot == 0) {
                return ABSENT;
            }
            if (ids[slot] == id) {
                return slot;
            }
        }
    }

    /// Adds a block that is in no list as the newest of one, with mark 0.
    ///
    /// @return its slot
    int add(int list, long id, long sizeBytes) {
        int slot = takeSlot();
        ids[slot] = id;
        sizes[slot] = sizeBytes;
        tags[slot] = (byte) (list << MARK_BITS);
        link(list, list, slot);
        int mask = table.length - 1;
        int at = home(id, mask);
        while (table[at] != 0) {
            at = at + 1 & mask;
        }
        table[at] = slot;
        return slot;
    }

    /// Makes a block the newest of a list, which may be the one it is in. Keeps its mark.
    void moveTo(int list, int slot) {
        unlink(slot);
        tags[slot] = (byte) (list << MARK_BITS | mark(slot));
        link(list, list, slot);
    }

    /// Makes a block the oldest of a list, which may be the one it is in. Keeps its mark.
    void moveToOldest(int list, int slot) {
        unlink(slot);
        tags[slot] = (byte) (list << MARK_BITS | mark(slot));
        link(list, newer[list], slot);
    }

    /// Takes a block out; its slot may be used for another from now on.
    void remove(int slot) {
        unlink(slot);
        removeFromTable(slot);
        newer[slot] = freeSlot;
        freeSlot = slot;
    }

    /// Takes a block out, if it is in a list.
    void forget(long id) {
        int slot = find(id);
        if (slot != ABSENT) {
            remove(slot);
        }
    }

    /// Takes the block out that has been in a list for longest.
    ///
    /// @return its id, or [EvictionPolicy#NONE] if the list is empty
    long takeOldest(int list) {
        int slot = oldest(list);
        if (slot == ABSENT) {
            return EvictionPolicy.NONE;
        }
        long id = ids[slot];
        remove(slot);
        return id;
    }

    /// The slot that has been in a list for longest, or [#ABSENT] if the list is empty.
    int oldest(int list) {
        int slot = newer[list];
        return slot == list ? ABSENT : slot;
    }

    /// The slot that came to a list last, or [#ABSENT] if the list is empty.
    int newest(int list) {
        int slot = older[list];
        return slot == list ? ABSENT : slot;
    }

    /// The next younger slot of the same list, or [#ABSENT] if this is the newest.
    int newer(int slot) {
        int next = newer[slot];
        return next < lists ? ABSENT : next;
    }

    int listOf(int slot) {
        return tags[slot] >> MARK_BITS;
    }

    long id(int slot) {
        return ids[slot];
    }

    long sizeBytes(int slot) {
        return sizes[slot];
    }

    /// A number from 0 to 15 that belongs to the caller.
    int mark(int slot) {
        return tags[slot] & MARK_MASK;
    }

    void mark(int slot, int mark) {
        tags[slot] = (byte) ((tags[slot] & ~MARK_MASK) | mark);
    }

    /// Number of blocks in a list.
    int count(int list) {
        return counts[list];
    }

    /// Sum of the sizes of the blocks in a list.
    long bytes(int list) {
        return bytes[list];
    }

    /// @param next what comes after the slot towards the newest: a slot, or the head for the end
    private void link(int list, int next, int slot) {
        int previous = older[next];
        older[slot] = previous;
        newer[slot] = next;
        newer[previous] = slot;
        older[next] = slot;
        counts[list]++;
        bytes[list] += sizes[slot];
    }

    private void unlink(int slot) {
        newer[older[slot]] = newer[slot];
        older[newer[slot]] = older[slot];
        int list = listOf(slot);
        counts[list]--;
        bytes[list] -= sizes[slot];
    }

    private int takeSlot() {
        if (freeSlot != 0) {
            int slot = freeSlot;
            freeSlot = newer[slot];
            return slot;
        }
        if (usedSlots == ids.length) {
            grow();
        }
        return usedSlots++;
    }

    private void grow() {
        int length = 2 * ids.length;
        if (length > MAX_SLOTS) {
            throw new IllegalStateException("more than " + ids.length + " blocks in one policy");
        }
        ids = Arrays.copyOf(ids, length);
        sizes = Arrays.copyOf(sizes, length);
        newer = Arrays.copyOf(newer, length);
        older = Arrays.copyOf(older, length);
        tags = Arrays.copyOf(tags, length);
        var larger = new int[2 * length];
        int mask = larger.length - 1;
        for (int slot : table) {
            if (slot != 0) {
                int at = home(ids[slot], mask);
                while (larger[at] != 0) {
                    at = at + 1 & mask;
                }
                larger[at] = slot;
            }
        }
        table = larger;
    }

    private void removeFromTable(int slot) {
        int mask = table.length - 1;
        int hole = home(ids[slot], mask);
        while (table[hole] != slot) {
            hole = hole + 1 & mask;
        }
        for (int at = hole + 1 & mask; table[at] != 0; at = at + 1 & mask) {
            int home = home(ids[table[at]], mask);
            if ((at - home & mask) >= (at - hole & mask)) {
                table[hole] = table[at];
                hole = at;
            }
        }
        table[hole] = 0;
    }

    /// Consecutive ids, the usual case, must not land in consecutive places: a multiplicative hash
    /// (Knuth, 6.4) with its high half folded onto the low one.
    private static int home(long id, int mask) {
        long h = id * 0x9E3779B97F4A7C15L;
        return (int) (h ^ h >>> 32) & mask;
    }

    /// Checks all links, sums and table entries; for assertions. Linear.
    boolean consistent() {
        int linked = 0;
        for (int list = 0; list < lists; list++) {
            int count = 0;
            long sum = 0;
            for (int slot = newer[list]; slot != list; slot = newer[slot]) {
                if (older[newer[slot]] != slot || listOf(slot) != list || find(ids[slot]) != slot) {
                    return false;
                }
                count++;
                sum += sizes[slot];
            }
            if (count != counts[list] || sum != bytes[list]) {
                return false;
            }
            linked += count;
        }
        return linked == Arrays.stream(table).filter(slot -> slot != 0).count();
    }
}
