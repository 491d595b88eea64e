package dev.varve.door.resp;

import dev.varve.door.resp.Command.Keys;
import dev.varve.engine.Bucket;
import dev.varve.engine.CommitOutcome;
import dev.varve.engine.ObjectInfo;
import dev.varve.engine.ObjectKey;
import dev.varve.engine.Precondition;
import dev.varve.env.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Commands about keys, whatever their values.
final class KeyCommands {
    /// How many keys `SCAN` looks at if the client does not say.
    private static final int DEFAULT_COUNT = 10;

    /// The most that one `SCAN` looks at and `KEYS` answers with, so that replies stay bounded.
    private static final int MOST_SCANNED = 10_000;
    private static final int MOST_KEYS = 1_000_000;

    private KeyCommands() {}

    static List<Command> all() {
        return List.of(
                Command.of("exists", -2, "readonly fast", Keys.ALL, KeyCommands::exists),
                Command.of("del", -2, "write", Keys.ALL, KeyCommands::delete),
                Command.of("unlink", -2, "write fast", Keys.ALL, KeyCommands::delete),
                Command.of("type", 2, "readonly fast", Keys.FIRST, KeyCommands::type),
                Command.of("dbsize", 1, "readonly fast", Keys.NONE, KeyCommands::dbsize),
                Command.of("keys", 2, "readonly", Keys.NONE, KeyCommands::keys),
                Command.of("scan", -2, "readonly", Keys.NONE, KeyCommands::scan),
                Command.of("flushdb", -1, "write", Keys.NONE, KeyCommands::flushDb),
                Command.of("flushall", -1, "write", Keys.NONE, KeyCommands::flushAll));
    }

    private static void exists(Call call) {
        int found = 0;
        for (int i = 1; i < call.request().size(); i++) {
            found += present(call, i) ? 1 : 0;
        }
        call.reply().integer(found);
    }

    private static boolean present(Call call, int index) {
        try {
            var found = call.key(index).flatMap(call.keys()::lease);
            found.ifPresent(call::reads);
            return found.isPresent();
        } catch (StorageException e) {
            if (!call.forgives(e)) {
                throw e;
            }
            return false;
        }
    }

    private static void delete(Call call) {
        var bucket = call.keys().bucket();
        int gone = 0;
        for (int i = 1; i < call.request().size(); i++) {
            var outcome = call.key(i).map(key -> bucket.delete(key, Precondition.IF_PRESENT));
            gone += outcome.isPresent() && outcome.get() instanceof CommitOutcome.Done ? 1 : 0;
        }
        call.reply().integer(gone);
    }

    private static void type(Call call) {
        boolean present = call.key(1).flatMap(call.keys()::head).isPresent();
        call.reply().simple(present ? "string" : "none");
    }

    private static void dbsize(Call call) {
        call.reply().integer(count(call));
    }

    /// Who may not see all keys has his own counted, one by one.
    private static long count(Call call) {
        var bucket = call.keys().bucket();
        if (!call.session().access().restricted()) {
            return bucket.count();
        }
        long count = 0;
        try (var cursor = call.visible(bucket, ObjectKey.EMPTY)) {
            while (cursor.next().isPresent()) {
                count++;
            }
        }
        return count;
    }

    private static void keys(Call call) {
        var pattern = call.request().bytes(1);
        var found = new ArrayList<ObjectKey>();
        try (var cursor = call.visible(call.keys().bucket(), Glob.prefix(pattern))) {
            for (var next = cursor.next(); next.isPresent(); next = cursor.next()) {
                if (Glob.matches(pattern, next.get().key().bytes())) {
                    found.add(next.get().key());
                }
                if (found.size() > MOST_KEYS) {
                    throw new ReplyError("ERR more than " + MOST_KEYS + " keys match, use SCAN");
                }
            }
        }
        call.reply().array(found.size());
        found.forEach(key -> call.reply().bulk(key.bytes()));
    }

    /// What a `SCAN` asks for.
    private record Scan(byte[] pattern, long count, boolean strings) {
        static Scan parse(Request request) {
            byte[] pattern = {'*'};
            long count = DEFAULT_COUNT;
            boolean strings = true;
            for (int i = 2; i < request.size(); i += 2) {
                boolean last = i + 1 == request.size();
                if (request.is(i, "COUNT") && !last) {
                    count = request.number(i + 1);
                    if (count < 1) {
                        throw ReplyError.syntax();
                    }
                } else if (request.is(i, "MATCH") && !last) {
                    pattern = request.bytes(i + 1);
                } else if (request.is(i, "TYPE") && !last) {
                    strings = request.is(i + 1, "string");
                } else {
                    throw ReplyError.syntax();
                }
            }
            return new Scan(pattern, Math.min(count, MOST_SCANNED), strings);
        }
    }

    private static void scan(Call call) {
        var invalid = new ReplyError("ERR invalid cursor");
        long id = ScanCursors.parse(call.request().bytes(1)).orElseThrow(() -> invalid);
        var scan = Scan.parse(call.request());
        var cursors = call.door().cursors();
        Optional<ObjectKey> after = id == 0
                ? Optional.empty()
                : Optional.of(cursors.position(id)
                        .filter(key -> call.session().access().allows(key.bytes()))
                        .orElseThrow(() -> invalid));
        var found = new ArrayList<ObjectKey>();
        Optional<ObjectInfo> last = Optional.empty();
        boolean ended = false;
        try (var cursor = call.visible(call.keys().bucket(), Glob.prefix(scan.pattern()))) {
            after.ifPresent(cursor::seek);
            for (long seen = 0; seen < scan.count() && !ended;) {
                var next = cursor.next();
                ended = next.isEmpty();
                if (!ended && !next.map(ObjectInfo::key).equals(after)) {
                    seen++;
                    last = next;
                    var key = next.get().key();
                    if (scan.strings() && Glob.matches(scan.pattern(), key.bytes())) {
                        found.add(key);
                    }
                }
            }
        }
        var reply = call.reply();
        reply.array(2);
        reply.bulk(ended || last.isEmpty()
                ? "0"
                : Long.toUnsignedString(cursors.remember(last.get().key())));
        reply.array(found.size());
        found.forEach(key -> reply.bulk(key.bytes()));
    }

    private static void flushDb(Call call) {
        checkFlushOptions(call.request());
        clear(call, call.keys().bucket());
        call.reply().ok();
    }

    private static void flushAll(Call call) {
        checkFlushOptions(call.request());
        call.keys().bucket();
        call.door().databases().existing().forEach(database -> clear(call, database.bucket()));
        call.reply().ok();
    }

    /// Who may not touch all keys clears his own.
    private static void clear(Call call, Bucket bucket) {
        if (!call.session().access().restricted()) {
            bucket.clear();
            return;
        }
        try (var cursor = call.visible(bucket, ObjectKey.EMPTY)) {
            for (var next = cursor.next(); next.isPresent(); next = cursor.next()) {
                var info = next.get();
                bucket.delete(info.key(), Precondition.ifVersion(info.version()));
            }
        }
    }

    private static void checkFlushOptions(Request request) {
        boolean known = request.size() == 1
                || (request.size() == 2 && (request.is(1, "ASYNC") || request.is(1, "SYNC")));
        if (!known) {
            throw ReplyError.syntax();
        }
    }
}
