package dev.varve.cli;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.replay.TraceFile;
import dev.varve.replay.TraceFormat;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `varve trace record`.
@Command(name = "record",
        description = "Record the accesses to a server on this machine into a file, for some time"
                + " or until Ctrl-C: what was read, written, asked for and deleted, when, how long"
                + " it was, and whether it was there. No keys and no values: keys become numbers, with"
                + " a secret that is thrown away.",
        footer = {
                "",
                "Examples:",
                "  varve trace record --data DIR monday.trace --for 1h --rate 0.05",
                "  varve replay --trace monday.trace"})
final class RecordCommand implements Runnable {
    private static final long MAX_SECONDS = 86_400;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private AdminAccess admin = new AdminAccess();

    @Option(names = "--rate", paramLabel = "SHARE", defaultValue = "0.1",
            description = "The share of keys to record, above 0, at most 1 (default:"
                    + " ${DEFAULT-VALUE}). All accesses to a key are recorded, or none.")
    private double rate;

    @Option(names = "--for", paramLabel = "TIME",
            description = "How long: 30s, 10m, 2h; at most a day, which is the default.")
    private Optional<String> time = Optional.empty();

    @Parameters(paramLabel = "FILE", description = "Must not exist yet.")
    private Path file = Path.of("");

    @Override
    public void run() {
        if (!(rate > 0 && rate <= 1)) {
            throw new ParameterException(spec.commandLine(),
                    "--rate (" + rate + ") must be above 0 and at most 1");
        }
        long seconds = time.map(this::seconds).orElse(MAX_SECONDS);
        var out = spec.commandLine().getOut();
        try (var target = create(file)) {
            Signals.onTermination(this::stop);
            out.println("Recording into " + file + "; Ctrl-C ends it");
            out.flush();
            admin.post("/trace?rate=" + rate + "&seconds=" + seconds, target);
        } catch (IOException e) {
            throw unwritable(file, e);
        } catch (StorageException e) {
            deleteIfEmpty();
            throw e;
        }
        try (var trace = TraceFile.open(file, Optional.of(TraceFormat.VARVE))) {
            out.print(TraceTable.render(trace));
        }
        out.flush();
    }

    private void stop() {
        try {
            admin.post("/trace/stop");
        } catch (StorageException ended) {
            // by itself, just now, or with the server
        }
    }

    private void deleteIfEmpty() {
        try {
            if (Files.size(file) == 0) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    private static OutputStream create(Path file) {
        try {
            // Hashed or not, it says who asked for what and when: its owner's business.
            return Channels.newOutputStream(FileChannel.open(file,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------"))));
        } catch (FileAlreadyExistsException e) {
            throw new StorageException(Kind.CONFLICT, file + " exists already", e);
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    private static StorageException unwritable(Path file, IOException cause) {
        return new StorageException(
                Kind.UNAVAILABLE, file + " cannot be written: " + cause, cause);
    }

    private long seconds(String text) {
        var units = "smh";
        int unit = text.isEmpty()
                ? -1
                : units.indexOf(text.toLowerCase(Locale.ROOT)
                        .charAt(text.length() - 1));
        var digits = unit < 0 ? text : text.substring(0, text.length() - 1);
        if (digits.matches("\\d{1,6}")) {
            long seconds = Long.parseLong(digits) * (long) Math.pow(60, Math.max(0, unit));
            if (seconds >= 1 && seconds <= MAX_SECONDS) {
                return seconds;
            }
        }
        throw new ParameterException(spec.commandLine(),
                "--for (" + text + ") must be a time such as 30s, 10m or 2h, at most 24h");
    }
}
