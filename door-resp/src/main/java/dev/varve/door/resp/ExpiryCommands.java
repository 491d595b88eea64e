package dev.varve.door.resp;

import dev.varve.door.resp.Command.Keys;
import dev.varve.engine.Bucket;
import dev.varve.engine.CommitOutcome;
import dev.varve.engine.ObjectAttributes;
import dev.varve.engine.ObjectInfo;
import dev.varve.engine.ObjectKey;
import dev.varve.engine.Precondition;
import java.util.List;
import java.util.function.Predicate;

/// Commands about when keys end.
final class ExpiryCommands {
    private ExpiryCommands() {}

    static List<Command> all() {
        return List.of(
                expire("expire", Expiry.EX),
                expire("pexpire", Expiry.PX),
                expire("expireat", Expiry.EXAT),
                expire("pexpireat", Expiry.PXAT),
                ask("ttl", 1000, true),
                ask("pttl", 1, true),
                ask("expiretime", 1000, false),
                ask("pexpiretime", 1, false),
                Command.of("persist", 2, "write fast", Keys.FIRST, ExpiryCommands::persist));
    }

    private static Command expire(String name, Expiry unit) {
        return Command.of(name, -3, "write fast", Keys.FIRST, call -> expire(call, unit));
    }

    private static Command ask(String name, long unitMillis, boolean fromNow) {
        return Command.of(name, 2, "readonly fast", Keys.FIRST,
                call -> ask(call, unitMillis, fromNow));
    }

    /// Under which conditions an expiry is replaced.
    private record Conditions(boolean none, boolean some, boolean later, boolean earlier) {
        static Conditions parse(Request request) {
            boolean none = false;
            boolean some = false;
            boolean later = false;
            boolean earlier = false;
            for (int i = 3; i < request.size(); i++) {
                if (request.is(i, "NX")) {
                    none = true;
                } else if (request.is(i, "XX")) {
                    some = true;
                } else if (request.is(i, "GT")) {
                    later = true;
                } else if (request.is(i, "LT")) {
                    earlier = true;
                } else {
                    throw new ReplyError("ERR Unsupported option " + request.text(i));
                }
            }
            if (none && (some || later || earlier)) {
                throw new ReplyError("ERR NX and XX, GT or LT options at the same time are not "
                        + "compatible");
            }
            if (later && earlier) {
                throw new ReplyError(
                        "ERR GT and LT options at the same time are not compatible");
            }
            return new Conditions(none, some, later, earlier);
        }

        /// Whether an expiry at `present` may become one at `next`. No expiry is later than any.
        boolean allow(long present, long next) {
            boolean expires = present != ObjectAttributes.NEVER;
            return !(none && expires)
                    && !(some && !expires)
                    && !(later && next <= present)
                    && !(earlier && next >= present);
        }
    }

    private static void expire(Call call, Expiry unit) {
        var conditions = Conditions.parse(call.request());
        long now = call.nowMillis();
        long expires = unit.millis(
                call.request().number(2), now, call.request().command().name());
        boolean changed = change(call,
                info -> conditions.allow(info.attributes().expiresAtMillis(), expires),
                (bucket, info) -> expires <= now
                        ? bucket.delete(info.key(), Precondition.ifVersion(info.version()))
                        : until(bucket, info, expires));
        call.reply().integer(changed ? 1 : 0);
    }

    private static void persist(Call call) {
        boolean changed = change(call,
                info -> info.attributes().expiresAtMillis() != ObjectAttributes.NEVER,
                (bucket, info) -> until(bucket, info, ObjectAttributes.NEVER));
        call.reply().integer(changed ? 1 : 0);
    }

    private static CommitOutcome until(Bucket bucket, ObjectInfo info, long expiresAtMillis) {
        return bucket.touch(
                info.key(),
                new ObjectAttributes(expiresAtMillis, info.attributes().labels()),
                Precondition.ifVersion(info.version()));
    }

    /// Something that is done to an object only if it is still the one that was found.
    private interface Change {
        CommitOutcome apply(Bucket bucket, ObjectInfo info);
    }

    /// Changes the first key's object if it is there and wanted.
    private static boolean change(Call call, Predicate<ObjectInfo> wanted, Change change) {
        var bucket = call.keys().bucket();
        var key = call.key(1);
        while (true) {
            var found = key.flatMap(bucket::head);
            if (found.isEmpty() || !wanted.test(found.get())) {
                return false;
            }
            if (change.apply(bucket, found.get()) instanceof CommitOutcome.Done) {
                return true;
            }
        }
    }

    private static void ask(Call call, long unitMillis, boolean fromNow) {
        var found = call.key(1).flatMap((ObjectKey key) -> call.keys().head(key));
        if (found.isEmpty()) {
            call.reply().integer(-2);
            return;
        }
        long expires = found.get().attributes().expiresAtMillis();
        if (expires == ObjectAttributes.NEVER) {
            call.reply().integer(-1);
            return;
        }
        long millis = fromNow ? Math.max(0, expires - call.nowMillis()) : expires;
        call.reply().integer(unitMillis == 1 ? millis : (millis + 500) / unitMillis);
    }
}
