package dev.varve.door.resp;

import dev.varve.door.resp.Command.Keys;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// All commands of one door, by name.
///
/// Thread-safe: does not change.
final class CommandTable {
    private static final int LONGEST_NAME = 64;

    private final Map<String, Command> byName;
    /// By the spellings that clients use, which need not be made lower-case first.
    private final Map<String, Command> byText;
    private final Command unknown = Command.of("unknown", -1, "no_auth", Keys.NONE,
            CommandTable::refuse);

    CommandTable() {
        var all = new ArrayList<Command>();
        all.addAll(StringCommands.all());
        all.addAll(KeyCommands.all());
        all.addAll(ExpiryCommands.all());
        all.addAll(ConnectionCommands.all());
        all.add(ClientCommands.client());
        all.addAll(ServerCommands.all());
        all.add(ConfigCommands.config());
        all.add(CommandCommands.command());
        all.addAll(ClusterCommands.all());
        all.add(VarveCommands.varve());
        var sorted = new TreeMap<String, Command>();
        all.forEach(command -> sorted.put(command.name(), command));
        byName = Collections.unmodifiableMap(sorted);
        byText = new HashMap<>(byName);
        byName.forEach((name, command) -> byText.put(name.toUpperCase(Locale.ROOT), command));
    }

    /// The command of this name in any case, or one that answers that there is none.
    Command find(byte[] name) {
        if (name.length > LONGEST_NAME) {
            return unknown;
        }
        var text = new String(name, StandardCharsets.ISO_8859_1);
        var found = byText.get(text);
        return found != null
                ? found
                : byName.getOrDefault(text.toLowerCase(Locale.ROOT), unknown);
    }

    Optional<Command> named(String lowerCaseName) {
        return Optional.ofNullable(byName.get(lowerCaseName));
    }

    /// All commands, by name.
    Collection<Command> all() {
        return byName.values();
    }

    /// The subcommand that a request names, or the command itself where it has none or none is
    /// named.
    static Command resolve(Command command, Request request) {
        if (command.subcommands().isEmpty() || request.size() < 2) {
            return command;
        }
        var wanted = command.name() + "|" + request.text(1).toLowerCase(Locale.ROOT);
        for (var sub : command.subcommands()) {
            if (sub.name().equals(wanted)) {
                return sub;
            }
        }
        throw new ReplyError("ERR unknown subcommand '" + clip(request.text(1), 128) + "'. Try "
                + command.name().toUpperCase(Locale.ROOT) + " HELP.");
    }

    private static void refuse(Call call) {
        var request = call.request();
        if (request.is(0, "POST") || request.is(0, "HOST:")) {
            // A browser that somebody sends here: what follows would be taken for commands.
            throw new BrokenReply("HTTP is not spoken here");
        }
        var arguments = new StringBuilder();
        for (int i = 1; i < request.size() && arguments.length() < 128; i++) {
            var argument = clip(request.text(i), 128 - arguments.length());
            arguments.append('\'').append(argument).append("' ");
        }
        throw new ReplyError("ERR unknown command '" + clip(request.text(0), 128)
                + "', with args beginning with: " + arguments);
    }

    /// Shortens as Redis does: to so many characters, and at a zero.
    private static String clip(String text, int length) {
        int zero = text.indexOf('\0');
        int end = Math.min(zero < 0 ? text.length() : zero, length);
        return text.substring(0, end);
    }

    /// Commands under a common parent, their names completed with the parent's.
    static List<Command> under(String parent, List<Command> subcommands) {
        return subcommands.stream()
                .map(sub -> new Command(
                        parent + "|" + sub.name(), sub.arity(), sub.flags(), sub.keys(),
                        sub.values(), sub.handler(), List.of(), sub.calls()))
                .toList();
    }
}
