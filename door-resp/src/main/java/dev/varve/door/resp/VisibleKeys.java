package dev.varve.door.resp;

import dev.varve.engine.Bucket;
import dev.varve.engine.ObjectCursor;
import dev.varve.engine.ObjectInfo;
import dev.varve.engine.ObjectKey;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// A walk over those keys of a bucket that a user may see, in order. Walks no others.
///
/// Confined to one thread at a time.
final class VisibleKeys implements ObjectCursor {
    private final Bucket bucket;
    private final Deque<ObjectKey> prefixes;
    private Optional<ObjectCursor> present = Optional.empty();
    private Optional<ObjectKey> from = Optional.empty();

    /// @param prefixes in order, none beginning with another; see [Access#within]
    VisibleKeys(Bucket bucket, List<ObjectKey> prefixes) {
        this.bucket = bucket;
        this.prefixes = new ArrayDeque<>(prefixes);
    }

    @Override
    public Optional<ObjectInfo> next() {
        while (true) {
            if (present.isPresent()) {
                var next = present.get().next();
                if (next.isPresent()) {
                    return next;
                }
                close();
            }
            if (prefixes.isEmpty()) {
                return Optional.empty();
            }
            open(prefixes.remove());
        }
    }

    @Override
    public void seek(ObjectKey key) {
        from = Optional.of(key);
        present.ifPresent(cursor -> cursor.seek(key));
    }

    @Override
    public void close() {
        present.ifPresent(ObjectCursor::close);
        present = Optional.empty();
    }

    private void open(ObjectKey prefix) {
        var cursor = bucket.list(prefix);
        present = Optional.of(cursor);
        from.filter(key -> key.compareTo(prefix) > 0).ifPresent(cursor::seek);
    }
}
