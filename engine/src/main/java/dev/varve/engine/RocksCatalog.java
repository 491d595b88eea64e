package dev.varve.engine;

import dev.varve.engine.RocksFiles.Access;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;

/// The catalog of one machine: a RocksDB in a folder of its own.
///
/// A commit is one write to the log, which the operating system has when the commit returns;
/// [#sync] flushes the log for all who wait. After a power failure the log may end in torn or
/// missing writes. RocksDB then goes back to the last change before the first bad one, and this
/// class compares it with the last change that was ever synced ([SyncedMark]): not reaching that
/// one is damage, and the folder is refused before anything in it is changed. Damage in the sorted
/// files shows when it is read.
///
/// A sync that failed, or a write that RocksDB gave up, leaves the catalog readable; see
/// [GroupSync].
///
/// Calls may come at any time, before, during and after [#close], which waits for those under way:
/// each passes a [NativeGate], because RocksDB itself would follow freed pointers.
///
/// Thread-safe: by RocksDB, which orders commits, and the gate.
public final class RocksCatalog implements Catalog {
    private static final System.Logger LOG = System.getLogger(RocksCatalog.class.getName());
    private static final byte[] EVERYTHING = {};

    private final Path folder;
    private final RocksFiles files;
    private final RocksDB db;
    private final NativeGate gate;
    private final Optional<Writing> writing;
    private final Set<RocksCursor<?>> cursors = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();

    private RocksCatalog(Path folder, RocksFiles files, Optional<SyncedMark> mark) {
        this.folder = folder;
        this.files = files;
        this.db = files.db();
        this.gate = new NativeGate("catalog " + folder);
        this.writing = mark.map(Writing::new);
    }

    /// Opens the catalog in a folder, which is created if need be.
    ///
    /// @throws StorageException CORRUPT if synced changes are missing or files are damaged, CONFIG
    ///         if a newer version wrote it, CONFLICT if it is open already; the folder is unchanged
    ///         then
    public static RocksCatalog open(Path folder, CatalogSettings settings) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new StorageException(Kind.UNAVAILABLE,
                    folder + ": could not create the folder: " + e.getMessage(), e);
        }
        if (RocksFiles.exist(folder)) {
            try (var probe = RocksFiles.open(folder, settings, Access.PROBE)) {
                check(folder, probe);
            }
        } else if (SyncedMark.exists(folder)) {
            throw new StorageException(Kind.CORRUPT, "catalog " + folder
                    + ": file CURRENT is missing\nMaybe the folder was copied in part.");
        }
        var files = RocksFiles.open(folder, settings, Access.WRITE);
        try {
            var catalog = new RocksCatalog(folder, files, Optional.of(SyncedMark.open(folder)));
            catalog.adopt();
            return catalog;
        } catch (RuntimeException e) {
            files.close();
            throw e;
        }
    }

    /// Opens the catalog in a folder for reading alone, and changes nothing in the folder. Nobody
    /// may write to it at the same time. All methods that write throw
    /// UnsupportedOperationException.
    ///
    /// @throws StorageException ABSENT if there is no catalog; else as [#open]
    public static RocksCatalog openReadOnly(Path folder) {
        if (!RocksFiles.exist(folder)) {
            throw new StorageException(SyncedMark.exists(folder) ? Kind.CORRUPT : Kind.ABSENT,
                    "catalog " + folder + ": file CURRENT is missing");
        }
        var files = RocksFiles.open(folder, CatalogSettings.DEFAULT, Access.READ);
        try {
            check(folder, files);
            return new RocksCatalog(folder, files, Optional.empty());
        } catch (RuntimeException e) {
            files.close();
            throw e;
        }
    }

    /// Reads all files of the catalog and checks their checksums. What the entries say is checked
    /// by walking them.
    ///
    /// @throws StorageException CORRUPT if one does not match
    public void verifyFiles() {
        gate.enter();
        try {
            db.verifyChecksum();
        } catch (RocksDBException e) {
            throw RocksErrors.of(folder, "verify its files", e);
        } finally {
            gate.leave();
        }
    }

    @Override
    public List<BucketRecord> buckets() {
        var found = new ArrayList<BucketRecord>();
        try (var cursor = cursor(files.buckets(), EVERYTHING, Optional.empty(),
                CatalogCodec::bucket)) {
            for (var next = cursor.next(); next.isPresent(); next = cursor.next()) {
                found.add(next.get());
            }
        }
        return found;
    }

    @Override
    public Optional<StoredObject> object(int bucket, ObjectKey key) {
        var entryKey = CatalogCodec.objectKey(bucket, key);
        var value = get(files.objects(), entryKey);
        return value == null
                ? Optional.empty()
                : Optional.of(CatalogCodec.object(entryKey, value));
    }

    @Override
    public Peek<StoredObject> tryObject(int bucket, ObjectKey key) {
        var entryKey = CatalogCodec.objectKey(bucket, key);
        return tryGet(files.objects(), entryKey, value -> CatalogCodec.object(entryKey, value));
    }

    @Override
    public boolean mayHaveObject(int bucket, ObjectKey key) {
        var entryKey = CatalogCodec.objectKey(bucket, key);
        gate.enter();
        try {
            return db.keyMayExist(files.objects(), files.reads(), entryKey, null);
        } finally {
            gate.leave();
        }
    }

    @Override
    public Optional<BlockEntry> block(long id) {
        var entryKey = CatalogCodec.blockKey(id);
        var value = get(files.blocks(), entryKey);
        return value == null
                ? Optional.empty()
                : Optional.of(CatalogCodec.block(entryKey, value));
    }

    @Override
    public Peek<BlockEntry> tryBlock(long id) {
        var entryKey = CatalogCodec.blockKey(id);
        return tryGet(files.blocks(), entryKey, value -> CatalogCodec.block(entryKey, value));
    }

    @Override
    public List<Optional<BlockEntry>> blocks(List<Long> ids) {
        if (ids.isEmpty()) {
            return List.of();
        }
        var keys = new ArrayList<byte[]>(ids.size());
        for (long id : ids) {
            keys.add(CatalogCodec.blockKey(id));
        }
        List<byte[]> values;
        gate.enter();
        try {
            var families = Collections.nCopies(keys.size(), files.blocks());
            values = db.multiGetAsList(files.reads(), families, keys);
        } catch (RocksDBException e) {
            throw RocksErrors.of(folder, "read blocks", e);
        } finally {
            gate.leave();
        }
        var entries = new ArrayList<Optional<BlockEntry>>(keys.size());
        for (int i = 0; i < keys.size(); i++) {
            byte @Nullable [] value = values.get(i);
            // Deliberately asked again where nothing came, because errors look like absence here.
            entries.add(value == null
                    ? block(ids.get(i))
                    : Optional.of(CatalogCodec.block(keys.get(i), value)));
        }
        return entries;
    }

    @Override
    public void commit(List<Change> changes) {
        var writes = writing();
        if (changes.isEmpty()) {
            return;
        }
        gate.enter();
        try (var batch = new WriteBatch()) {
            for (var change : changes) {
                add(batch, change);
            }
            writes.write(batch);
        } catch (RocksDBException e) {
            throw RocksErrors.of(folder, "commit " + changes.size() + " changes", e);
        } finally {
            gate.leave();
        }
    }

    @Override
    public void sync() {
        var writes = writing();
        gate.enter();
        try {
            writes.sync();
        } finally {
            gate.leave();
        }
    }

    @Override
    public Cursor<StoredObject> objects(int bucket, ObjectKey prefix) {
        return cursor(files.objects(), CatalogCodec.objectKey(bucket, prefix),
                Optional.of(bucket), CatalogCodec::object);
    }

    @Override
    public Cursor<BlockEntry> allBlocks() {
        return cursor(files.blocks(), EVERYTHING, Optional.empty(), CatalogCodec::block);
    }

    @Override
    public long reserve(Numbers use, long count) {
        var writes = writing();
        gate.enter();
        try {
            return writes.reserve(use, count);
        } finally {
            gate.leave();
        }
    }

    /// Waits for the calls under way, makes all commits durable, and closes the files. Closes the
    /// cursors that are still open. Does nothing the second time.
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        gate.close();
        cursors.forEach(RocksCursor::release);
        try {
            writing.ifPresent(Writing::finish);
        } finally {
            files.close();
        }
    }

    /// How many cursors hold resources now.
    int openCursors() {
        return cursors.size();
    }

    /// Compares what was found in a folder with what must be there.
    private static void check(Path folder, RocksFiles files) {
        long promised = SyncedMark.read(folder);
        long found = files.db().getLatestSequenceNumber();
        if (found < promised) {
            throw new StorageException(Kind.CORRUPT, "catalog " + folder
                    + ": its log ends at change "
                    + found + ", but changes up to " + promised
                    + " were made durable\nMaybe the disk is"
                    + " failing, or files were cut or lost: restore the folder from a backup.");
        }
        try {
            byte @Nullable [] format = files.db()
                    .get(files.meta(), files.reads(),
                            CatalogCodec.metaKey(CatalogLayout.META_FORMAT));
            if (format != null) {
                CatalogCodec.checkFormat(
                        CatalogCodec.metaNumber(CatalogLayout.META_FORMAT, format),
                        "catalog " + folder);
            }
        } catch (RocksDBException e) {
            throw RocksErrors.of(folder, "read its format", e);
        }
    }

    /// Writes what a new folder lacks.
    private void adopt() {
        if (get(files.meta(), CatalogCodec.metaKey(CatalogLayout.META_FORMAT)) == null) {
            writing().put(CatalogLayout.META_FORMAT, CatalogLayout.FORMAT);
            sync();
        }
    }

    private void add(WriteBatch batch, Change change) throws RocksDBException {
        switch (change) {
            case Change.PutBucket(var bucket) -> batch.put(files.buckets(),
                    CatalogCodec.bucketKey(bucket.id()), CatalogCodec.bucketValue(bucket));
            case Change.RemoveBucket(int bucket) -> batch.delete(files.buckets(),
                    CatalogCodec.bucketKey(bucket));
            case Change.PutObject(int bucket, var object) -> batch.put(files.objects(),
                    CatalogCodec.objectKey(bucket, object.info().key()),
                    CatalogCodec.objectValue(object));
            case Change.RemoveObject(int bucket, var key) -> batch.delete(files.objects(),
                    CatalogCodec.objectKey(bucket, key));
            case Change.PutBlock(var entry) -> batch.put(files.blocks(),
                    CatalogCodec.blockKey(entry.info().id()), CatalogCodec.blockValue(entry));
            case Change.RemoveBlock(long id) -> batch.delete(files.blocks(),
                    CatalogCodec.blockKey(id));
        }
    }

    private byte @Nullable [] get(ColumnFamilyHandle family, byte[] key) {
        gate.enter();
        try {
            return db.get(family, files.reads(), key);
        } catch (RocksDBException e) {
            throw RocksErrors.of(folder, "read an entry", e);
        } finally {
            gate.leave();
        }
    }

    private <T> Peek<T> tryGet(
            ColumnFamilyHandle family,
            byte[] key,
            Function<byte[], T> decoder) {
        gate.enter();
        try {
            byte @Nullable [] value = db.get(family, files.cachedReads(), key);
            return value == null ? new Peek.Miss<>() : new Peek.Hit<>(decoder.apply(value));
        } catch (RocksDBException e) {
            if (e.getStatus() != null && e.getStatus().getCode() == Status.Code.Incomplete) {
                return new Peek.Unsure<>();
            }
            throw RocksErrors.of(folder, "read an entry", e);
        } finally {
            gate.leave();
        }
    }

    private <T> Cursor<T> cursor(
            ColumnFamilyHandle family,
            byte[] prefix,
            Optional<Integer> bucket,
            RocksCursor.Decoder<T> decoder) {
        gate.enter();
        try {
            return new RocksCursor<>(folder, gate, cursors,
                    options -> db.newIterator(family, options), prefix, bucket, decoder);
        } finally {
            gate.leave();
        }
    }

    private Writing writing() {
        return writing.orElseThrow(
                () -> new UnsupportedOperationException(
                        "catalog " + folder + " is open read-only"));
    }

    /// What a catalog needs that can be written to. Used inside the gate.
    private final class Writing implements GroupSync.Log {
        private final SyncedMark mark;
        private final GroupSync group;
        private final ReentrantLock reserving = new ReentrantLock();
        private final Map<Numbers, Long> next = new EnumMap<>(Numbers.class);
        /// Whether the last write failed. RocksDB recovers by itself when a full disk has room
        /// again, but no more once a sync has met the log in that state.
        private volatile boolean refused;
        private boolean markFailed;

        Writing(SyncedMark mark) {
            this.mark = mark;
            this.group = new GroupSync(this, 0);
        }

        void write(WriteBatch batch) throws RocksDBException {
            group.checkUsable();
            boolean written = false;
            try {
                db.write(files.writes(), batch);
                written = true;
            } finally {
                if (refused == written) {
                    refused = !written;
                }
            }
        }

        void sync() {
            if (refused) {
                // Something harmless: it says whether writing works again.
                put(CatalogLayout.META_FORMAT, CatalogLayout.FORMAT);
            }
            group.sync();
        }

        void put(String metaName, long number) {
            try (var batch = new WriteBatch()) {
                batch.put(files.meta(), CatalogCodec.metaKey(metaName),
                        CatalogCodec.metaValue(number));
                write(batch);
            } catch (RocksDBException e) {
                throw RocksErrors.of(folder, "write '" + metaName + "'", e);
            }
        }

        @Override
        public long written() {
            return db.getLatestSequenceNumber();
        }

        @Override
        public void flush(long durable) {
            try {
                db.syncWal();
            } catch (RocksDBException e) {
                throw RocksErrors.of(folder, "sync its log", e);
            }
            try {
                mark.write(durable);
            } catch (StorageException e) {
                // The sync itself is good; only a later loss would be found less surely.
                if (!markFailed) {
                    markFailed = true;
                    LOG.log(System.Logger.Level.WARNING, e::getMessage);
                }
            }
        }

        /// Deliberately holds its lock while the disk works, because this is rare and whoever waits
        /// needs the result.
        long reserve(Numbers use, long count) {
            if (count < 1) {
                throw new IllegalArgumentException("count (" + count + ") must be at least 1");
            }
            reserving.lock();
            try {
                long first = next.containsKey(use) ? next.get(use) : stored(use);
                long after = Math.addExact(first, count);
                put(name(use), after);
                sync();
                next.put(use, after);
                return first;
            } finally {
                reserving.unlock();
            }
        }

        private static String name(Numbers use) {
            return switch (use) {
                case BLOCKS -> CatalogLayout.META_NEXT_ID;
                case BUCKETS -> CatalogLayout.META_NEXT_BUCKET;
            };
        }

        /// Buckets once had their numbers from those of blocks: a catalog of that time goes on
        /// after its last one.
        private long stored(Numbers use) {
            var stored = get(files.meta(), CatalogCodec.metaKey(name(use)));
            if (stored != null) {
                return CatalogCodec.metaNumber(name(use), stored);
            }
            return switch (use) {
                case BLOCKS -> 1;
                case BUCKETS -> 1 + buckets().stream().mapToInt(BucketRecord::id).max().orElse(0);
            };
        }

        /// Called when the gate is closed and empty. What fails here was promised to nobody.
        void finish() {
            try (mark; var options = new FlushOptions().setWaitForFlush(true)) {
                group.sync();
                db.flush(options, files.families());
                mark.force();
            } catch (RocksDBException | StorageException e) {
                LOG.log(System.Logger.Level.WARNING,
                        () -> "catalog " + folder + ": not flushed at close: " + e.getMessage());
            }
        }
    }
}
