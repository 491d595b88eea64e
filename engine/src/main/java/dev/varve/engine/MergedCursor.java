package dev.varve.engine;

import dev.varve.engine.Catalog.StoredObject;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/// A walk over a bucket's fresh and persisted objects, page by page.
///
/// An object that is demoted or made fresh while a page is gathered is in one of the two places
/// at any instant. Fresh ones are gathered before and after the persisted ones, so that it is met
/// at least once.
///
/// Confined to one thread at a time.
final class MergedCursor implements ObjectCursor {
    private static final int PAGE = 1000;

    private final BucketState bucket;
    private final Catalog catalog;
    private final ObjectTable table;
    private final ObjectKey prefix;
    private final Deque<StoredObject> page = new ArrayDeque<>();
    private ObjectKey from;
    private boolean ended;

    MergedCursor(BucketState bucket, Catalog catalog, ObjectTable table, ObjectKey prefix) {
        this.bucket = bucket;
        this.catalog = catalog;
        this.table = table;
        this.prefix = prefix;
        this.from = prefix;
    }

    @Override
    public Optional<ObjectInfo> next() {
        while (true) {
            if (page.isEmpty() && !ended) {
                gather();
            }
            var stored = page.poll();
            if (stored == null) {
                return Optional.empty();
            }
            if (table.isCurrent(stored.info())) {
                return Optional.of(stored.info());
            }
        }
    }

    @Override
    public void seek(ObjectKey key) {
        while (!page.isEmpty() && page.getFirst().info().key().compareTo(key) < 0) {
            page.removeFirst();
        }
        if (page.isEmpty() && from.compareTo(key) < 0) {
            from = key;
        }
    }

    @Override
    public void close() {
        page.clear();
        ended = true;
    }

    private void gather() {
        var found = new TreeMap<ObjectKey, StoredObject>();
        gatherFresh(found);
        int persisted = 0;
        try (var cursor = catalog.objects(bucket.id(), prefix)) {
            cursor.seek(from);
            var next = cursor.next();
            while (next.isPresent() && persisted < PAGE) {
                if (!bucket.outdated().contains(next.get().info().key())) {
                    found.put(next.get().info().key(), next.get());
                    persisted++;
                }
                next = cursor.next();
            }
        }
        gatherFresh(found);
        found.values().stream().limit(PAGE).forEach(page::add);
        ended = found.size() < PAGE;
        if (!ended) {
            from = page.getLast().info().key().successor();
        }
    }

    private void gatherFresh(NavigableMap<ObjectKey, StoredObject> found) {
        int count = 0;
        for (var key : bucket.fresh().tailSet(from)) {
            if (count++ == PAGE || !key.startsWith(prefix)) {
                return;
            }
            var live = bucket.live().get(key);
            if (live != null) {
                found.put(key, live.stored());
            }
        }
    }
}
