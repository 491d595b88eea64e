package dev.varve.engine;

import dev.varve.env.Invariant;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/// A walk over all entries of a column family whose keys begin with a prefix, as they were when the
/// walk began. Holds native memory until it or its catalog is closed.
///
/// An entry that cannot be decoded fails one [#next]; the call after it goes on behind that entry.
///
/// Confined to one thread at a time, but for its catalog's closing, which the gate keeps apart.
final class RocksCursor<T> implements Catalog.Cursor<T> {

    /// Makes a record of an entry.
    interface Decoder<T> {
        T decode(byte[] key, byte[] value);
    }

    /// Begins to walk under some options.
    interface Source {
        RocksIterator open(ReadOptions options);
    }

    private final Path folder;
    private final NativeGate gate;
    private final Set<RocksCursor<?>> open;
    private final Decoder<T> decoder;
    private final Optional<Integer> bucket;
    private final @Nullable Slice end;
    private final ReadOptions options;
    private final RocksIterator entries;
    private boolean released;

    /// Called inside the gate.
    ///
    /// @param open   where the cursor is noted while it holds native memory
    /// @param prefix what the entries' keys begin with
    /// @param bucket the bucket of the objects walked over; empty for other entries
    RocksCursor(
            Path folder,
            NativeGate gate,
            Set<RocksCursor<?>> open,
            Source source,
            byte[] prefix,
            Optional<Integer> bucket,
            Decoder<T> decoder) {
        this.folder = folder;
        this.gate = gate;
        this.open = open;
        this.decoder = decoder;
        this.bucket = bucket;
        var after = firstAfter(prefix);
        this.end = after.length == 0 ? null : new Slice(after);
        this.options = new ReadOptions().setFillCache(false);
        if (end != null) {
            options.setIterateUpperBound(end);
        }
        this.entries = source.open(options);
        entries.seek(prefix);
        open.add(this);
    }

    @Override
    public Optional<T> next() {
        gate.enter();
        try {
            Invariant.check(!released, "cursor used after its close");
            if (!entries.isValid()) {
                entries.status();
                return Optional.empty();
            }
            var key = entries.key();
            var value = entries.value();
            entries.next();
            return Optional.of(decoder.decode(key, value));
        } catch (RocksDBException e) {
            throw RocksErrors.of(folder, "walk its entries", e);
        } finally {
            gate.leave();
        }
    }

    @Override
    public void seek(ObjectKey key) {
        var target = CatalogCodec.objectKey(bucket.orElseThrow(
                () -> new UnsupportedOperationException("only objects have keys to seek")), key);
        gate.enter();
        try {
            Invariant.check(!released, "cursor used after its close");
            if (entries.isValid() && Arrays.compareUnsigned(entries.key(), target) < 0) {
                entries.seek(target);
            }
        } finally {
            gate.leave();
        }
    }

    @Override
    public void close() {
        if (!gate.tryEnter()) {
            return;
        }
        try {
            release();
        } finally {
            gate.leave();
        }
    }

    /// Frees the native memory; does nothing the second time. Called inside the gate, or when the
    /// gate is closed and empty.
    void release() {
        if (released) {
            return;
        }
        released = true;
        open.remove(this);
        entries.close();
        options.close();
        if (end != null) {
            end.close();
        }
    }

    /// The smallest key that is greater than all keys with this prefix; empty if there is none.
    static byte[] firstAfter(byte[] prefix) {
        int length = prefix.length;
        while (length > 0 && prefix[length - 1] == (byte) 0xff) {
            length--;
        }
        var after = Arrays.copyOf(prefix, length);
        if (length > 0) {
            after[length - 1]++;
        }
        return after;
    }
}
