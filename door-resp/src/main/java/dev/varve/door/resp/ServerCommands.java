package dev.varve.door.resp;

import dev.varve.door.resp.Command.Keys;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Commands about the server as a whole.
final class ServerCommands {
    private ServerCommands() {}

    static List<Command> all() {
        return List.of(
                Command.of("info", -1, "loading stale", Keys.NONE, ServerCommands::info),
                Command.of("time", 1, "loading stale fast", Keys.NONE, ServerCommands::time));
    }

    private static void time(Call call) {
        long millis = call.nowMillis();
        call.reply().array(2);
        call.reply().bulk(Long.toString(millis / 1000));
        call.reply().bulk(Long.toString(millis % 1000 * 1000));
    }

    /// `INFO`: the sections that were asked for, in the order of the full report; names that are
    /// none are passed over, as Redis does.
    private static void info(Call call) {
        // The figures come from the engine, which may have to look for them.
        call.keys().bucket();
        var wanted = new ArrayList<String>();
        for (int i = 1; i < call.request().size(); i++) {
            wanted.add(call.request().text(i).toLowerCase(Locale.ROOT));
        }
        boolean all = wanted.isEmpty() || wanted.contains("all") || wanted.contains("everything")
                || wanted.contains("default");
        var text = new StringBuilder();
        for (var section : InfoSection.all()) {
            boolean visible = section.harmless() || !call.session().access().restricted();
            if (visible
                    && (all || wanted.contains(section.title().toLowerCase(Locale.ROOT)))) {
                text.append(text.isEmpty() ? "" : "\r\n");
                text.append("# ").append(section.title()).append("\r\n");
                section.lines().apply(call).forEach(line -> text.append(line).append("\r\n"));
            }
        }
        call.reply().verbatim(text.toString());
    }
}
