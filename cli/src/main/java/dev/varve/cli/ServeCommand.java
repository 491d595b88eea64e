package dev.varve.cli;

import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import dev.varve.server.Machine;
import dev.varve.server.Setting;
import dev.varve.server.Settings;
import dev.varve.server.SettingsSource;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `varve serve`. Its options are the table of settings.
@Command(name = "serve", description = "Run a server on a folder until SIGTERM or Ctrl-C.",
        footer = {
                "",
                "Every option can also stand in the configuration file (KEY = value) and in the",
                "environment (VARVE_KEY); the command line wins, then the environment.",
                "SIGHUP reads the file again: users, tenants and the TLS certificate.",
                "",
                "Examples:",
                "  varve serve --data DIR",
                "  varve serve --data DIR --memory 1g --flash 20g --resp-port 6380",
                "  varve serve --data DIR --resp-host 0.0.0.0 --resp-user app=PASSWORD",
                "  varve serve --data DIR --resp-tls-cert cert.pem --resp-tls-key key.pem"})
final class ServeCommand implements Callable<Integer> {
    @Option(names = "--config", paramLabel = "FILE",
            description = "Configuration file (default: $VARVE_CONFIG, else varve.conf in the data"
                    + " folder).")
    private Optional<Path> config = Optional.empty();

    private CommandSpec spec = CommandSpec.create();

    @Spec
    void addSettings(CommandSpec itself) {
        spec = itself;
        for (var setting : Setting.values()) {
            var isList = setting.repeats();
            var option = OptionSpec.builder("--" + setting.key())
                    .paramLabel(setting.placeholder())
                    .description(setting.description() + " Default: " + setting.fallback() + ".");
            spec.addOption(isList
                    ? option.type(List.class).auxiliaryTypes(String.class).build()
                    : option.type(String.class).build());
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        var source = SettingsSource.find(
                Machine.present(), Clock.system(), System.getenv(), arguments(), config);
        return Serving.untilSignal(settings(source), source, spec.commandLine().getOut());
    }

    private Settings settings(SettingsSource source) {
        try {
            return source.read();
        } catch (StorageException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private Map<Setting, List<String>> arguments() {
        var arguments = new EnumMap<Setting, List<String>>(Setting.class);
        var parsed = spec.commandLine().getParseResult();
        for (var setting : Setting.values()) {
            var name = "--" + setting.key();
            if (parsed.hasMatchedOption(name)) {
                arguments.put(setting, parsed.matchedOption(name).stringValues());
            }
        }
        return arguments;
    }
}
