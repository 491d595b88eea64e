package dev.varve.engine;

import static dev.varve.engine.SlotLayout.FORMAT;
import static dev.varve.engine.SlotLayout.HEAD_CRC;
import static dev.varve.engine.SlotLayout.HEAD_FORMAT;
import static dev.varve.engine.SlotLayout.HEAD_SLOTS;
import static dev.varve.engine.SlotLayout.HEAD_SLOT_BYTES;
import static dev.varve.engine.SlotLayout.MAGIC;
import static dev.varve.engine.SlotLayout.SLOT_BYTES;
import static dev.varve.engine.SlotLayout.STATE_FREE;
import static dev.varve.engine.SlotLayout.STATE_FRESH;
import static dev.varve.engine.SlotLayout.STATE_PERSISTED;

import dev.varve.bytes.Block;
import dev.varve.bytes.Crc32c;
import dev.varve.bytes.Slab;
import dev.varve.tier.BlockInfo;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

/// What the process leaves to the next one about the blocks of cache buckets in memory: one slot
/// for each, in the slab's notes, where they outlive a kill. Without notes, there are no slots.
///
/// A kill stops each thread between two of its instructions, and what it has stored by then stays.
/// So order is all there is to keep, and each slot keeps it by its state, a word that is stored
/// with release semantics:
///
///   - a slot is filled while its state is *free*, then becomes *fresh* or *persisted*;
///   - it becomes free before the block's memory goes back to the slab, and before a removal or a
///     replacement is acknowledged;
///   - the catalog's commit comes before the slot's state says *persisted*. A slot that still says
///     *fresh* of an object that the catalog knows is right nevertheless: versions tell.
///
/// There are not as many slots as there may be tiny blocks. The last quarter is kept for
/// blocks of [#LARGE_BYTES] and more, and for labels, without which a body is not found; see
/// [Pairs]. A block without a slot is lost at a kill, and is counted.
///
/// Thread-safe: a slot changes under its object's key lock; which are free, under a lock of its
/// own.
final class SlotIndex {
    /// No slot.
    static final int NONE = -1;

    /// Blocks that may take any slot.
    static final int LARGE_BYTES = 64 << 10;

    /// One slot for so much memory: the index takes a 64th of the budget.
    private static final long BYTES_PER_SLOT = 32 << 10;
    /// The share of the slots that is kept for large blocks.
    private static final int LARGE_SHARE = 4;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT
            .withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG
            .withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle STATE = INT.varHandle();

    private final Slab slab;
    private final MemorySegment notes;
    private final int slots;
    private final int[] free;
    private final ReentrantLock lock = new ReentrantLock();
    private final LongAdder withoutSlot = new LongAdder();
    private final Head found;
    private int freeCount;

    /// What was found before the first slot.
    enum Head {
        /// Nothing: the notes are new.
        BLANK,
        SOUND,
        /// The slots need not be: each has a checksum of its own.
        DAMAGED,
        /// Of a format that this version does not know: the slots were cleared.
        FOREIGN
    }

    /// Takes up the index in a slab's notes, whatever is in there. No slot is free before
    /// [#release] says so.
    SlotIndex(Slab slab) {
        this.slab = slab;
        this.notes = slab.notes();
        this.slots = (int) Math.max(0, notes.byteSize() / SLOT_BYTES - 1);
        this.free = new int[slots];
        this.found = slots == 0 ? Head.BLANK : head();
        if (slots > 0) {
            prepare();
        }
    }

    Head found() {
        return found;
    }

    /// How much room for notes a memory budget calls for.
    static long notesBytes(long memoryBytes) {
        return (memoryBytes / BYTES_PER_SLOT + 1) * SLOT_BYTES;
    }

    int slots() {
        return slots;
    }

    int usedSlots() {
        lock.lock();
        try {
            return slots - freeCount;
        } finally {
            lock.unlock();
        }
    }

    /// How many blocks came into memory that no slot was left for.
    long withoutSlot() {
        return withoutSlot.sum();
    }

    /// Notes down a block that has come into memory. The caller holds its key lock.
    ///
    /// @param block borrowed
    /// @return its slot, or [#NONE]
    int add(LiveObject owner, BlockInfo info, Block block) {
        if (slots == 0 || owner.bucket().isDurable()) {
            return NONE;
        }
        boolean mayTakeAny = info.lengthBytes() >= LARGE_BYTES
                || Pairs.bodyOf(owner.key()).isPresent();
        int slot = take(mayTakeAny ? 0 : slots / LARGE_SHARE);
        if (slot == NONE || !write(slot, owner, info, block)) {
            release(slot);
            withoutSlot.increment();
            return NONE;
        }
        return slot;
    }

    /// Notes down what has changed of an object: its state, or its attributes. The caller holds
    /// its key lock.
    ///
    /// @param slot of one of its blocks
    /// @return the slot, or [#NONE] if it has become too small
    int update(int slot, LiveObject owner, BlockInfo info, Block block) {
        if (slot == NONE) {
            return NONE;
        }
        STATE.setRelease(notes, at(slot), STATE_FREE);
        VarHandle.storeStoreFence();
        if (!write(slot, owner, info, block)) {
            release(slot);
            withoutSlot.increment();
            return NONE;
        }
        return slot;
    }

    /// Notes down that an object has become fresh or persisted. The caller holds its key lock.
    void restate(int slot, LiveObject.State state) {
        if (slot != NONE) {
            STATE.setRelease(notes, at(slot), word(state));
        }
    }

    /// Frees a slot: what it said holds no longer.
    void release(int slot) {
        if (slot == NONE) {
            return;
        }
        STATE.setRelease(notes, at(slot), STATE_FREE);
        lock.lock();
        try {
            free[freeCount++] = slot;
        } finally {
            lock.unlock();
        }
    }

    /// What a slot says, for recovery.
    Slot.Found read(int slot) {
        if ((int) STATE.getAcquire(notes, at(slot)) == STATE_FREE) {
            return new Slot.Found.Free();
        }
        return Slot.decode(notes.asSlice(at(slot), SLOT_BYTES).toArray(ValueLayout.JAVA_BYTE));
    }

    private boolean write(int slot, LiveObject owner, BlockInfo info, Block block) {
        var stored = owner.stored();
        var said = new Slot(owner.bucket().id(), stored, stored.blocks().indexOf(info),
                slab.chunks(block)).encode();
        if (said.isEmpty()) {
            return false;
        }
        long at = at(slot) + Integer.BYTES;
        MemorySegment.copy(MemorySegment.ofArray(said.get()), Integer.BYTES, notes, at,
                SLOT_BYTES - Integer.BYTES);
        STATE.setRelease(notes, at(slot), word(owner.state()));
        return true;
    }

    /// @param spared how many slots must stay free
    private int take(int spared) {
        lock.lock();
        try {
            return freeCount > spared ? free[--freeCount] : NONE;
        } finally {
            lock.unlock();
        }
    }

    private Head head() {
        var head = notes.asSlice(0, HEAD_CRC);
        if (head.mismatch(MemorySegment.ofArray(new byte[HEAD_CRC])) < 0) {
            return Head.BLANK;
        }
        if (notes.get(INT, HEAD_CRC) != Crc32c.of(head) || notes.get(LONG, 0) != MAGIC) {
            return Head.DAMAGED;
        }
        return notes.get(INT, HEAD_FORMAT) == FORMAT
                && notes.get(INT, HEAD_SLOT_BYTES) == SLOT_BYTES
                && notes.get(INT, HEAD_SLOTS) == slots ? Head.SOUND : Head.FOREIGN;
    }

    private void prepare() {
        for (int slot = 0; found == Head.FOREIGN && slot < slots; slot++) {
            STATE.setRelease(notes, at(slot), STATE_FREE);
        }
        notes.set(LONG, 0, MAGIC);
        notes.set(INT, HEAD_FORMAT, FORMAT);
        notes.set(INT, HEAD_SLOT_BYTES, SLOT_BYTES);
        notes.set(INT, HEAD_SLOTS, slots);
        notes.set(INT, HEAD_CRC, Crc32c.of(notes.asSlice(0, HEAD_CRC)));
    }

    private static int word(LiveObject.State state) {
        return switch (state) {
            case FRESH -> STATE_FRESH;
            case PERSISTED -> STATE_PERSISTED;
            case GONE -> STATE_FREE;
        };
    }

    private static long at(int slot) {
        return (slot + 1L) * SLOT_BYTES;
    }
}
