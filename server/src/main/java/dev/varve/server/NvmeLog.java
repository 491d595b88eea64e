package dev.varve.server;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Optional;

/// The SMART / Health Information log page of an NVMe drive, which Linux has the drive's controller
/// asked for by an admin command (`include/uapi/linux/nvme_ioctl.h`). The kernel passes such
/// commands on for CAP_SYS_ADMIN alone, whatever the file's permissions are.
///
/// Thread-safe: stateless.
@SuppressWarnings("restricted")
final class NvmeLog {
    private static final int LOG_BYTES = 512;
    private static final int O_RDONLY_O_CLOEXEC = 0x80000;
    /// `_IOWR('N', 0x41, struct nvme_passthru_cmd)`
    private static final long NVME_IOCTL_ADMIN_CMD = 0xC0484E41L;

    /// Where the fields of `struct nvme_passthru_cmd` are; the others stay zero. Deliberately also
    /// its time-out, which thereby is the kernel's own of a minute: when an admin command's time is
    /// up, the kernel resets the drive, and no meter is worth that.
    private static final int OPCODE_AT = 0;
    private static final int NAMESPACE_AT = 4;
    private static final int ADDRESS_AT = 24;
    private static final int LENGTH_AT = 36;
    private static final int CDW10_AT = 40;
    private static final int COMMAND_BYTES = 72;

    private static final byte GET_LOG_PAGE = 2;
    private static final int ALL_NAMESPACES = -1;
    private static final int HEALTH = 2;
    /// The length is told in double words, less one.
    private static final int HEALTH_CDW10 = HEALTH | (LOG_BYTES / 4 - 1) << 16;

    private NvmeLog() {}

    /// Asks a drive, and waits for it: microseconds, or until the kernel resets it. So it must not
    /// run where others wait.
    ///
    /// @param controller such as `/dev/nvme0`
    /// @return nothing if the file is no controller's, or the system or the drive refuses
    static Optional<byte[]> health(Path controller) {
        try (var arena = Arena.ofConfined()) {
            int descriptor = (int) function("open", 2, ADDRESS, JAVA_INT)
                    .invokeExact(arena.allocateFrom(controller.toString()), O_RDONLY_O_CLOEXEC);
            if (descriptor < 0) {
                return Optional.empty();
            }
            try {
                return health(descriptor, arena);
            } finally {
                int ignored = (int) function("close", 1, JAVA_INT).invokeExact(descriptor);
            }
        } catch (Error error) {
            throw error;
        } catch (Throwable _) {
            return Optional.empty(); // a system without these calls
        }
    }

    private static Optional<byte[]> health(int descriptor, Arena arena) throws Throwable {
        var log = arena.allocate(LOG_BYTES, Long.BYTES);
        int status = (int) function("ioctl", 2, JAVA_INT, JAVA_LONG, ADDRESS)
                .invokeExact(descriptor, NVME_IOCTL_ADMIN_CMD, command(log, arena));
        return status == 0 ? Optional.of(log.toArray(JAVA_BYTE)) : Optional.empty();
    }

    private static MemorySegment command(MemorySegment log, Arena arena) {
        var command = arena.allocate(COMMAND_BYTES, Long.BYTES);
        command.set(JAVA_BYTE, OPCODE_AT, GET_LOG_PAGE);
        command.set(JAVA_INT, NAMESPACE_AT, ALL_NAMESPACES);
        command.set(JAVA_LONG, ADDRESS_AT, log.address());
        command.set(JAVA_INT, LENGTH_AT, LOG_BYTES);
        command.set(JAVA_INT, CDW10_AT, HEALTH_CDW10);
        return command;
    }

    /// @param fixed how many arguments come before those that may vary in number
    private static MethodHandle function(String name, int fixed, MemoryLayout... arguments) {
        var linker = Linker.nativeLinker();
        var address = linker.defaultLookup().findOrThrow(name);
        var descriptor = FunctionDescriptor.of(JAVA_INT, arguments);
        return fixed < arguments.length
                ? linker.downcallHandle(
                        address, descriptor, Linker.Option.firstVariadicArg(fixed))
                : linker.downcallHandle(address, descriptor);
    }
}
