package dev.varve.door.resp;

import static dev.varve.door.resp.Command.sub;

import dev.varve.door.resp.Command.Keys;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// `COMMAND`: the server's commands as clients want to know them. Categories, hints and key
/// specifications are left empty.
final class CommandCommands {
    private CommandCommands() {}

    static Command command() {
        return Command.of("command", -1, "loading stale", Keys.NONE, CommandCommands::describeAll)
                .withSubcommands(CommandTable.under("command", List.of(
                        sub("count", 2,
                                call -> call.reply().integer(call.door().commands().all().size())),
                        sub("docs", -2, CommandCommands::docs),
                        sub("info", -2, CommandCommands::info),
                        sub("list", -2, CommandCommands::list))));
    }

    private static void describeAll(Call call) {
        var all = call.door().commands().all();
        call.reply().array(all.size());
        all.forEach(command -> describe(call.reply(), command));
    }

    private static void info(Call call) {
        var request = call.request();
        if (request.size() == 2) {
            describeAll(call);
            return;
        }
        call.reply().array(request.size() - 2);
        for (int i = 2; i < request.size(); i++) {
            named(call, i).ifPresentOrElse(
                    command -> describe(call.reply(), command), call.reply()::nil);
        }
    }

    private static void describe(Reply reply, Command command) {
        reply.array(10);
        reply.bulk(command.name());
        reply.integer(command.arity());
        reply.set(command.flags().size());
        command.flags().forEach(reply::simple);
        reply.integer(command.keys().first());
        reply.integer(command.keys().last());
        reply.integer(command.keys().step());
        reply.set(0);
        reply.set(0);
        reply.set(0);
        reply.array(command.subcommands().size());
        command.subcommands().forEach(sub -> describe(reply, sub));
    }

    /// Redis's documentation is Redis's; ours says which commands there are.
    private static void docs(Call call) {
        var wanted = new ArrayList<Command>();
        if (call.request().size() == 2) {
            wanted.addAll(call.door().commands().all());
        }
        for (int i = 2; i < call.request().size(); i++) {
            named(call, i).ifPresent(wanted::add);
        }
        call.reply().map(wanted.size());
        for (var command : wanted) {
            call.reply().bulk(command.name());
            call.reply().map(1);
            call.reply().bulk("summary");
            call.reply().bulk("As in Redis");
        }
    }

    private static void list(Call call) {
        if (call.request().size() != 2) {
            throw ReplyError.syntax();
        }
        var all = call.door().commands().all();
        call.reply().array(all.size());
        all.forEach(command -> call.reply().bulk(command.name()));
    }

    private static Optional<Command> named(Call call, int index) {
        return call.door()
                .commands()
                .named(call.request().text(index).toLowerCase(Locale.ROOT));
    }
}
