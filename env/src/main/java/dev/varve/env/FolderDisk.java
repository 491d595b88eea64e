package dev.varve.env;

import dev.varve.env.StorageException.Kind;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// A [Disk] over a folder of a real file system.
///
/// With [Access#DIRECT] transfers go past the page cache (O_DIRECT), where the file system can do
/// that; where it cannot, they are buffered, and the log says so once.
///
/// A thread that uses a disk must never be interrupted: Java closes the file under it, and with it
/// the file of everybody else.
///
/// Thread-safe: holds no state of its own but the folder.
public final class FolderDisk implements Disk {
    private static final System.Logger LOG = System.getLogger(FolderDisk.class.getName());
    private static final int PAGE_BYTES = 4096;
    private static final Optional<OpenOption> DIRECT = directOption();

    private final Path folder;
    private final boolean direct;

    /// How transfers reach the device.
    public enum Access {
        /// Past the page cache, if the file system can do that.
        DIRECT,
        /// Through the page cache.
        BUFFERED
    }

    private FolderDisk(Path folder, boolean direct) {
        this.folder = folder;
        this.direct = direct;
    }

    /// Opens a folder, which is created with its parents if it does not exist.
    ///
    /// @throws StorageException CONFIG if the folder cannot be created or written to
    public static FolderDisk open(Path folder, Access access) {
        try {
            Files.createDirectories(folder);
            if (!Files.isWritable(folder)) {
                throw new StorageException(Kind.CONFIG, "folder " + folder + " must be writable");
            }
            boolean direct = access == Access.DIRECT && takesDirect(folder);
            if (access == Access.DIRECT && !direct) {
                LOG.log(System.Logger.Level.WARNING,
                        "No direct I/O in {0}: its file system does not offer it. Transfers are"
                                + " buffered, so the page cache holds a second copy of"
                                + " what is read.",
                        folder);
            }
            return new FolderDisk(folder, direct);
        } catch (IOException e) {
            throw new StorageException(Kind.CONFIG, "folder " + folder + " cannot be used: " + e,
                    e);
        }
    }

    /// Whether transfers go past the page cache.
    public boolean isDirect() {
        return direct;
    }

    @Override
    public DiskFile create(String name) {
        return openWith(name, EnumSet.of(StandardOpenOption.CREATE_NEW));
    }

    @Override
    public DiskFile open(String name) {
        return openWith(name, EnumSet.noneOf(StandardOpenOption.class));
    }

    @Override
    public void delete(String name) {
        Path path = path(name);
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw failure("deleting " + path, e);
        }
    }

    @Override
    public List<String> names() {
        try (var files = Files.list(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(f -> f.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw failure("listing " + folder, e);
        }
    }

    @Override
    public void syncNames() {
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            throw failure("syncing folder " + folder, e);
        }
    }

    @Override
    public long usableBytes() {
        try {
            return Files.getFileStore(folder).getUsableSpace();
        } catch (IOException e) {
            throw failure("asking for free space of " + folder, e);
        }
    }

    @Override
    public int alignmentBytes() {
        return direct ? PAGE_BYTES : 1;
    }

    /// Holds nothing to be closed; open files stay open.
    @Override
    public void close() {}

    @Override
    public String toString() {
        return folder.toString();
    }

    /// What an I/O error means to the caller.
    static StorageException failure(String doing, IOException cause) {
        String text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        if (cause instanceof NoSuchFileException) {
            return new StorageException(Kind.ABSENT, doing + ": no such file", cause);
        }
        if (cause instanceof FileAlreadyExistsException) {
            return new StorageException(Kind.CONFLICT, doing + ": the file exists already", cause);
        }
        if (text.contains("no space left on device") || text.contains("quota exceeded")) {
            return new StorageException(Kind.FULL, doing + ": " + cause.getMessage(), cause);
        }
        return new StorageException(Kind.UNAVAILABLE, doing + ": " + cause, cause);
    }

    private DiskFile openWith(String name, Set<StandardOpenOption> more) {
        Path path = path(name);
        Set<OpenOption> options = new HashSet<>(more);
        options.add(StandardOpenOption.READ);
        options.add(StandardOpenOption.WRITE);
        if (direct) {
            options.add(DIRECT.orElseThrow());
        }
        try {
            return ChannelFile.open(path, options);
        } catch (IOException e) {
            throw failure("opening " + path, e);
        }
    }

    private Path path(String name) {
        Invariant.check(!name.isEmpty() && name.indexOf('/') < 0 && !name.startsWith("."),
                "a file name must not be empty, hidden or hold a slash: " + name);
        return folder.resolve(name);
    }

    /// File systems refuse the flag when a file is opened (tmpfs of old, some network ones), or
    /// have blocks greater than the page that this program aligns to.
    private static boolean takesDirect(Path folder) throws IOException {
        if (DIRECT.isEmpty()) {
            return false;
        }
        Path probe = Files.createTempFile(folder, "direct", ".probe");
        try (var _ = FileChannel.open(probe, StandardOpenOption.WRITE, DIRECT.get())) {
            return PAGE_BYTES % Files.getFileStore(probe).getBlockSize() == 0;
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        } finally {
            Files.deleteIfExists(probe);
        }
    }

    /// By reflection, because the compiler's warning about an option outside of the Java standard
    /// can be suppressed in no other way.
    private static Optional<OpenOption> directOption() {
        try {
            Object[] options = Class.forName("com.sun.nio.file.ExtendedOpenOption")
                    .getEnumConstants();
            return Arrays.stream(options)
                    .filter(o -> o.toString().equals("DIRECT"))
                    .map(OpenOption.class::cast)
                    .findFirst();
        } catch (ClassNotFoundException e) {
            return Optional.empty();
        }
    }
}
