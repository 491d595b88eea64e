package dev.varve.server;

import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Where a server's settings come from, to be read at its start and again at each reload.
///
/// Which configuration file that is was decided once: a file that has gone is a problem then, and
/// not the same as none.
///
/// @param machine     what defaults depend on
/// @param clock       tells which certificates are valid
/// @param environment the process's environment variables
/// @param arguments   values from the command line, by setting
/// @param file        the configuration file, if there is one
///
/// Thread-safe: it keeps nothing of what it has read.
public record SettingsSource(
        Machine machine,
        Clock clock,
        Map<String, String> environment,
        Map<Setting, List<String>> arguments,
        Optional<Path> file) {

    public SettingsSource {
        environment = Map.copyOf(environment);
        arguments = Map.copyOf(arguments);
    }

    /// Finds the configuration file.
    ///
    /// @param named the one that the command line names, if it does
    public static SettingsSource find(
            Machine machine,
            Clock clock,
            Map<String, String> environment,
            Map<Setting, List<String>> arguments,
            Optional<Path> named) {
        var file = new SettingsReader(machine, clock, environment).configFile(arguments, named);
        return new SettingsSource(machine, clock, environment, arguments, file);
    }

    /// Reads everything as it is now.
    ///
    /// @throws StorageException CONFIG with one line for each setting that cannot be used
    public Settings read() {
        return new SettingsReader(machine, clock, environment).read(arguments, file);
    }
}
