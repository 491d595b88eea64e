package dev.varve.door.resp;

import dev.varve.bytes.Block;
import dev.varve.engine.Bucket;
import dev.varve.engine.BucketClass;
import dev.varve.engine.CommitOutcome;
import dev.varve.engine.Explanation;
import dev.varve.engine.ObjectAttributes;
import dev.varve.engine.ObjectCursor;
import dev.varve.engine.ObjectInfo;
import dev.varve.engine.ObjectKey;
import dev.varve.engine.ObjectReader;
import dev.varve.engine.ObjectWriter;
import dev.varve.engine.Peek;
import dev.varve.engine.Precondition;
import dev.varve.engine.ReadAhead;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/// A bucket of a [FakeEngine].
///
/// Thread-safe: changes under its monitor.
final class FakeBucket implements Bucket {
    private final FakeEngine engine;
    private final String name;
    private final BucketClass bucketClass;
    private final ConcurrentSkipListMap<ObjectKey, Stored> objects = new ConcurrentSkipListMap<>();

    FakeBucket(FakeEngine engine, String name, BucketClass bucketClass) {
        this.engine = engine;
        this.name = name;
        this.bucketClass = bucketClass;
    }

    private record Stored(ObjectInfo info, List<Block> blocks) {}

    @Override
    public String name() {
        return name;
    }

    @Override
    public BucketClass bucketClass() {
        return bucketClass;
    }

    @Override
    public long createdMillis() {
        return 0;
    }

    @Override
    public synchronized Optional<ObjectInfo> head(ObjectKey key) {
        failRead();
        return find(key).map(Stored::info);
    }

    @Override
    public Peek<ObjectInfo> tryHead(ObjectKey key) {
        return peek(() -> head(key));
    }

    @Override
    public Optional<ObjectInfo> lease(ObjectKey key) {
        return head(key);
    }

    @Override
    public Peek<ObjectInfo> tryLease(ObjectKey key) {
        return tryHead(key);
    }

    @Override
    public boolean pin(ObjectKey key, Duration time) {
        return head(key).isPresent();
    }

    @Override
    public boolean prefetch(ObjectKey key) {
        return true;
    }

    @Override
    public ReadAhead readAhead() {
        return new ReadAhead() {
            @Override
            public void read(ObjectInfo info) {}
        };
    }

    @Override
    public boolean demote(ObjectKey key) {
        return head(key).isPresent();
    }

    @Override
    public void release(ObjectKey key) {
        // nothing is held here
    }

    @Override
    public Explanation explain(ObjectKey key) {
        return head(key)
                .<Explanation>map(info -> new Explanation.Present(info, 1, 1, false, Duration.ZERO))
                .orElseGet(() -> new Explanation.Unknown(0, 0));
    }

    @Override
    public CommitOutcome forget(ObjectKey key, Precondition precondition) {
        return delete(key, precondition);
    }

    @Override
    public synchronized Optional<ObjectReader> open(ObjectKey key) {
        failRead();
        return find(key).map(stored -> {
            stored.blocks.forEach(Block::retain);
            return new Reader(stored);
        });
    }

    @Override
    public Peek<ObjectReader> tryOpen(ObjectKey key) {
        return peek(() -> open(key));
    }

    @Override
    public ObjectWriter writer(ObjectKey key, long expectedBytes) {
        failWrite();
        return new Writer(key, expectedBytes, false);
    }

    @Override
    public Optional<ObjectWriter> tryWriter(ObjectKey key, long expectedBytes) {
        failWrite();
        return bucketClass == BucketClass.CACHE && engine.knows()
                ? Optional.of(new Writer(key, expectedBytes, true))
                : Optional.empty();
    }

    @Override
    public CommitOutcome delete(ObjectKey key, Precondition precondition) {
        return change(key, Optional.empty(), precondition);
    }

    @Override
    public CommitOutcome compose(
            ObjectKey key,
            Bucket source,
            List<ObjectKey> parts,
            ObjectAttributes attributes,
            Precondition precondition) {
        throw new UnsupportedOperationException("no door command needs it");
    }

    @Override
    public synchronized CommitOutcome touch(
            ObjectKey key,
            ObjectAttributes attributes,
            Precondition precondition) {
        var found = find(key);
        if (found.isEmpty() || !precondition.holds(found.map(Stored::info))) {
            return new CommitOutcome.Refused(found.map(Stored::info));
        }
        var old = found.get().info;
        var info = new ObjectInfo(
                key, old.sizeBytes(), engine.versions.incrementAndGet(), old.createdMillis(),
                attributes);
        objects.put(key, new Stored(info, found.get().blocks));
        return new CommitOutcome.Done(Optional.of(info), Optional.of(old));
    }

    @Override
    public ObjectCursor list(ObjectKey prefix) {
        return new Cursor(prefix);
    }

    @Override
    public long count() {
        return objects.keySet().stream().filter(key -> find(key).isPresent()).count();
    }

    @Override
    public synchronized void clear() {
        List.copyOf(objects.keySet()).forEach(key -> delete(key, Precondition.NONE));
    }

    private synchronized CommitOutcome change(
            ObjectKey key,
            Optional<Stored> next,
            Precondition precondition) {
        var before = find(key).map(Stored::info);
        if (!precondition.holds(before)) {
            return new CommitOutcome.Refused(before);
        }
        var old = next.isPresent() ? objects.put(key, next.get()) : objects.remove(key);
        if (old != null) {
            old.blocks.forEach(Block::close);
        }
        return new CommitOutcome.Done(next.map(Stored::info), before);
    }

    private Optional<Stored> find(ObjectKey key) {
        return Optional.ofNullable(objects.get(key))
                .filter(stored -> stored.info.attributes().expiresAtMillis() > engine.clock
                        .epochMillis());
    }

    private <T> Peek<T> peek(java.util.function.Supplier<Optional<T>> look) {
        if (!engine.knows()) {
            return new Peek.Unsure<>();
        }
        var found = look.get();
        return found.isPresent() ? new Peek.Hit<>(found.get()) : new Peek.Miss<>();
    }

    private void failRead() {
        engine.readFailure.ifPresent(failure -> {
            throw failure;
        });
    }

    private void failWrite() {
        engine.writeFailure.ifPresent(failure -> {
            throw failure;
        });
    }

    private final class Reader implements ObjectReader {
        private final Stored stored;

        private Reader(Stored stored) {
            this.stored = stored;
            engine.openReaders.incrementAndGet();
        }

        @Override
        public ObjectInfo info() {
            return stored.info;
        }

        @Override
        public int blockCount() {
            return stored.blocks.size();
        }

        @Override
        public long blockOffset(int index) {
            return (long) index * engine.blockBytes;
        }

        @Override
        public int blockCrc32c(int index) {
            return stored.blocks.get(index).crc32c();
        }

        @Override
        public int blockAt(long offset) {
            return (int) (offset / engine.blockBytes);
        }

        @Override
        public void willRead(long offset, long lengthBytes) {
            // all of it is in memory
        }

        @Override
        public Block read(int index) {
            failRead();
            return stored.blocks.get(index).retain();
        }

        @Override
        public Optional<Block> tryRead(int index) {
            return engine.knows() ? Optional.of(read(index)) : Optional.empty();
        }

        @Override
        public void close() {
            stored.blocks.forEach(Block::close);
            engine.openReaders.decrementAndGet();
        }
    }

    private final class Writer implements ObjectWriter {
        private final ObjectKey key;
        private final long expectedBytes;
        private final List<Block> blocks = new ArrayList<>();
        private int filled;
        private long length;
        private boolean open = true;

        private final boolean givesRoom;

        private Writer(ObjectKey key, long expectedBytes, boolean givesRoom) {
            this.givesRoom = givesRoom;
            this.key = key;
            this.expectedBytes = expectedBytes;
            engine.openWriters.incrementAndGet();
        }

        @Override
        public Optional<ByteBuffer> room() {
            return givesRoom && length < expectedBytes
                    ? Optional.of(restOfRun(current()).asByteBuffer())
                    : Optional.empty();
        }

        @Override
        public void filled(int bytes) {
            failWrite();
            if (bytes > restOfRun(current()).byteSize()) {
                throw new IllegalStateException("more than there was room for");
            }
            filled += bytes;
            length += bytes;
        }

        private MemorySegment restOfRun(Block block) {
            long at = filled;
            int run = 0;
            while (at >= block.run(run).byteSize()) {
                at -= block.run(run++).byteSize();
            }
            return block.run(run).asSlice(at);
        }

        private Block current() {
            if (blocks.isEmpty() || filled == blocks.getLast().lengthBytes()) {
                long left = Math.min(engine.blockBytes, expectedBytes - length);
                blocks.add(engine.slab.allocate((int) left)
                        .orElseThrow(() -> new StorageException(Kind.FULL, "slab")));
                filled = 0;
            }
            return blocks.getLast();
        }

        @Override
        public void write(ByteBuffer source) {
            failWrite();
            while (source.hasRemaining()) {
                var block = current();
                int part = Math.min(block.lengthBytes() - filled, source.remaining());
                block.copyIn(filled, source.slice(source.position(), part));
                source.position(source.position() + part);
                filled += part;
                length += part;
            }
        }

        @Override
        public long lengthBytes() {
            return length;
        }

        @Override
        public CommitOutcome commit(ObjectAttributes attributes, Precondition precondition) {
            failWrite();
            if (length != expectedBytes || !open) {
                throw new IllegalStateException(length + " of " + expectedBytes + " bytes");
            }
            var info = new ObjectInfo(
                    key, length, engine.versions.incrementAndGet(), engine.clock.epochMillis(),
                    attributes);
            var stored = new Stored(info, List.copyOf(blocks));
            var outcome = change(key, Optional.of(stored), precondition);
            if (outcome instanceof CommitOutcome.Done) {
                blocks.clear();
            }
            return outcome;
        }

        @Override
        public Optional<CommitOutcome> tryCommit(
                ObjectAttributes attributes,
                Precondition precondition) {
            return engine.knows()
                    ? Optional.of(commit(attributes, precondition))
                    : Optional.empty();
        }

        @Override
        public void close() {
            if (open) {
                open = false;
                blocks.forEach(Block::close);
                engine.openWriters.decrementAndGet();
            }
        }
    }

    private final class Cursor implements ObjectCursor {
        private final ObjectKey prefix;
        private ObjectKey next;

        private Cursor(ObjectKey prefix) {
            this.prefix = prefix;
            next = prefix;
        }

        @Override
        public Optional<ObjectInfo> next() {
            for (var entry : objects.tailMap(next, true).entrySet()) {
                if (!entry.getKey().startsWith(prefix)) {
                    return Optional.empty();
                }
                var bytes = entry.getKey().bytes();
                next = ObjectKey.of(java.util.Arrays.copyOf(bytes, bytes.length + 1));
                var found = find(entry.getKey());
                if (found.isPresent()) {
                    return found.map(Stored::info);
                }
            }
            return Optional.empty();
        }

        @Override
        public void seek(ObjectKey key) {
            next = key.compareTo(next) > 0 ? key : next;
        }

        @Override
        public void close() {}
    }
}
