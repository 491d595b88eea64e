package dev.varve.cli;

import java.lang.reflect.Proxy;
import java.util.List;

/// Asks to be told of the signals that end a process.
///
/// Deliberately by reflection, because javac warns at each mention of `sun.misc.Signal`, which
/// has no successor, and the only way to a clean exit code and to a second signal that counts.
final class Signals {
    private Signals() {}

    /// Runs `action` at each SIGTERM, SIGINT and SIGHUP from now on, instead of ending the
    /// process. A signal that the process was started to ignore (nohup) stays ignored. Where the
    /// platform knows no signals, nothing changes.
    static void onTermination(Runnable action) {
        on(List.of("TERM", "INT", "HUP"), action);
    }

    /// Runs `action` at each SIGHUP from now on, as [#onTermination] otherwise.
    static void onHangup(Runnable action) {
        on(List.of("HUP"), action);
    }

    private static void on(List<String> names, Runnable action) {
        for (var name : names) {
            try {
                handle(name, action);
            } catch (ReflectiveOperationException | IllegalArgumentException e) {
                System.getLogger(Signals.class.getName())
                        .log(
                                System.Logger.Level.WARNING,
                                "SIG" + name + " cannot be heard: " + e);
            }
        }
    }

    private static void handle(String name, Runnable action) throws ReflectiveOperationException {
        var signalType = Class.forName("sun.misc.Signal");
        var handlerType = Class.forName("sun.misc.SignalHandler");
        var signal = signalType.getConstructor(String.class).newInstance(name);
        var handle = signalType.getMethod("handle", signalType, handlerType);
        var handler = Proxy.newProxyInstance(
                Signals.class.getClassLoader(), new Class<?>[]{handlerType},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("handle")) {
                        action.run();
                        return method.getDefaultValue();
                    }
                    return method.invoke(action, arguments);
                });
        var previous = handle.invoke(null, signal, handler);
        if (handlerType.getField("SIG_IGN").get(null).equals(previous)) {
            handle.invoke(null, signal, previous);
        }
    }
}
