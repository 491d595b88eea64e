package dev.varve.door.resp;

import static dev.varve.door.resp.Command.sub;

import dev.varve.door.resp.Command.Keys;
import dev.varve.door.resp.Session.Replies;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// `CLIENT` and its subcommands.
final class ClientCommands {
    private ClientCommands() {}

    static Command client() {
        return Command.of("client", -2, "", Keys.NONE, _ -> {})
                .withSubcommands(CommandTable.under("client", List.of(
                        sub("id", 2, call -> call.reply().integer(call.session().id())),
                        sub("setname", 3, ClientCommands::setName),
                        sub("getname", 2, ClientCommands::getName),
                        sub("setinfo", 4, ClientCommands::setInfo),
                        sub("info", 2, ClientCommands::info),
                        sub("list", -2, ClientCommands::list),
                        sub("no-evict", 3, ClientCommands::onOrOff),
                        sub("no-touch", 3, ClientCommands::onOrOff),
                        sub("reply", 3, ClientCommands::reply))));
    }

    /// A name that may appear in `CLIENT LIST`.
    static String checkedName(String name) {
        if (!isPlain(name)) {
            throw new ReplyError("ERR Client names cannot contain spaces, newlines or special "
                    + "characters.");
        }
        return name;
    }

    private static boolean isPlain(String text) {
        return text.chars().allMatch(c -> c >= '!' && c <= '~');
    }

    private static void setName(Call call) {
        call.session().rename(checkedName(call.request().text(2)));
        call.reply().ok();
    }

    private static void getName(Call call) {
        var name = call.session().name();
        if (name.isEmpty()) {
            call.reply().nil();
        } else {
            call.reply().bulk(name);
        }
    }

    private static void setInfo(Call call) {
        var request = call.request();
        boolean isName = request.is(2, "LIB-NAME");
        if (!isName && !request.is(2, "LIB-VER")) {
            throw new ReplyError("ERR Unrecognized option '" + request.text(2) + "'");
        }
        var value = request.text(3);
        if (!isPlain(value)) {
            throw new ReplyError("ERR " + request.text(2).toLowerCase(Locale.ROOT)
                    + " cannot contain spaces, newlines or special characters.");
        }
        if (isName) {
            call.session().library(value);
        } else {
            call.session().libraryVersion(value);
        }
        call.reply().ok();
    }

    private static void info(Call call) {
        call.reply()
                .verbatim(
                        call.session().describe(call.door().clock().nanoTime()) + "\n");
    }

    private static void list(Call call) {
        var request = call.request();
        var wanted = new ArrayList<Long>();
        boolean all = request.size() == 2;
        if (request.size() == 4 && request.is(2, "TYPE")) {
            var type = request.text(3).toLowerCase(Locale.ROOT);
            if (!List.of("normal", "master", "replica", "slave", "pubsub").contains(type)) {
                throw new ReplyError("ERR Unknown client type '" + request.text(3) + "'");
            }
            all = type.equals("normal");
        } else if (request.size() > 3 && request.is(2, "ID")) {
            for (int i = 3; i < request.size(); i++) {
                var id = Numbers.parse(request.bytes(i));
                if (id.isEmpty()) {
                    throw new ReplyError("ERR Invalid client ID");
                }
                wanted.add(id.getAsLong());
            }
        } else if (!all) {
            throw ReplyError.syntax();
        }
        long now = call.door().clock().nanoTime();
        boolean own = call.session().access().restricted();
        var lines = new StringBuilder();
        for (var session : call.door().clients().sessions()) {
            boolean visible = !own || session.user().equals(call.session().user());
            if (visible && (all || wanted.contains(session.id()))) {
                lines.append(session.describe(now)).append('\n');
            }
        }
        call.reply().verbatim(lines.toString());
    }

    /// Options about Redis's own eviction, which has no part here.
    private static void onOrOff(Call call) {
        if (!call.request().is(2, "ON") && !call.request().is(2, "OFF")) {
            throw ReplyError.syntax();
        }
        call.reply().ok();
    }

    private static void reply(Call call) {
        var request = call.request();
        if (request.is(2, "ON")) {
            call.session().show(Replies.ALL);
            call.reply().ok();
        } else if (request.is(2, "OFF")) {
            call.session().show(Replies.NONE);
        } else if (request.is(2, "SKIP")) {
            call.session().show(Replies.SKIP_NEXT);
        } else {
            throw ReplyError.syntax();
        }
    }
}
