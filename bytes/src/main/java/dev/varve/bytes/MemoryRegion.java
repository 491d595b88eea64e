package dev.varve.bytes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.OptionalInt;

/// One long-lived stretch of shared memory behind the slab: an anonymous file (Linux memfd), so
/// that it can be mapped by a process on the same host, which cannot write to it; else a nameless
/// file in a temporary folder.
///
/// Thread-safe: the memory is shared, closing it is not to race with its use.
final class MemoryRegion implements Ground {
    private static final System.Logger LOG = System.getLogger(MemoryRegion.class.getName());

    private final Arena arena;
    private final MemorySegment memory;
    private final String backing;
    /// Of the file, where other processes may map it; owned.
    private final OptionalInt descriptor;

    private MemoryRegion(
            Arena arena,
            MemorySegment memory,
            String backing,
            OptionalInt descriptor) {
        this.arena = arena;
        this.memory = memory;
        this.backing = backing;
        this.descriptor = descriptor;
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
    public Optional<SharedMemory> shared() {
        return descriptor.isEmpty()
                ? Optional.empty()
                : Optional.of(new SharedMemory(descriptor.getAsInt(), 0, memory));
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
        if (descriptor.isPresent()) {
            try {
                LinuxCalls.close(descriptor.getAsInt());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static MemoryRegion anonymousFile(Arena arena, long sizeBytes) throws IOException {
        int descriptor = LinuxCalls.anonymousFile("varve");
        try {
            var memory = map(arena, Path.of("/proc/self/fd/" + descriptor), sizeBytes);
            boolean ignored = LinuxCalls.seal(descriptor); // older kernels can do without
            return new MemoryRegion(arena, memory, "memfd", OptionalInt.of(descriptor));
        } catch (IOException | RuntimeException failed) {
            LinuxCalls.close(descriptor);
            throw failed;
        }
    }

    private static MemoryRegion plainFile(Arena arena, long sizeBytes) throws IOException {
        var tmpfs = Path.of("/dev/shm");
        var file = Files.isWritable(tmpfs)
                ? Files.createTempFile(tmpfs, "varve", ".memory")
                : Files.createTempFile("varve", ".memory");
        try {
            var memory = map(arena, file, sizeBytes);
            return new MemoryRegion(arena, memory, "plain file", OptionalInt.empty());
        } finally {
            Files.delete(file);
        }
    }

    private static MemorySegment map(Arena arena, Path file, long sizeBytes) throws IOException {
        try (var channel = FileChannel.open(
                file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, sizeBytes, arena);
        }
    }
}
