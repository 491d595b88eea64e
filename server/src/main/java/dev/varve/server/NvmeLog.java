package dev.varve.server;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.varve.bytes.LinuxCalls;
import dev.varve.bytes.Scratch;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Optional;

/// The SMART / Health Information log page of an NVMe drive, which Linux has the drive's controller
/// asked for by an admin command (`include/uapi/linux/nvme_ioctl.h`). The kernel passes such
/// commands on for CAP_SYS_ADMIN alone, whatever the file's permissions are.
///
/// Thread-safe: stateless.
final class NvmeLog {
    private static final int LOG_BYTES = 512;
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
        try (var scratch = new Scratch()) {
            int descriptor = LinuxCalls.openForReading(controller);
            try {
                var log = scratch.bytes(LOG_BYTES);
                int status = LinuxCalls.control(
                        descriptor, NVME_IOCTL_ADMIN_CMD, command(log, scratch));
                return status == 0 ? Optional.of(log.toArray(JAVA_BYTE)) : Optional.empty();
            } finally {
                LinuxCalls.close(descriptor);
            }
        } catch (IOException _) {
            return Optional.empty(); // no drive, no right, or a system without these calls
        }
    }

    private static MemorySegment command(MemorySegment log, Scratch scratch) {
        var command = scratch.bytes(COMMAND_BYTES);
        command.set(JAVA_BYTE, OPCODE_AT, GET_LOG_PAGE);
        command.set(JAVA_INT, NAMESPACE_AT, ALL_NAMESPACES);
        command.set(JAVA_LONG, ADDRESS_AT, log.address());
        command.set(JAVA_INT, LENGTH_AT, LOG_BYTES);
        command.set(JAVA_INT, CDW10_AT, HEALTH_CDW10);
        return command;
    }
}
