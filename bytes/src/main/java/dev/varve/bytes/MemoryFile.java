package dev.varve.bytes;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/// A named file in memory (a tmpfs) that holds a slab, and notes on what lies in it, so that both
/// outlive the process. Readable and writable by its owner alone.
///
///     0           header, one page
///     4096        notes
///     .. + notes  the slab's memory
///
///     header: 0   magic "VARVEMEM"       8
///             8   format, 1              4
///             12  zero                   4
///             16  owner                  8   names the process that has it, or had it last
///             24  length of the notes    8
///             32  length of the memory   8
///             40  former owner           8   0, but while a process takes it up
///             48  CRC-32C of 0 to 48     4
///             52  zero                   4
///             56  steps backed           4   each of [#STEP_BYTES], of the memory
///             60  the same, inverted     4   written with the former in one store
///
/// Opening takes up a file that has exactly the wished shape and replaces any other. One that
/// another process has had since the one named is no use: it may hold what has been replaced. Pages
/// are reserved in steps, see [#back]: a store to a page that the tmpfs has no room for would end
/// the process (SIGBUS).
///
/// Thread-safe: see [Ground].
public final class MemoryFile implements Ground {
    private static final System.Logger LOG = System.getLogger(MemoryFile.class.getName());

    /// Memory is reserved in steps of this length.
    static final long STEP_BYTES = 8L << 20;

    private static final int HEADER_BYTES = 4096;
    private static final int PAGE_BYTES = 4096;
    private static final long MAGIC = 0x4D45_4D45_5652_4156L; // "VARVEMEM"
    private static final int FORMAT = 1;
    private static final int FORMAT_AT = 8;
    private static final int OWNER_AT = 16;
    private static final int NOTES_AT = 24;
    private static final int CAPACITY_AT = 32;
    private static final int FORMER_AT = 40;
    private static final int CRC_AT = 48;
    private static final int BACKED_AT = 56;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle BACKED = ValueLayout.JAVA_LONG
            .withOrder(ByteOrder.LITTLE_ENDIAN)
            .varHandle();

    private final Path path;
    private final Shape shape;
    private final Arena arena;
    private final MemorySegment file;
    private final FileChannel locked;
    private final int descriptor;
    private final Optional<String> replaced;

    /// What a file must be like to be taken up.
    ///
    /// @param owner         the process that must have had it last; 0 where there was none, and
    ///                      any file is replaced
    /// @param notesBytes    rounded up to whole pages
    /// @param capacityBytes of the slab; rounded down to whole pages
    public record Shape(long owner, long notesBytes, long capacityBytes) {
        public Shape {
            notesBytes = (notesBytes + PAGE_BYTES - 1) & -PAGE_BYTES;
            capacityBytes &= -PAGE_BYTES;
        }

        /// Length of the whole file.
        public long fileBytes() {
            return HEADER_BYTES + notesBytes + capacityBytes;
        }
    }

    private MemoryFile(
            Path path,
            Shape shape,
            Arena arena,
            MemorySegment file,
            FileChannel locked,
            int descriptor,
            Optional<String> replaced) {
        this.path = path;
        this.shape = shape;
        this.arena = arena;
        this.file = file;
        this.locked = locked;
        this.descriptor = descriptor;
        this.replaced = replaced;
    }

    /// Takes up a file, or makes a new one in its place.
    ///
    /// @param path  in a folder of a tmpfs
    /// @param owner the owner from now on; never 0
    /// @throws IOException if that cannot be, also because this system lacks a call, or because a
    /// file of this name belongs to another user or is open in another process
    public static MemoryFile open(Path path, Shape shape, long owner) throws IOException {
        var replaced = unfit(path, shape);
        if (replaced.isPresent()) {
            Files.delete(path);
        }
        boolean fresh = !Files.exists(path, LinkOption.NOFOLLOW_LINKS);
        if (fresh) {
            create(path, shape);
        }
        try {
            var file = map(path, shape, replaced);
            own(file.file, owner, shape.owner);
            return file;
        } catch (IOException failed) {
            if (fresh) {
                Files.deleteIfExists(path);
            }
            throw failed;
        }
    }

    /// Says that whoever asks for the owner now is told of this process: the former owner's name is
    /// no longer good for taking up the file.
    public void settle() {
        own(file, file.get(LONG, OWNER_AT), 0);
    }

    /// Why a file that was there was not taken up, for people; empty where none was there, or it
    /// was.
    public Optional<String> replaced() {
        return replaced;
    }

    public Path path() {
        return path;
    }

    /// Length of the file, which it may grow to.
    public long lengthBytes() {
        return file.byteSize();
    }

    /// Removes the name; the memory goes when it is closed.
    public void delete() throws IOException {
        Files.deleteIfExists(path);
    }

    @Override
    public MemorySegment memory() {
        return file.asSlice(HEADER_BYTES + shape.notesBytes);
    }

    @Override
    public MemorySegment notes() {
        return file.asSlice(HEADER_BYTES, shape.notesBytes);
    }

    @Override
    public Optional<SharedMemory> shared() {
        return Optional.of(
                new SharedMemory(descriptor, HEADER_BYTES + shape.notesBytes, memory()));
    }

    @Override
    public String backing() {
        return path.toString();
    }

    @Override
    public long backedBytes() {
        return Math.min(shape.capacityBytes, steps(file) * STEP_BYTES);
    }

    @Override
    public boolean back(long bytes) {
        long from = backedBytes();
        if (bytes > from && !reserve(HEADER_BYTES + shape.notesBytes + from, bytes - from)) {
            return false;
        }
        long steps = (bytes + STEP_BYTES - 1) / STEP_BYTES;
        BACKED.setRelease(file, (long) BACKED_AT, backed(steps));
        return true;
    }

    private boolean reserve(long from, long lengthBytes) {
        try {
            LinuxCalls.reserve(descriptor, from, lengthBytes);
            return true;
        } catch (IOException noRoom) {
            return false;
        }
    }

    /// Ends the mapping. The file stays.
    @Override
    public void close() {
        arena.close();
        closeQuietly(descriptor);
        closeQuietly(locked);
    }

    private static void create(Path path, Shape shape) throws IOException {
        var owner = PosixFilePermissions.asFileAttribute(
                PosixFilePermissions.fromString("rw-------"));
        try (var channel = FileChannel.open(path,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ,
                        StandardOpenOption.WRITE),
                owner);
                var arena = Arena.ofConfined()) {
            var header = channel.map(FileChannel.MapMode.READ_WRITE, 0, HEADER_BYTES, arena);
            header.set(INT, FORMAT_AT, FORMAT);
            header.set(LONG, NOTES_AT, shape.notesBytes);
            header.set(LONG, CAPACITY_AT, shape.capacityBytes);
            header.set(LONG, BACKED_AT, backed(0));
            header.set(LONG, 0, MAGIC);
            own(header, shape.owner, 0);
        }
    }

    private static void own(MemorySegment header, long owner, long former) {
        header.set(LONG, OWNER_AT, owner);
        header.set(LONG, FORMER_AT, former);
        header.set(INT, CRC_AT, Crc32c.of(header.asSlice(0, CRC_AT)));
    }

    @SuppressWarnings("MustBeClosedChecker") // closed with the file
    private static MemoryFile map(Path path, Shape shape, Optional<String> replaced)
            throws IOException {
        var arena = Arena.ofShared();
        var channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS);
        int descriptor = -1;
        try {
            lock(channel, path);
            descriptor = LinuxCalls.openForWriting(path);
            LinuxCalls.reserve(descriptor, 0, HEADER_BYTES + shape.notesBytes);
            var file = channel.map(
                    FileChannel.MapMode.READ_WRITE, 0, shape.fileBytes(), arena);
            return new MemoryFile(path, shape, arena, file, channel, descriptor, replaced);
        } catch (IOException failed) {
            arena.close();
            closeQuietly(descriptor);
            closeQuietly(channel);
            throw failed;
        }
    }

    private static void lock(FileChannel channel, Path path) throws IOException {
        try {
            if (channel.tryLock() != null) {
                return;
            }
        } catch (OverlappingFileLockException here) {
            // as if another process had it
        }
        throw new IOException(path + " is in use");
    }

    private static void closeQuietly(int descriptor) {
        if (descriptor >= 0) {
            closeQuietly(() -> LinuxCalls.close(descriptor));
        }
    }

    private static void closeQuietly(Closeable closeable) {
        try {
            closeable.close();
        } catch (IOException failed) {
            LOG.log(System.Logger.Level.WARNING, "a file of the memory tier: {0}", failed);
        }
    }

    /// Why a file cannot be taken up; empty where it can, or there is none.
    private static Optional<String> unfit(Path path, Shape shape) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
                || !Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS)
                        .equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
            throw new IOException(path + " is not a file of this user");
        }
        if (!PosixFilePermissions.toString(Files.getPosixFilePermissions(path))
                .equals("rw-------")) {
            return Optional.of("others may have written to it");
        }
        try (var channel = FileChannel.open(path, StandardOpenOption.READ,
                StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
                var arena = Arena.ofConfined()) {
            lock(channel, path);
            long length = channel.size();
            if (length < HEADER_BYTES) {
                return Optional.of("it was left unfinished");
            }
            var header = channel.map(FileChannel.MapMode.READ_ONLY, 0, HEADER_BYTES, arena);
            return unfit(header, length, shape);
        }
    }

    private static Optional<String> unfit(MemorySegment header, long length, Shape shape) {
        if (header.get(LONG, 0) != MAGIC
                || header.get(INT, CRC_AT) != Crc32c.of(header.asSlice(0, CRC_AT))
                || steps(header) < 0) {
            return Optional.of("its header is damaged");
        }
        if (header.get(INT, FORMAT_AT) != FORMAT) {
            return Optional.of("it has format " + header.get(INT, FORMAT_AT)
                    + ", and this version knows " + FORMAT);
        }
        boolean known = shape.owner != 0 && (header.get(LONG, OWNER_AT) == shape.owner
                || header.get(LONG, FORMER_AT) == shape.owner);
        if (!known) {
            return Optional.of("the store was open without it since, or it is another store's");
        }
        if (header.get(LONG, NOTES_AT) != shape.notesBytes
                || header.get(LONG, CAPACITY_AT) != shape.capacityBytes) {
            return Optional.of("it is of another memory budget");
        }
        return length == shape.fileBytes()
                ? Optional.empty()
                : Optional.of("it has " + length + " bytes, and must have " + shape.fileBytes());
    }

    private static long backed(long steps) {
        return steps | ~steps << Integer.SIZE;
    }

    /// Steps backed, or -1 where the field is damaged.
    private static long steps(MemorySegment header) {
        long field = header.get(LONG, BACKED_AT);
        long steps = field & 0xffff_ffffL;
        return backed(steps) == field ? steps : -1;
    }
}
