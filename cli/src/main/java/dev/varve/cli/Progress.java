package dev.varve.cli;

import dev.varve.env.Clock;
import java.io.Console;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;

/// Says how far something has come: one line that changes on a terminal, a line now and then
/// elsewhere.
///
/// Confined to one thread at a time.
final class Progress {
    private static final Duration TERMINAL_PAUSE = Duration.ofMillis(200);
    private static final Duration LINE_PAUSE = Duration.ofSeconds(10);

    private final PrintWriter out;
    private final boolean terminal;
    private final Clock clock;
    private long nextNanos;
    private int shownLength;

    Progress(PrintWriter out, boolean terminal, Clock clock) {
        this.out = out;
        this.terminal = terminal;
        this.clock = clock;
        this.nextNanos = clock.nanoTime() + pause().toNanos();
    }

    /// On the process's own terminal, if there is one.
    static Progress on(PrintWriter out) {
        var terminal = Optional.ofNullable(System.console()).filter(Console::isTerminal);
        return new Progress(out, terminal.isPresent(), Clock.system());
    }

    /// Shows where things are; to be called as often as one likes.
    void show(String text) {
        if (clock.nanoTime() - nextNanos < 0) {
            return;
        }
        nextNanos = clock.nanoTime() + pause().toNanos();
        if (terminal) {
            out.print("\r" + text + " ".repeat(Math.max(0, shownLength - text.length())));
            shownLength = text.length();
        } else {
            out.println(text);
        }
        out.flush();
    }

    /// Takes the changing line away.
    void end() {
        if (shownLength > 0) {
            out.print("\r" + " ".repeat(shownLength) + "\r");
            out.flush();
            shownLength = 0;
        }
    }

    private Duration pause() {
        return terminal ? TERMINAL_PAUSE : LINE_PAUSE;
    }
}
