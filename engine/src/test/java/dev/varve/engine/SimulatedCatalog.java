package dev.varve.engine;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// A catalog in memory that forgets, at a crash, what was not synced: from the end, as many commits
/// as a seed says. Deterministic. Fails where it is told to.
///
/// Stricter than the real one: [#mayHaveObject] says true for half of the missing objects, whatever
/// is handed in goes through the real encoding, and a catalog that crashed is closed. As in the
/// real one, a failed sync is final: commits and syncs fail until the catalog is opened anew, reads
/// do not.
///
/// Thread-safe: by its own lock.
final class SimulatedCatalog implements Catalog {

    /// What can be made to fail.
    enum Operation {
        READ,
        COMMIT,
        SYNC
    }

    private enum Family {
        BUCKETS,
        OBJECTS,
        BLOCKS
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Entries synced;
    private final Entries present;
    private final ArrayDeque<List<Step>> unsynced = new ArrayDeque<>();
    private final Map<Operation, Kind> failing = new EnumMap<>(Operation.class);
    private final Map<Operation, ArrayDeque<Kind>> failingOnce = new EnumMap<>(Operation.class);
    private Optional<Kind> failedSync = Optional.empty();
    private boolean hangs;
    private Optional<Hanging> hanging = Optional.empty();
    private boolean closed;
    private final Map<Numbers, Long> next;
    private long commits;
    private long syncs;
    private int openCursors;

    SimulatedCatalog() {
        this(new Entries(), Map.of());
    }

    private SimulatedCatalog(Entries synced, Map<Numbers, Long> next) {
        this.synced = synced;
        this.present = new Entries(synced);
        this.next = new EnumMap<>(Numbers.class);
        this.next.putAll(next);
    }

    /// Loses the power: closes this catalog, and returns what is found when the power is back. That
    /// is everything synced, and the first few of the commits that were not.
    SimulatedCatalog crash(long seed) {
        return locked(() -> {
            var found = new Entries(synced);
            int survivors = new SplittableRandom(seed).nextInt(unsynced.size() + 1);
            unsynced.stream().limit(survivors).forEach(found::apply);
            closed = true;
            return new SimulatedCatalog(found, next);
        });
    }

    /// Kills the process, or closes it: closes this catalog, and returns it as it is opened next,
    /// with all commits.
    SimulatedCatalog restart() {
        return locked(() -> {
            closed = true;
            return new SimulatedCatalog(new Entries(present), next);
        });
    }

    /// What [#restart] would return now; this catalog goes on.
    SimulatedCatalog fork() {
        return locked(() -> new SimulatedCatalog(new Entries(present), next));
    }

    /// From now on nothing is answered, as behind a [GuardedCatalog] whose disk hangs: everything
    /// fails, and the first commit may yet come about.
    void hang() {
        locked(() -> hangs = true);
    }

    /// Answers again.
    ///
    /// @param applied whether the commit that hung comes about
    void answer(boolean applied) {
        locked(() -> {
            hanging.ifPresent(commit -> {
                if (applied) {
                    present.apply(commit.steps);
                    unsynced.add(commit.steps);
                }
                commit.ending.ended(applied);
            });
            hanging = Optional.empty();
            hangs = false;
            return applied;
        });
    }

    /// A commit whose caller has gone on.
    private record Hanging(List<Step> steps, Ending ending) {}

    /// Makes the next call of an operation fail that has no failure before it.
    void failNext(Operation operation, Kind kind) {
        locked(() -> failingOnce.computeIfAbsent(operation, key -> new ArrayDeque<>()).add(kind));
    }

    /// Makes all calls of an operation fail until [#heal].
    void fail(Operation operation, Kind kind) {
        locked(() -> Optional.ofNullable(failing.put(operation, kind)));
    }

    /// Ends all failures, but for what follows from a failed sync.
    void heal() {
        locked(() -> {
            failing.clear();
            failingOnce.clear();
            return failing;
        });
    }

    /// How many commits succeeded.
    long commitCount() {
        return locked(() -> commits);
    }

    /// How many syncs succeeded.
    long syncCount() {
        return locked(() -> syncs);
    }

    /// How many commits a crash could lose now.
    int unsyncedCount() {
        return locked(unsynced::size);
    }

    /// How many cursors were opened and not closed.
    int openCursorCount() {
        return locked(() -> openCursors);
    }

    @Override
    public List<BucketRecord> buckets() {
        return reading(() -> present.of(Family.BUCKETS)
                .entrySet()
                .stream()
                .map(entry -> CatalogCodec.bucket(entry.getKey(), entry.getValue()))
                .toList());
    }

    @Override
    public Optional<StoredObject> object(int bucket, ObjectKey key) {
        var entryKey = CatalogCodec.objectKey(bucket, key);
        return reading(() -> Optional.ofNullable(present.of(Family.OBJECTS).get(entryKey))
                .map(value -> CatalogCodec.object(entryKey, value)));
    }

    @Override
    public boolean mayHaveObject(int bucket, ObjectKey key) {
        var entryKey = CatalogCodec.objectKey(bucket, key);
        return locked(() -> {
            checkOpen();
            return present.of(Family.OBJECTS).containsKey(entryKey) || key.hashCode() % 2 == 0;
        });
    }

    @Override
    public Optional<BlockEntry> block(long id) {
        var entryKey = CatalogCodec.blockKey(id);
        return reading(() -> Optional.ofNullable(present.of(Family.BLOCKS).get(entryKey))
                .map(value -> CatalogCodec.block(entryKey, value)));
    }

    @Override
    public List<Optional<BlockEntry>> blocks(List<Long> ids) {
        return ids.stream().map(this::block).toList();
    }

    @Override
    public void commit(List<Change> changes, Ending ending) {
        boolean hung = locked(() -> {
            if (!hangs || hanging.isPresent() || closed) {
                return false;
            }
            hanging = Optional.of(
                    new Hanging(changes.stream().map(Step::of).toList(), ending));
            return true;
        });
        if (hung) {
            throw new StorageException(Kind.UNAVAILABLE, "simulated: a commit hangs");
        }
        Catalog.super.commit(changes, ending);
    }

    @Override
    public void commit(List<Change> changes) {
        var steps = changes.stream().map(Step::of).toList();
        locked(() -> {
            checkUsable(Operation.COMMIT);
            present.apply(steps);
            unsynced.add(steps);
            return ++commits;
        });
    }

    @Override
    public void sync() {
        locked(() -> {
            checkAnswers();
            try {
                checkUsable(Operation.SYNC);
            } catch (StorageException e) {
                failedSync = Optional.of(e.kind());
                throw e;
            }
            unsynced.forEach(synced::apply);
            unsynced.clear();
            return ++syncs;
        });
    }

    @Override
    public Cursor<StoredObject> objects(int bucket, ObjectKey prefix) {
        var from = CatalogCodec.objectKey(bucket, prefix);
        return reading(() -> {
            var entries = Entries.copy(present.of(Family.OBJECTS).tailMap(from, true));
            entries.keySet().removeIf(key -> !startsWith(key, from));
            return new SnapshotCursor<>(entries, CatalogCodec::object, Optional.of(bucket));
        });
    }

    @Override
    public Cursor<BlockEntry> allBlocks() {
        return reading(() -> new SnapshotCursor<>(Entries.copy(present.of(Family.BLOCKS)),
                CatalogCodec::block, Optional.empty()));
    }

    @Override
    public long reserve(Numbers use, long count) {
        if (count < 1) {
            throw new IllegalArgumentException("count (" + count + ") must be at least 1");
        }
        return locked(() -> {
            checkUsable(Operation.COMMIT);
            sync();
            long first = next.getOrDefault(use, 1L);
            next.put(use, Math.addExact(first, count));
            return first;
        });
    }

    @Override
    public void close() {
        locked(() -> {
            closed = true;
            return closed;
        });
    }

    private <T> T locked(Supplier<T> body) {
        lock.lock();
        try {
            return body.get();
        } finally {
            lock.unlock();
        }
    }

    private <T> T reading(Supplier<T> body) {
        return locked(() -> {
            checkOpen();
            checkAnswers();
            failIfTold(Operation.READ);
            return body.get();
        });
    }

    private void checkAnswers() {
        if (hangs) {
            throw new StorageException(Kind.UNAVAILABLE, "simulated: the catalog does not answer");
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new StorageException(Kind.CLOSED, "simulated catalog is closed");
        }
    }

    private void checkUsable(Operation operation) {
        checkOpen();
        checkAnswers();
        failedSync.ifPresent(kind -> {
            throw new StorageException(kind, "simulated: an earlier sync failed");
        });
        failIfTold(operation);
    }

    private void failIfTold(Operation operation) {
        var once = failingOnce.getOrDefault(operation, new ArrayDeque<>());
        Optional.ofNullable(once.poll())
                .or(() -> Optional.ofNullable(failing.get(operation)))
                .ifPresent(kind -> {
                    throw new StorageException(kind, "simulated failure of " + operation);
                });
    }

    private static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length
                && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    /// All entries as of some commit, encoded.
    private static final class Entries {
        private final Map<Family, NavigableMap<byte[], byte[]>> families;

        Entries() {
            families = new EnumMap<>(Family.class);
            for (var family : Family.values()) {
                families.put(family, new TreeMap<>(Arrays::compareUnsigned));
            }
        }

        Entries(Entries other) {
            this();
            other.families.forEach((family, entries) -> of(family).putAll(entries));
        }

        static NavigableMap<byte[], byte[]> copy(NavigableMap<byte[], byte[]> entries) {
            var copy = new TreeMap<byte[], byte[]>(Arrays::compareUnsigned);
            copy.putAll(entries);
            return copy;
        }

        NavigableMap<byte[], byte[]> of(Family family) {
            return Objects.requireNonNull(families.get(family));
        }

        void apply(List<Step> steps) {
            for (var step : steps) {
                step.value
                        .ifPresentOrElse(value -> of(step.family).put(step.key, value),
                                () -> of(step.family).remove(step.key));
            }
        }
    }

    /// One change, encoded; without a value, a removal.
    private static final class Step {
        final Family family;
        final byte[] key;
        final Optional<byte[]> value;

        Step(Family family, byte[] key, Optional<byte[]> value) {
            this.family = family;
            this.key = key;
            this.value = value;
        }

        static Step of(Change change) {
            return switch (change) {
                case Change.PutBucket(var bucket) -> new Step(Family.BUCKETS,
                        CatalogCodec.bucketKey(bucket.id()),
                        Optional.of(CatalogCodec.bucketValue(bucket)));
                case Change.RemoveBucket(int bucket) -> new Step(Family.BUCKETS,
                        CatalogCodec.bucketKey(bucket), Optional.empty());
                case Change.PutObject(int bucket, var object) -> new Step(Family.OBJECTS,
                        CatalogCodec.objectKey(bucket, object.info().key()),
                        Optional.of(CatalogCodec.objectValue(object)));
                case Change.RemoveObject(int bucket, var key) -> new Step(Family.OBJECTS,
                        CatalogCodec.objectKey(bucket, key), Optional.empty());
                case Change.PutBlock(var entry) -> new Step(Family.BLOCKS,
                        CatalogCodec.blockKey(entry.info().id()),
                        Optional.of(CatalogCodec.blockValue(entry)));
                case Change.RemoveBlock(long id) -> new Step(Family.BLOCKS,
                        CatalogCodec.blockKey(id), Optional.empty());
            };
        }
    }

    private final class SnapshotCursor<T> implements Cursor<T> {
        private final NavigableMap<byte[], byte[]> ahead;
        private final RocksCursor.Decoder<T> decoder;
        private final Optional<Integer> bucket;
        private boolean open = true;

        SnapshotCursor(
                NavigableMap<byte[], byte[]> ahead,
                RocksCursor.Decoder<T> decoder,
                Optional<Integer> bucket) {
            this.ahead = ahead;
            this.decoder = decoder;
            this.bucket = bucket;
            openCursors++;
        }

        @Override
        public Optional<T> next() {
            return reading(() -> Optional.ofNullable(ahead.pollFirstEntry())
                    .map(entry -> decoder.decode(entry.getKey(), entry.getValue())));
        }

        @Override
        public void seek(ObjectKey key) {
            var target = CatalogCodec.objectKey(bucket.orElseThrow(
                    () -> new UnsupportedOperationException("blocks have no keys")), key);
            locked(() -> {
                checkOpen();
                ahead.headMap(target, false).clear();
                return ahead;
            });
        }

        @Override
        public void close() {
            locked(() -> {
                openCursors -= open ? 1 : 0;
                open = false;
                return open;
            });
        }
    }
}
