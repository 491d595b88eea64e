package dev.varve.bytes;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/// Calls of the C library that Java has no others for: what memory shared with other processes
/// needs, and the control of devices, as it documents them.
///
/// Thread-safe: stateless.
@SuppressWarnings("restricted")
public final class LinuxCalls {
    private static final int MFD_CLOEXEC = 1;
    private static final int MFD_ALLOW_SEALING = 2;
    private static final int O_RDONLY = 0;
    private static final int O_RDWR = 2;
    private static final int O_CLOEXEC = 0x80000;
    private static final int F_ADD_SEALS = 1033;
    private static final int F_SEAL_SEAL = 1;
    private static final int F_SEAL_SHRINK = 2;
    private static final int F_SEAL_GROW = 4;
    private static final int F_SEAL_FUTURE_WRITE = 16;

    private LinuxCalls() {}

    /// A new anonymous file of no length.
    ///
    /// @return its descriptor, owned by the caller
    static int anonymousFile(String name) throws IOException {
        try (var arena = Arena.ofConfined()) {
            int descriptor = (int) function("memfd_create", 2, ADDRESS, JAVA_INT)
                    .invokeExact(arena.allocateFrom(name), MFD_CLOEXEC | MFD_ALLOW_SEALING);
            return checked("memfd_create", descriptor);
        } catch (Throwable failed) {
            throw unchecked(failed);
        }
    }

    /// Lets nobody map an anonymous file writable from now on, write to it or change its length;
    /// mappings that are there stay as they are.
    ///
    /// @return false where the kernel cannot do that (before Linux 5.1)
    static boolean seal(int descriptor) throws IOException {
        try {
            int seals = F_SEAL_FUTURE_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
            int result = (int) function("fcntl", 2, JAVA_INT, JAVA_INT, JAVA_INT)
                    .invokeExact(descriptor, F_ADD_SEALS, seals);
            return result == 0;
        } catch (Throwable failed) {
            throw unchecked(failed);
        }
    }

    /// Opens a file that is there.
    ///
    /// @return its descriptor, owned by the caller
    static int openForWriting(Path path) throws IOException {
        return open(path.toString(), O_RDWR | O_CLOEXEC);
    }

    /// As [#openForWriting], for reading alone.
    public static int openForReading(Path path) throws IOException {
        return open(path.toString(), O_RDONLY | O_CLOEXEC);
    }

    /// Has a device do something.
    ///
    /// @param request  one of its ioctl numbers
    /// @param argument native memory, borrowed, as the request wants it
    /// @return 0 or what the device said; -1 where it or the system refuses
    public static int control(int descriptor, long request, MemorySegment argument)
            throws IOException {
        try {
            return (int) function("ioctl", 2, JAVA_INT, JAVA_LONG, ADDRESS)
                    .invokeExact(descriptor, request, argument);
        } catch (Throwable failed) {
            throw unchecked(failed);
        }
    }

    /// Makes sure that a stretch of a file has memory or disk behind it, so that touching it where
    /// it is mapped does not fail.
    ///
    /// @throws IOException if there is no room
    static void reserve(int descriptor, long offset, long lengthBytes) throws IOException {
        int error;
        try {
            error = (int) function("posix_fallocate", 3, JAVA_INT, JAVA_LONG, JAVA_LONG)
                    .invokeExact(descriptor, offset, lengthBytes);
        } catch (Throwable failed) {
            throw unchecked(failed);
        }
        if (error != 0) {
            throw new IOException(
                    "no room for " + lengthBytes + " bytes (posix_fallocate: " + error + ")");
        }
    }

    /// Opens the file behind a descriptor once more, for reading alone.
    ///
    /// @return a new descriptor, owned by the caller
    static int reopenForReading(int descriptor) throws IOException {
        return open("/proc/self/fd/" + descriptor, O_RDONLY | O_CLOEXEC);
    }

    private static int open(String path, int flags) throws IOException {
        try (var arena = Arena.ofConfined()) {
            int opened = (int) function("open", 2, ADDRESS, JAVA_INT)
                    .invokeExact(arena.allocateFrom(path), flags);
            return checked("open", opened);
        } catch (Throwable failed) {
            throw unchecked(failed);
        }
    }

    /// Gives a descriptor back.
    public static void close(int descriptor) throws IOException {
        try {
            int ignored = (int) function("close", 1, JAVA_INT).invokeExact(descriptor);
        } catch (Throwable failed) {
            throw unchecked(failed);
        }
    }

    /// @param fixed how many arguments come before those that may vary in number
    private static MethodHandle function(String name, int fixed, MemoryLayout... arguments)
            throws IOException {
        var linker = Linker.nativeLinker();
        var address = linker.defaultLookup().find(name);
        if (address.isEmpty()) {
            throw new IOException("this system has no " + name);
        }
        var descriptor = FunctionDescriptor.of(JAVA_INT, arguments);
        return fixed < arguments.length
                ? linker.downcallHandle(
                        address.get(), descriptor, Linker.Option.firstVariadicArg(fixed))
                : linker.downcallHandle(address.get(), descriptor);
    }

    private static int checked(String name, int descriptor) throws IOException {
        if (descriptor < 0) {
            throw new IOException(name + " refused");
        }
        return descriptor;
    }

    private static IOException unchecked(Throwable failed) {
        return switch (failed) {
            case IOException refused -> refused;
            case Error error -> throw error;
            default -> new IOException(failed);
        };
    }
}
