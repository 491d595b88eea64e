package dev.varve.cli;

import dev.varve.env.Clock;
import dev.varve.env.Randomness;
import dev.varve.env.SystemTasks;
import dev.varve.env.Tasks;
import dev.varve.server.Settings;
import dev.varve.server.VarveServer;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.ExitCode;

/// Runs a server until somebody ends it. The first signal stops it in order and within a bound; the
/// second one ends the process where it stands.
final class Serving {
    /// Beside the time that the engine may go on writing cache blocks to flash.
    private static final Duration STOP_WAIT = Duration.ofSeconds(30);
    private static final int KILLED = 137;

    private final CountDownLatch stop = new CountDownLatch(1);

    private Serving() {}

    /// Starts a server, says where it is, and returns when it has stopped.
    ///
    /// @return the process's exit code
    static int untilSignal(Settings settings, PrintWriter out) throws InterruptedException {
        var serving = new Serving();
        Signals.onTermination(serving::heard);
        var server = VarveServer.start(settings, Clock.system(), Randomness.system());
        return serving.untilHeard(server, settings, out);
    }

    private void heard() {
        if (stop.getCount() == 0) {
            Runtime.getRuntime().halt(KILLED);
        }
        stop.countDown();
    }

    private int untilHeard(VarveServer server, Settings settings, PrintWriter out)
            throws InterruptedException {
        try (server) {
            server.facts().forEach(out::println);
            out.println("Ready. Ctrl-C or SIGTERM stops it.");
            out.flush();
            stop.await();
            out.println("Stopping ...");
            out.flush();
            bound(new SystemTasks(), settings.store().engine().closeWait().plus(STOP_WAIT));
        }
        out.println("Stopped.");
        out.flush();
        return ExitCode.OK;
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
