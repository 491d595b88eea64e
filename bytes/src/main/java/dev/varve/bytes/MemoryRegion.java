package dev.varve.bytes;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// One long-lived stretch of shared memory behind the slab: an anonymous file (Linux memfd), so
/// that it can later be mapped by a process on the same host; else a nameless file in a temporary
/// folder.
///
/// Thread-safe: the memory is shared, closing it is not to race with its use.
final class MemoryRegion implements Ground {
    private static final System.Logger LOG = System.getLogger(MemoryRegion.class.getName());

    private final Arena arena;
    private final MemorySegment memory;
    private final String backing;

    private MemoryRegion(Arena arena, MemorySegment memory, String backing) {
        this.arena = arena;
        this.memory = memory;
        this.backing = backing;
    }

    /// @param sizeBytes at least 1; pages are taken from the system when they are first touched
    @SuppressWarnings("MustBeClosedChecker") // closed with the region
    static MemoryRegion open(long sizeBytes) {
        var arena = Arena.ofShared();
        try {
            return anonymousFile(arena, sizeBytes);
        } catch (Throwable noMemfd) {
            LOG.log(System.Logger.Level.INFO,
                    "no anonymous file ({0}): memory tier in a plain file",
                    noMemfd.getMessage());
        }
        try {
            return plainFile(arena, sizeBytes);
        } catch (IOException noFile) {
            arena.close();
            throw new IllegalStateException("no memory of " + sizeBytes + " bytes to be had",
                    noFile);
        }
    }

    @Override
    public MemorySegment memory() {
        return memory;
    }

    @Override
    public String backing() {
        return backing;
    }

    @Override
    public MemorySegment notes() {
        return MemorySegment.NULL;
    }

    /// All of it: pages come from the system when they are first touched, and no limit of a file
    /// system stands in between.
    @Override
    public long backedBytes() {
        return memory.byteSize();
    }

    @Override
    public boolean back(long bytes) {
        return bytes <= memory.byteSize();
    }

    @Override
    public void close() {
        arena.close();
    }

    @SuppressWarnings("restricted") // two calls of the C library, as it documents them
    private static MemoryRegion anonymousFile(Arena arena, long sizeBytes) throws Throwable {
        var linker = Linker.nativeLinker();
        var create = linker.downcallHandle(
                linker.defaultLookup().find("memfd_create").orElseThrow(),
                FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
        var close = linker.downcallHandle(
                linker.defaultLookup().find("close").orElseThrow(),
                FunctionDescriptor.of(JAVA_INT, JAVA_INT));
        int closeOnExec = 1;
        int descriptor = (int) create.invokeExact(arena.allocateFrom("varve"), closeOnExec);
        if (descriptor < 0) {
            throw new IOException("memfd_create refused");
        }
        try {
            return map(arena, Path.of("/proc/self/fd/" + descriptor), sizeBytes, "memfd");
        } finally {
            int ignored = (int) close.invokeExact(descriptor);
        }
    }

    private static MemoryRegion plainFile(Arena arena, long sizeBytes) throws IOException {
        var tmpfs = Path.of("/dev/shm");
        var file = Files.isWritable(tmpfs)
                ? Files.createTempFile(tmpfs, "varve", ".memory")
                : Files.createTempFile("varve", ".memory");
        try {
            return map(arena, file, sizeBytes, "plain file");
        } finally {
            Files.delete(file);
        }
    }

    private static MemoryRegion map(Arena arena, Path file, long sizeBytes, String backing)
            throws IOException {
        try (var channel = FileChannel.open(
                file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            var memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, sizeBytes, arena);
            return new MemoryRegion(arena, memory, backing);
        }
    }
}
