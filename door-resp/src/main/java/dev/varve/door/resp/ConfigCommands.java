package dev.varve.door.resp;

import static dev.varve.door.resp.Command.sub;

import dev.varve.door.resp.Command.Keys;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// `CONFIG`: shows the settings that clients ask for. None can be changed at run time, and asking
/// for that is answered as Redis answers it for settings that are fixed.
final class ConfigCommands {
    private ConfigCommands() {}

    static Command config() {
        return Command.of("config", -2, "", Keys.NONE, _ -> {})
                .withSubcommands(CommandTable.under("config", List.of(
                        sub("get", -3, ConfigCommands::get),
                        sub("set", -4, ConfigCommands::set),
                        sub("resetstat", 2, ConfigCommands::resetStatistics))));
    }

    private static Map<String, String> parameters(Call call) {
        // The memory budget is the engine's to tell, which may have to look for it.
        call.keys().bucket();
        var settings = call.door().settings();
        long memory = call.door()
                .engine()
                .status()
                .tiers()
                .stream()
                .filter(tier -> tier.name().equals("memory"))
                .mapToLong(tier -> tier.budgetBytes())
                .sum();
        var all = new LinkedHashMap<String, String>();
        all.put("appendonly", "no");
        all.put("bind", settings.host());
        all.put("databases", Integer.toString(RespSettings.DATABASES));
        all.put("maxclients", Integer.toString(settings.maxClients()));
        all.put("maxmemory", Long.toString(memory));
        all.put("port", Integer.toString(call.session().server().getPort()));
        all.put("proto-max-bulk-len", Long.toString(settings.maxBulkBytes()));
        all.put("save", "");
        all.put("timeout", "0");
        return all;
    }

    private static void get(Call call) {
        var request = call.request();
        var matching = new LinkedHashMap<String, String>();
        parameters(call).forEach((name, value) -> {
            for (int i = 2; i < request.size(); i++) {
                // A name without wildcards comes back as it was written.
                if (request.is(i, name)) {
                    matching.put(request.text(i), value);
                } else if (matches(request.text(i), name)) {
                    matching.putIfAbsent(name, value);
                }
            }
        });
        call.reply().map(matching.size());
        matching.forEach((name, value) -> {
            call.reply().bulk(name);
            call.reply().bulk(value);
        });
    }

    private static boolean matches(String pattern, String name) {
        return Glob.matches(
                pattern.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.ISO_8859_1),
                name.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static void set(Call call) {
        var request = call.request();
        if (request.size() % 2 != 0) {
            throw ReplyError.syntax();
        }
        var known = parameters(call);
        for (int i = 2; i < request.size(); i += 2) {
            if (!known.containsKey(request.text(i).toLowerCase(Locale.ROOT))) {
                throw new ReplyError("ERR Unknown option or number of arguments for CONFIG SET - '"
                        + request.text(i) + "'");
            }
        }
        throw new ReplyError("ERR CONFIG SET failed (possibly related to argument '"
                + request.text(2) + "') - can't set immutable config");
    }

    /// The counters go on, because they are other people's too; what a client asks for is granted
    /// as far as it can see.
    private static void resetStatistics(Call call) {
        call.reply().ok();
    }
}
