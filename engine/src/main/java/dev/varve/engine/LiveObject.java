package dev.varve.engine;

import dev.varve.engine.Catalog.StoredObject;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// An object of which memory holds something: its description always, some or all of its blocks.
///
/// It is in one of three states, changed only under its key's lock:
///
///   - *fresh*: the catalog does not know it; all its blocks are in memory, and a crash loses it
///     unless memory outlives the process.
///     Only objects of cache buckets are ever fresh;
///   - *persisted*: the catalog knows it and every block has a copy on flash, so what is in
///     memory can be dropped at any time;
///   - *gone*: replaced, removed or dropped.
///
/// Thread-safe: state is written under the key's lock and read by anyone.
final class LiveObject {
    enum State {
        FRESH,
        PERSISTED,
        GONE
    }

    private static final int NEVER = -1;
    private static final VarHandle RESIDENT_BLOCKS;

    static {
        try {
            RESIDENT_BLOCKS = MethodHandles.lookup()
                    .findVarHandle(LiveObject.class, "residentBlocks", int.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final BucketState bucket;
    private volatile int residentBlocks;
    private volatile StoredObject stored;
    /// That of [#stored], here as well because most lookups want nothing else.
    private volatile ObjectInfo info;
    private volatile State state;
    private volatile Holds.Hold hold = Holds.Hold.NONE;
    /// How often it had been read when it began to wait.
    private volatile int readsBeforeWaiting = NEVER;

    LiveObject(BucketState bucket, StoredObject stored, State state) {
        this.bucket = bucket;
        this.stored = stored;
        this.info = stored.info();
        this.state = state;
    }

    BucketState bucket() {
        return bucket;
    }

    ObjectKey key() {
        return info.key();
    }

    ObjectInfo info() {
        return info;
    }

    StoredObject stored() {
        return stored;
    }

    void describe(StoredObject changed) {
        stored = changed;
        info = changed.info();
    }

    State state() {
        return state;
    }

    void become(State next) {
        state = next;
    }

    /// What held it last, and may have ended.
    Holds.Hold hold() {
        return hold;
    }

    void isHeldBy(Holds.Hold latest) {
        hold = latest;
    }

    /// Whether it was to leave memory before, and stayed to wait for a reader, who has not come.
    ///
    /// @param reads how often it was read in memory
    boolean hasWaited(int reads) {
        return reads == readsBeforeWaiting;
    }

    void waits(int reads) {
        readsBeforeWaiting = reads;
    }

    /// Counts blocks in memory up or down; returns how many are left.
    int countResident(int change) {
        return (int) RESIDENT_BLOCKS.getAndAdd(this, change) + change;
    }

    boolean isWhollyResident() {
        return residentBlocks == stored.blocks().size();
    }
}
