package dev.varve.engine;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/// A walk over all entries of a column family whose keys begin with a prefix, as they were when the
/// walk began. Holds native memory until it is closed; its methods are called inside the catalog's
/// gate.
///
/// An entry that cannot be decoded fails one [#next]; the call after it goes on behind that entry.
///
/// Confined to one thread at a time.
final class RocksCursor<T> {
    /// Makes a record of an entry.
    interface Decoder<T> {
        T decode(byte[] key, byte[] value);
    }

    private final @Nullable Slice end;
    private final ReadOptions options;
    private final RocksIterator entries;
    private final Decoder<T> decoder;
    private boolean released;

    RocksCursor(RocksDB db, ColumnFamilyHandle family, byte[] prefix, Decoder<T> decoder) {
        var after = firstAfter(prefix);
        this.decoder = decoder;
        this.end = after.length == 0 ? null : new Slice(after);
        this.options = new ReadOptions().setFillCache(false);
        if (end != null) {
            options.setIterateUpperBound(end);
        }
        this.entries = db.newIterator(family, options);
        entries.seek(prefix);
    }

    Optional<T> next() throws RocksDBException {
        if (!entries.isValid()) {
            entries.status();
            return Optional.empty();
        }
        var key = entries.key();
        var value = entries.value();
        entries.next();
        return Optional.of(decoder.decode(key, value));
    }

    /// Skips forward to the first entry whose key is `key` or greater.
    void seek(byte[] key) {
        if (entries.isValid() && Arrays.compareUnsigned(entries.key(), key) < 0) {
            entries.seek(key);
        }
    }

    /// Frees the native memory; does nothing the second time.
    void release() {
        if (released) {
            return;
        }
        released = true;
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
