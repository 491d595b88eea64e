package dev.varve.store;

import dev.varve.bytes.BuddySlab;
import dev.varve.bytes.MemoryFile;
import dev.varve.engine.EngineSettings.MemoryAtClose;
import dev.varve.engine.TieredEngine;
import dev.varve.env.Randomness;
import dev.varve.store.MemoryHome.AtStop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// Opens the memory tier where the settings want it, or where it can be, and says what was found.
///
/// A file is named after the real path of the store's folder. It is taken up if the process that
/// had it is the one that worked in the folder last: each process writes its name, a random number,
/// into both. So blocks do not come back after the folder was changed by a process that did not
/// know of them, or was replaced by another store's.
///
/// Confined to one thread.
final class MemoryOpening {
    private static final System.Logger LOG = System.getLogger(MemoryOpening.class.getName());
    private static final Path SYSTEM_TMPFS = Path.of("/dev/shm");
    private static final String PREFIX = "varve-";
    private static final String SUFFIX = ".memory";

    private final BuddySlab slab;
    private final Optional<MemoryFile> file;
    private final AtStop atStop;
    private final List<String> remarks;

    private MemoryOpening(
            BuddySlab slab,
            Optional<MemoryFile> file,
            AtStop atStop,
            List<String> remarks) {
        this.slab = slab;
        this.file = file;
        this.atStop = atStop;
        this.remarks = remarks;
    }

    /// @param folder      the store's
    /// @param lock        this process's lock of it
    /// @param memoryBytes the budget, index included
    static MemoryOpening open(Path folder, FolderLock lock, long memoryBytes, MemoryHome home) {
        long run = Randomness.system().nextLong(1, Long.MAX_VALUE);
        var owners = new Owners(lock.run(), run);
        var opening = open(folder, owners, memoryBytes, home);
        lock.begin(run);
        opening.file.ifPresent(MemoryFile::settle);
        return opening;
    }

    /// Who had the folder, and who has it now.
    private record Owners(long former, long present) {}

    private static MemoryOpening open(
            Path folder,
            Owners owners,
            long memoryBytes,
            MemoryHome home) {
        return switch (home) {
            case MemoryHome.Nameless() -> {
                removeLeftover(SYSTEM_TMPFS, folder);
                yield nameless(memoryBytes, Optional.empty());
            }
            case MemoryHome.Found(var atStop) -> isTmpfs(SYSTEM_TMPFS)
                    ? named(SYSTEM_TMPFS, folder, owners, memoryBytes, atStop)
                    : nameless(memoryBytes, Optional.of(SYSTEM_TMPFS + " is no tmpfs"));
            case MemoryHome.In(var at, var atStop) ->
                named(at, folder, owners, memoryBytes, atStop);
        };
    }

    BuddySlab slab() {
        return slab;
    }

    /// What the engine is to do at its close.
    MemoryAtClose atClose() {
        return file.isPresent() && atStop == AtStop.KEEP
                ? MemoryAtClose.STAYS
                : MemoryAtClose.TO_FLASH;
    }

    /// What is not as it could be, a line each.
    List<String> remarks() {
        return remarks;
    }

    /// Removes the file, or says that it stays. To be called when the engine has closed in order.
    void stopped() {
        if (file.isEmpty()) {
            return;
        }
        var path = file.get().path();
        if (atStop == AtStop.KEEP) {
            LOG.log(System.Logger.Level.INFO,
                    "memory stays in {0} for the next start; to free it instead: rm {0}", path);
            return;
        }
        try {
            file.get().delete();
        } catch (IOException failed) {
            LOG.log(System.Logger.Level.WARNING, "{0} cannot be removed: {1}", path, failed);
        }
    }

    private static MemoryOpening nameless(long memoryBytes, Optional<String> reason) {
        var slab = BuddySlab.open(memoryBytes);
        var remarks = new ArrayList<String>();
        reason.ifPresent(why -> remarks
                .add("memory does not outlive a kill of the process: " + why));
        if (!slab.backing().equals("memfd")) {
            remarks.add("memory tier in a " + slab.backing() + ": no memfd");
        }
        return new MemoryOpening(slab, Optional.empty(), AtStop.FLASH, List.copyOf(remarks));
    }

    private static MemoryOpening named(
            Path tmpfs,
            Path folder,
            Owners owners,
            long memoryBytes,
            AtStop atStop) {
        try {
            long notesBytes = TieredEngine.notesBytes(memoryBytes);
            var shape = new MemoryFile.Shape(
                    owners.former, notesBytes, memoryBytes - notesBytes);
            var path = pathOf(tmpfs, folder);
            long room = Files.getFileStore(tmpfs).getUsableSpace();
            if (!Files.exists(path) && room < shape.fileBytes()) {
                return nameless(memoryBytes, Optional.of(tmpfs + " has room for " + room
                        + " bytes, and the memory tier takes up to " + shape.fileBytes()));
            }
            var file = MemoryFile.open(path, shape, owners.present);
            var remarks = new ArrayList<String>();
            file.replaced()
                    .ifPresent(why -> remarks.add(path + " was not taken up and is new: " + why));
            if (!isTmpfs(tmpfs)) {
                remarks.add(tmpfs + " is no tmpfs: the system will write memory to its disk");
            }
            return new MemoryOpening(BuddySlab.on(file), Optional.of(file), atStop,
                    List.copyOf(remarks));
        } catch (IOException cannot) {
            return nameless(memoryBytes, Optional.of(String.valueOf(cannot.getMessage())));
        }
    }

    /// Frees memory that an earlier process left under other settings.
    private static void removeLeftover(Path tmpfs, Path folder) {
        try {
            Files.deleteIfExists(pathOf(tmpfs, folder));
        } catch (IOException notOurs) {
            LOG.log(System.Logger.Level.DEBUG, "no leftover removed: {0}", notOurs);
        }
    }

    private static Path pathOf(Path tmpfs, Path folder) throws IOException {
        var name = folder.toRealPath().toString().getBytes(StandardCharsets.UTF_8);
        return tmpfs.resolve(PREFIX + HexFormat.of().toHexDigits(hash(name)) + SUFFIX);
    }

    private static long hash(byte[] bytes) {
        try {
            return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(bytes)).getLong();
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static boolean isTmpfs(Path folder) {
        try {
            return Files.isDirectory(folder) && Files.getFileStore(folder).type().equals("tmpfs");
        } catch (IOException unknown) {
            return false;
        }
    }
}
