package dev.varve.cli;

import dev.varve.env.Clock;
import dev.varve.env.Randomness;
import dev.varve.env.StorageException;
import dev.varve.env.SystemTasks;
import dev.varve.env.Tasks;
import dev.varve.server.Settings;
import dev.varve.server.SettingsSource;
import dev.varve.server.VarveServer;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.ExitCode;

/// Runs a server until somebody ends it. The first signal stops it in order and within a bound; the
/// second one ends the process where it stands. Where there is a configuration file SIGHUP does not
/// count among these, but reads it again.
final class Serving {
    /// Beside the time that the engine may go on writing cache blocks to flash.
    private static final Duration STOP_WAIT = Duration.ofSeconds(30);
    private static final int KILLED = 137;

    private final AtomicBoolean stopped = new AtomicBoolean();

    /// What was heard and not yet done, each thing once.
    private final BlockingQueue<Wish> wishes = new ArrayBlockingQueue<>(Wish.values().length);

    private enum Wish {
        STOP,
        RELOAD
    }

    private Serving() {}

    /// Starts a server, says where it is, and returns when it has stopped.
    ///
    /// @param settings what the source says now
    /// @return the process's exit code
    static int untilSignal(Settings settings, SettingsSource source, PrintWriter out)
            throws InterruptedException {
        var serving = new Serving();
        Signals.onTermination(serving::stop);
        if (source.file().isPresent()) {
            Signals.onHangup(() -> serving.wish(Wish.RELOAD));
        }
        var server = VarveServer.start(
                settings, source::read, new MediaEnergy(), Clock.system(),
                Randomness.system());
        return serving.untilHeard(server, settings, out);
    }

    private void stop() {
        if (stopped.getAndSet(true)) {
            Runtime.getRuntime().halt(KILLED);
        }
        wish(Wish.STOP);
    }

    private synchronized void wish(Wish wish) {
        if (!wishes.contains(wish)) {
            wishes.add(wish);
        }
    }

    private int untilHeard(VarveServer server, Settings settings, PrintWriter out)
            throws InterruptedException {
        try (server) {
            server.facts().forEach(out::println);
            out.println("Ready. Ctrl-C or SIGTERM stops it.");
            out.flush();
            while (wishes.take() == Wish.RELOAD) {
                reload(server);
            }
            out.println("Stopping ...");
            out.flush();
            bound(new SystemTasks(), settings.store().engine().closeWait().plus(STOP_WAIT));
        }
        out.println("Stopped.");
        out.flush();
        return ExitCode.OK;
    }

    private static void reload(VarveServer server) {
        try {
            server.reload();
        } catch (StorageException _) {
            // The log says why, and the server goes on as before.
        }
    }

    /// Ends the process if it has not ended by itself after a while. What was acknowledged as
    /// durable is safe even then.
    private static void bound(Tasks tasks, Duration wait) {
        tasks.start("stop-bound", () -> {
            Clock.system().sleepNanos(wait.toNanos());
            System.err.println("varve: did not stop within " + wait.toSeconds() + " s; giving up");
            Runtime.getRuntime().halt(ExitCode.SOFTWARE);
        });
    }
}
