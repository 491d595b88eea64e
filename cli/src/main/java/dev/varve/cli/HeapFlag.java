package dev.varve.cli;

import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import dev.varve.server.Machine;
import dev.varve.server.Setting;
import dev.varve.server.SettingsReader;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Tells the launcher how large a heap the settings call for. A small program of its own, because a
/// virtual machine cannot change its heap once it runs.
///
/// The engine keeps the bookkeeping of its first blocks in a fixed share of the heap and charges
/// that of all further ones to the memory budget, of which it takes two thirds at most: where all
/// values are tiny.
final class HeapFlag {
    private static final long FIXED_BYTES = 256L << 20;

    private HeapFlag() {}

    /// Prints `-Xmx…` for the arguments of `varve serve`. Settings that cannot be read are left
    /// for the command itself to report.
    public static void main(String[] arguments) {
        System.out.println("-Xmx" + heapBytes(List.of(arguments), System.getenv()) / 1024 + "k");
    }

    static long heapBytes(List<String> arguments, Map<String, String> environment) {
        try {
            var given = new EnumMap<Setting, List<String>>(Setting.class);
            for (var setting : Setting.values()) {
                value(arguments, "--" + setting.key())
                        .ifPresent(text -> given.put(setting, List.of(text)));
            }
            var config = value(arguments, "--config").map(Path::of);
            return heapBytes(new SettingsReader(
                    Machine.present(), Clock.system(), environment)
                    .read(given, config)
                    .store()
                    .memoryBytes());
        } catch (StorageException | InvalidPathException e) {
            return FIXED_BYTES;
        }
    }

    /// @param memoryBytes budget of the memory tier
    static long heapBytes(long memoryBytes) {
        return FIXED_BYTES + memoryBytes / 3 * 2;
    }

    /// The last value of an option, written `--option value` or `--option=value`.
    private static Optional<String> value(List<String> arguments, String option) {
        Optional<String> value = Optional.empty();
        for (int i = 0; i < arguments.size(); i++) {
            if (arguments.get(i).startsWith(option + "=")) {
                value = Optional.of(arguments.get(i).substring(option.length() + 1));
            } else if (arguments.get(i).equals(option) && i + 1 < arguments.size()) {
                value = Optional.of(arguments.get(i + 1));
            }
        }
        return value;
    }
}
