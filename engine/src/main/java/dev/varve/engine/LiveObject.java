package dev.varve.engine;

import dev.varve.engine.Catalog.StoredObject;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

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
    private volatile State state;
    private volatile @Nullable WriteRun run;
    private volatile int runPosition;
    private volatile boolean waited;

    LiveObject(BucketState bucket, StoredObject stored, State state) {
        this.bucket = bucket;
        this.stored = stored;
        this.state = state;
    }

    BucketState bucket() {
        return bucket;
    }

    ObjectKey key() {
        return stored.info().key();
    }

    StoredObject stored() {
        return stored;
    }

    void describe(StoredObject changed) {
        stored = changed;
    }

    State state() {
        return state;
    }

    void become(State next) {
        state = next;
    }

    /// Makes it the next one of a run.
    void join(WriteRun joined) {
        runPosition = joined.add();
        run = joined;
    }

    /// The run that it was written in, where that is known.
    @Nullable
    WriteRun run() {
        return run;
    }

    int runPosition() {
        return runPosition;
    }

    /// Whether it was to leave memory before, and stayed to wait for a reader.
    boolean hasWaited() {
        return waited;
    }

    void waits() {
        waited = true;
    }

    /// Counts blocks in memory up or down; returns how many are left.
    int countResident(int change) {
        return (int) RESIDENT_BLOCKS.getAndAdd(this, change) + change;
    }

    boolean isWhollyResident() {
        return residentBlocks == stored.blocks().size();
    }
}
