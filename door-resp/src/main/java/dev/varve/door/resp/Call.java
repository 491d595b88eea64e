package dev.varve.door.resp;

import dev.varve.engine.Bucket;
import dev.varve.engine.BucketClass;
import dev.varve.engine.ObjectCursor;
import dev.varve.engine.ObjectInfo;
import dev.varve.engine.ObjectKey;
import dev.varve.env.StorageException;
import java.util.Optional;

/// One execution of a command: what was asked, by whom, and where the answer goes.
///
/// Confined to the thread that executes it.
record Call(Door door, Session session, Request request, Keyspace keys, Reply reply) {

    /// The key at `index`; empty for one that no object can have, so that there is nothing to be
    /// found.
    Optional<ObjectKey> key(int index) {
        return request.key(index, door.settings().maxKeyBytes());
    }

    /// The key at `index` for something that is to be stored.
    ObjectKey newKey(int index) {
        return key(index).orElseThrow(() -> new ReplyError(
                "ERR key length (" + request.bytes(index).length + ") must be from 1 to "
                        + door.settings().maxKeyBytes() + " bytes"));
    }

    /// The keys that begin so, as far as the user may see them; the caller closes the walk. May
    /// wait.
    ObjectCursor visible(Bucket bucket, ObjectKey prefix) {
        var prefixes = session.access().within(prefix);
        return prefixes.size() == 1
                ? bucket.list(prefixes.getFirst())
                : new VisibleKeys(bucket, prefixes);
    }

    /// Says that the client reads this object, or is about to.
    void reads(ObjectInfo info) {
        session.reads(door.databases(), info);
    }

    /// Milliseconds since the epoch.
    long nowMillis() {
        return door.clock().epochMillis();
    }

    /// Whether a failure means no more than that a cache does not have something (any more). A
    /// cache may forget; only a closed engine has no answer at all.
    boolean forgives(StorageException failure) {
        return failure.kind() != StorageException.Kind.CLOSED
                && keys.bucketClass() == BucketClass.CACHE;
    }
}
