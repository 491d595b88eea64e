package dev.varve.door.resp;

import dev.varve.engine.Bucket;
import dev.varve.engine.BucketClass;
import dev.varve.engine.Engine;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;

/// The numbered databases, each a cache bucket that is opened when it is first used.
///
/// Thread-safe: opening twice gives the same bucket.
final class Databases {
    private final Engine engine;
    private final String name;
    private final AtomicReferenceArray<Optional<Bucket>> opened = new AtomicReferenceArray<>(
            RespSettings.DATABASES);

    /// @param name bucket of database 0, and what the names of the others begin with
    Databases(Engine engine, String name) {
        this.engine = engine;
        this.name = name;
        for (int i = 0; i < RespSettings.DATABASES; i++) {
            opened.set(i, Optional.empty());
        }
    }

    /// A number for one more client.
    int newClient() {
        return engine.newClient();
    }

    /// The bucket of a database, if it was opened; never waits.
    Optional<Bucket> opened(int index) {
        return opened.get(index);
    }

    /// The bucket of a database; may wait while it is created.
    Bucket bucket(int index) {
        return opened.get(index).orElseGet(() -> {
            var bucket = engine.openBucket(name(index), BucketClass.CACHE);
            opened.set(index, Optional.of(bucket));
            return bucket;
        });
    }

    /// Those that exist, opened or not, by number; may wait.
    List<Numbered> existing() {
        var found = new ArrayList<Numbered>();
        for (int i = 0; i < RespSettings.DATABASES; i++) {
            int index = i;
            engine.bucket(name(i)).ifPresent(bucket -> found.add(new Numbered(index, bucket)));
        }
        return found;
    }

    private String name(int index) {
        return index == 0 ? name : name + "-" + index;
    }

    /// A database and its number.
    record Numbered(int index, Bucket bucket) {}
}
