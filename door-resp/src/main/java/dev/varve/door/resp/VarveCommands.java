package dev.varve.door.resp;

import static dev.varve.door.resp.Command.sub;

import dev.varve.door.resp.Command.Keys;
import dev.varve.engine.ObjectKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;

/// `VARVE` and its subcommands: what a cache can tell about its keys beyond Redis, and hints to it.
/// Hints never fail for a key that is not there; a client that never gives them loses nothing.
final class VarveCommands {
    private static final long MAX_PIN_SECONDS = Duration.ofDays(1).toSeconds();
    private static final List<String> HELP = List.of(
            "VARVE <subcommand> [<arg> ...]. Subcommands are:",
            "EXPLAIN <key>",
            "    Tell what became of a key: where it lies, or when and why it left.",
            "PREFETCH <key> [<key> ...]",
            "    Bring keys up from flash in the background; returns how many were taken on.",
            "PIN <key> <seconds>",
            "    Keep a key in the store for so long; 1 if it will stay, 0 if not.",
            "DEMOTE <key> [<key> ...]",
            "    Let keys leave memory next; returns how many were in memory.",
            "RELEASE <prefix>",
            "    End the pins of all keys that begin so, and let them leave memory next;",
            "    returns how many keys there are.",
            "HELP",
            "    Print this help.");

    private VarveCommands() {}

    static Command varve() {
        return Command.of("varve", -2, "", Keys.NONE, _ -> {})
                .withSubcommands(CommandTable.under("varve", List.of(
                        sub("explain", 3, VarveCommands::explain).withKeys(Keys.SUB_FIRST),
                        sub("prefetch", -3, call -> hint(call,
                                (keys, key) -> keys.bucket().prefetch(key)))
                                .withKeys(Keys.SUB_ALL),
                        sub("pin", 4, VarveCommands::pin).withKeys(Keys.SUB_FIRST),
                        sub("demote", -3, call -> hint(call,
                                (keys, key) -> keys.bucket().demote(key)))
                                .withKeys(Keys.SUB_ALL),
                        sub("release", 3, VarveCommands::release).withKeys(Keys.SUB_FIRST),
                        sub("help", 2, VarveCommands::help))));
    }

    private static void help(Call call) {
        call.reply().array(HELP.size());
        HELP.forEach(call.reply()::simple);
    }

    private static void hint(Call call, BiPredicate<Keyspace, ObjectKey> hint) {
        call.keys().bucket();
        int taken = 0;
        for (int i = 2; i < call.request().size(); i++) {
            taken += call.key(i).filter(key -> hint.test(call.keys(), key)).isPresent() ? 1 : 0;
        }
        call.reply().integer(taken);
    }

    private static void pin(Call call) {
        long seconds = call.request().number(3);
        if (seconds < 1 || seconds > MAX_PIN_SECONDS) {
            throw new ReplyError("ERR seconds must be from 1 to " + MAX_PIN_SECONDS);
        }
        var bucket = call.keys().bucket();
        var pinned = call.key(2).filter(key -> bucket.pin(key, Duration.ofSeconds(seconds)));
        call.reply().integer(pinned.isPresent() ? 1 : 0);
    }

    private static void release(Call call) {
        var bucket = call.keys().bucket();
        int released = 0;
        try (var cursor = bucket.list(ObjectKey.of(call.request().bytes(2)))) {
            for (var next = cursor.next(); next.isPresent(); next = cursor.next()) {
                bucket.release(next.get().key());
                bucket.demote(next.get().key());
                released++;
            }
        }
        call.reply().integer(released);
    }

    /// A map of names and texts.
    private static void explain(Call call) {
        var bucket = call.keys().bucket();
        var facts = call.key(2)
                .map(bucket::explain)
                .map(found -> found.facts(call.nowMillis()))
                .orElseGet(() -> Map.of("state", "impossible: no key is as long or as short"));
        call.reply().map(facts.size());
        facts.forEach((name, text) -> {
            call.reply().bulk(name);
            call.reply().bulk(text);
        });
    }
}
