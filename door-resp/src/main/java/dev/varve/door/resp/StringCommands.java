package dev.varve.door.resp;

import dev.varve.door.resp.Command.Keys;
import dev.varve.door.resp.Command.Values;
import dev.varve.door.resp.StringOptions.Existence;
import dev.varve.door.resp.StringOptions.Grammar;
import dev.varve.engine.CommitOutcome;
import dev.varve.engine.ObjectAttributes;
import dev.varve.engine.ObjectInfo;
import dev.varve.engine.ObjectKey;
import dev.varve.engine.ObjectReader;
import dev.varve.engine.Precondition;
import dev.varve.env.StorageException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Commands that read and write values.
final class StringCommands {
    private StringCommands() {}

    static List<Command> all() {
        return List.of(
                Command.of("get", 2, "readonly fast", Keys.FIRST, StringCommands::get),
                Command.of("getdel", 2, "write fast", Keys.FIRST, StringCommands::getDel),
                Command.of("getex", -2, "write fast", Keys.FIRST, StringCommands::getEx),
                Command.of("getrange", 4, "readonly", Keys.FIRST, StringCommands::getRange),
                Command.of("strlen", 2, "readonly fast", Keys.FIRST, StringCommands::strlen),
                Command.of("mget", -2, "readonly fast", Keys.ALL, StringCommands::mget),
                Command.of("set", -3, "write denyoom", Keys.FIRST, StringCommands::set)
                        .withValues(Values.SECOND),
                Command.of("setnx", 3, "write denyoom fast", Keys.FIRST, StringCommands::setNx)
                        .withValues(Values.SECOND),
                Command.of("setex", 4, "write denyoom", Keys.FIRST,
                        call -> setWithExpiry(call, Expiry.EX)).withValues(Values.THIRD),
                Command.of("psetex", 4, "write denyoom", Keys.FIRST,
                        call -> setWithExpiry(call, Expiry.PX)).withValues(Values.THIRD),
                Command.of("mset", -3, "write denyoom", Keys.PAIRS, StringCommands::mset)
                        .withValues(Values.PAIRS));
    }

    private static void get(Call call) {
        value(call, 1);
    }

    private static void mget(Call call) {
        call.reply().array(call.request().size() - 1);
        for (int i = 1; i < call.request().size(); i++) {
            value(call, i);
        }
    }

    /// Replies with the value of the key at `index`. What a cache bucket cannot read any more is no
    /// value.
    private static void value(Call call, int index) {
        var key = call.key(index);
        if (key.isEmpty()) {
            call.reply().nil();
            return;
        }
        var mark = call.reply().mark();
        try {
            var found = call.keys().open(key.get());
            if (found.isEmpty()) {
                call.reply().nil();
                return;
            }
            try (var reader = found.get()) {
                call.reads(reader.info());
                range(call, reader, 0, reader.info().sizeBytes());
            }
        } catch (StorageException e) {
            if (!call.forgives(e)) {
                throw e;
            }
            call.reply().rewind(mark);
            call.reply().nil();
        }
    }

    /// Replies with a value's bytes from `from` to before `to`.
    private static void range(Call call, ObjectReader reader, long from, long to) {
        var reply = call.reply();
        if (from >= to) {
            reply.bulk("");
            return;
        }
        reader.willRead(from, to - from);
        int last = reader.blockAt(to - 1);
        int index = reader.blockAt(from);
        // The first block comes before the header: if it is lost, nothing has been said yet.
        var block = call.keys().read(reader, index);
        try {
            reply.beginBulk(to - from);
        } catch (RuntimeException e) {
            block.close();
            throw e;
        }
        while (true) {
            long offset = reader.blockOffset(index);
            int low = (int) Math.max(from - offset, 0);
            int high = (int) Math.min(to - offset, block.lengthBytes());
            reply.block(block, low, high);
            if (index == last) {
                break;
            }
            index++;
            block = call.keys().read(reader, index);
        }
        reply.endBulk();
    }

    private static void getRange(Call call) {
        long start = call.request().number(2);
        long end = call.request().number(3);
        var mark = call.reply().mark();
        try {
            var found = call.key(1).flatMap(call.keys()::open);
            if (found.isEmpty()) {
                call.reply().bulk("");
                return;
            }
            try (var reader = found.get()) {
                long size = reader.info().sizeBytes();
                long from = Math.max(0, start < 0 ? start + size : start);
                long last = end < 0 ? Math.max(0, end + size) : Math.min(end, size - 1);
                boolean none = start < 0 && end < 0 && start > end;
                range(call, reader, from, none ? from : last + 1);
            }
        } catch (StorageException e) {
            if (!call.forgives(e)) {
                throw e;
            }
            call.reply().rewind(mark);
            call.reply().bulk("");
        }
    }

    private static void strlen(Call call) {
        var found = call.key(1).flatMap(call.keys()::head);
        call.reply().integer(found.map(ObjectInfo::sizeBytes).orElse(0L));
    }

    private static void set(Call call) {
        var options = StringOptions.parse(call.request(), 3, Grammar.SET);
        long expires = expires(call, options, "set");
        var key = call.newKey(1);
        if (options.get() || options.keepTtl()) {
            replace(call, key, options, expires);
            return;
        }
        if (store(call, key, 2, expires, precondition(options.existence()))) {
            call.reply().ok();
        } else {
            call.reply().nil();
        }
    }

    private static void setNx(Call call) {
        boolean stored = store(
                call, call.newKey(1), 2, ObjectAttributes.NEVER, Precondition.IF_ABSENT);
        call.reply().integer(stored ? 1 : 0);
    }

    private static void setWithExpiry(Call call, Expiry unit) {
        long expires = unit.positiveMillis(
                call.request().number(2), call.nowMillis(), call.request().command().name());
        store(call, call.newKey(1), 3, expires, Precondition.NONE);
        call.reply().ok();
    }

    private static void mset(Call call) {
        var request = call.request();
        if (request.size() % 2 == 0) {
            throw ReplyError.arity("mset");
        }
        if (request.streams()) {
            // Each of them can be committed only once, so none may be before all can be.
            call.keys().bucket();
        }
        for (int i = 1; i < request.size(); i += 2) {
            call.newKey(i);
        }
        for (int i = 1; i < request.size(); i += 2) {
            store(call, call.newKey(i), i + 1, ObjectAttributes.NEVER, Precondition.NONE);
        }
        call.reply().ok();
    }

    /// `SET` with `GET` or `KEEPTTL`: looks at what is there, and stores only if that is still
    /// there.
    private static void replace(Call call, ObjectKey key, StringOptions options, long expires) {
        var bucket = call.keys().bucket();
        while (true) {
            var found = bucket.open(key);
            try {
                var before = found.map(ObjectReader::info);
                long until = options.keepTtl()
                        ? before.map(info -> info.attributes().expiresAtMillis())
                                .orElse(ObjectAttributes.NEVER)
                        : expires;
                var wanted = precondition(options.existence());
                boolean stored = wanted.holds(before);
                if (stored && !store(call, key, 2, until, same(before))) {
                    continue;
                }
                if (options.get()) {
                    previous(call, found);
                } else if (stored) {
                    call.reply().ok();
                } else {
                    call.reply().nil();
                }
                return;
            } finally {
                found.ifPresent(ObjectReader::close);
            }
        }
    }

    private static void getDel(Call call) {
        change(call, (bucketKey, before) -> call.keys().bucket().delete(bucketKey, same(before)));
    }

    private static void getEx(Call call) {
        var options = StringOptions.parse(call.request(), 2, Grammar.GETEX);
        if (options.expiry().isEmpty() && !options.persist()) {
            value(call, 1);
            return;
        }
        var bucket = call.keys().bucket();
        change(call, (key, before) -> {
            long expires = expires(call, options, "getex");
            if (expires <= call.nowMillis()) {
                return bucket.delete(key, same(before));
            }
            var labels = before.map(info -> info.attributes().labels()).orElse(Map.of());
            return bucket.touch(key, new ObjectAttributes(expires, labels), same(before));
        });
    }

    /// Something that is done to an object only if it is still the one that was found.
    private interface Change {
        CommitOutcome apply(ObjectKey key, Optional<ObjectInfo> before);
    }

    /// Replies with the value of the first key, after changing the object.
    private static void change(Call call, Change change) {
        var bucket = call.keys().bucket();
        var key = call.key(1);
        while (true) {
            var found = key.flatMap(bucket::open);
            if (found.isEmpty()) {
                call.reply().nil();
                return;
            }
            try (var reader = found.get()) {
                var outcome = change.apply(reader.info().key(), Optional.of(reader.info()));
                if (outcome instanceof CommitOutcome.Done) {
                    previous(call, found);
                    return;
                }
            }
        }
    }

    private static void previous(Call call, Optional<ObjectReader> found) {
        if (found.isEmpty()) {
            call.reply().nil();
            return;
        }
        var mark = call.reply().mark();
        try {
            range(call, found.get(), 0, found.get().info().sizeBytes());
        } catch (StorageException e) {
            if (!call.forgives(e)) {
                throw e;
            }
            call.reply().rewind(mark);
            call.reply().nil();
        }
    }

    /// Stores the value at `index` if the precondition holds.
    ///
    /// @return whether it held
    private static boolean store(
            Call call,
            ObjectKey key,
            int index,
            long expiresAtMillis,
            Precondition precondition) {
        var attributes = expiresAtMillis == ObjectAttributes.NEVER
                ? ObjectAttributes.NONE
                : new ObjectAttributes(expiresAtMillis, Map.of());
        try {
            var outcome = switch (call.request().value(index)) {
                case Value.Whole whole -> {
                    try (var writer = call.keys().writer(key, whole.bytes().length)) {
                        writer.write(ByteBuffer.wrap(whole.bytes()));
                        yield call.keys().commit(writer, attributes, precondition);
                    }
                }
                case Value.Streamed streamed -> call.keys()
                        .commit(streamed.writer(), attributes, precondition);
                case Value.Lost lost -> throw lost.cause();
            };
            return outcome instanceof CommitOutcome.Done;
        } catch (StorageException e) {
            if (!call.forgives(e)) {
                throw e;
            }
            return forget(call, key, precondition) instanceof CommitOutcome.Done;
        }
    }

    /// What a cache does with a value that it cannot keep: as if it had been stored and evicted at
    /// once. What was there before goes, lest it be taken for the new value.
    private static CommitOutcome forget(Call call, ObjectKey key, Precondition precondition) {
        var outcome = call.keys().bucket().forget(key, precondition);
        call.door().tallies().lostWrites.increment();
        return outcome;
    }

    private static long expires(Call call, StringOptions options, String command) {
        return options.expiry()
                .map(expiry -> expiry.positiveMillis(
                        call.request().number(options.argument()), call.nowMillis(), command))
                .orElse(ObjectAttributes.NEVER);
    }

    private static Precondition precondition(Existence existence) {
        return switch (existence) {
            case ANY -> Precondition.NONE;
            case MUST_NOT -> Precondition.IF_ABSENT;
            case MUST -> Precondition.IF_PRESENT;
        };
    }

    private static Precondition same(Optional<ObjectInfo> before) {
        return before.map(info -> Precondition.ifVersion(info.version()))
                .orElse(Precondition.IF_ABSENT);
    }
}
