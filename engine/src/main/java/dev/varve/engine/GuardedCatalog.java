package dev.varve.engine;

import dev.varve.env.NativeThreads;
import dev.varve.env.SharedFlush;
import dev.varve.tier.DeviceGuard;
import dev.varve.tier.DeviceGuard.Patience;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// A catalog whose callers do not wait for ever for its disk: a [DeviceGuard] sees to every call
/// that may need it, which runs on a platform thread, because RocksDB blocks in native code.
///
/// A commit that was given up may still come about, until the disk answers again. Nothing can
/// overtake it: while the device is unwell no other is begun.
///
/// Thread-safe: by the guard.
public final class GuardedCatalog implements Catalog {
    private static final System.Logger LOG = System.getLogger(GuardedCatalog.class.getName());

    /// More blocks are asked for together at once.
    private static final int MOST_TRIED = 4;

    private final Catalog catalog;
    private final DeviceGuard guard;
    private final Patience patience;
    private final NativeThreads threads;
    private final SharedFlush syncs;

    /// @param catalog owned
    /// @param guard   of the disk that the catalog is on; borrowed
    /// @param threads owned
    public GuardedCatalog(Catalog catalog, DeviceGuard guard, NativeThreads threads) {
        this.catalog = catalog;
        this.guard = guard;
        this.patience = guard.patience();
        this.threads = threads;
        // Here too, so that those who wait for one flush need no thread each.
        this.syncs = new SharedFlush(() -> run("catalog sync", patience.sync(), () -> {
            catalog.sync();
            return true;
        }, DeviceGuard.Ending.none()));
    }

    @Override
    public List<BucketRecord> buckets() {
        return read(catalog::buckets);
    }

    @Override
    public Optional<StoredObject> object(int bucket, ObjectKey key) {
        return switch (tryObject(bucket, key)) {
            case Peek.Hit<StoredObject>(var object) -> Optional.of(object);
            case Peek.Miss<StoredObject> _ -> Optional.empty();
            case Peek.Unsure<StoredObject> _ -> read(() -> catalog.object(bucket, key));
        };
    }

    /// Deliberately unsure while the device is unwell: what only it has is not promised then.
    @Override
    public Peek<StoredObject> tryObject(int bucket, ObjectKey key) {
        return guard.answers() ? catalog.tryObject(bucket, key) : new Peek.Unsure<>();
    }

    @Override
    public Peek<BlockEntry> tryBlock(long id) {
        return guard.answers() ? catalog.tryBlock(id) : new Peek.Unsure<>();
    }

    @Override
    public boolean mayHaveObject(int bucket, ObjectKey key) {
        return catalog.mayHaveObject(bucket, key);
    }

    @Override
    public Optional<BlockEntry> block(long id) {
        return switch (tryBlock(id)) {
            case Peek.Hit<BlockEntry>(var entry) -> Optional.of(entry);
            case Peek.Miss<BlockEntry> _ -> Optional.empty();
            case Peek.Unsure<BlockEntry> _ -> read(() -> catalog.block(id));
        };
    }

    @Override
    public List<Optional<BlockEntry>> blocks(List<Long> ids) {
        if (ids.size() > MOST_TRIED) {
            return read(() -> catalog.blocks(ids));
        }
        return ids.stream().map(this::block).toList();
    }

    @Override
    public void commit(List<Change> changes) {
        commit(changes, _ -> {});
    }

    @Override
    public void commit(List<Change> changes, Ending ending) {
        run("catalog commit", patience.write(), () -> {
            catalog.commit(changes);
            return true;
        }, new DeviceGuard.Ending<>() {
            @Override
            public void succeeded(Boolean done, boolean inTime) {
                ending.ended(true);
            }

            @Override
            public void failed() {
                ending.ended(false);
            }
        });
    }

    @Override
    public void sync() {
        syncs.flush();
    }

    @Override
    public Cursor<StoredObject> objects(int bucket, ObjectKey prefix) {
        return open(() -> catalog.objects(bucket, prefix));
    }

    @Override
    public Cursor<BlockEntry> allBlocks() {
        return open(catalog::allBlocks);
    }

    @Override
    public long reserve(Numbers use, long count) {
        return run("catalog sync", patience.sync(), () -> catalog.reserve(use, count),
                DeviceGuard.Ending.none());
    }

    /// Closes the catalog. One whose disk does not answer is left alone, as it would be by a kill:
    /// nothing that waits for it can be waited for.
    @Override
    public void close() {
        if (!guard.answers()) {
            LOG.log(System.Logger.Level.WARNING,
                    "the catalog's disk does not answer; it is left open");
            return;
        }
        threads.close();
        catalog.close();
    }

    private <T> T read(Supplier<T> body) {
        return run("catalog read", patience.read(), body, DeviceGuard.Ending.none());
    }

    private <T> Cursor<T> open(Supplier<Cursor<T>> body) {
        var cursor = run("catalog read", patience.read(), body, new DeviceGuard.Ending<>() {
            @Override
            public void succeeded(Cursor<T> opened, boolean inTime) {
                if (!inTime) {
                    opened.close();
                }
            }

            @Override
            public void failed() {
                // There is nothing to be closed.
            }
        });
        return new GuardedCursor<>(cursor, this::readPage);
    }

    private <T> T readPage(Supplier<T> body, Runnable ended) {
        return run("catalog read", patience.read(), body, DeviceGuard.Ending.always(ended));
    }

    private <T> T run(
            String name,
            Duration limit,
            Supplier<T> body,
            DeviceGuard.Ending<T> ending) {
        return guard.run(name, limit, threads, body, ending);
    }
}
