package dev.varve.door.local;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/// The numbers and names that the local door is opened with.
///
/// @param socket         path of the Unix-domain socket
/// @param bucketName     the cache bucket that all clients use
/// @param lease          how long a client may read what it was told of
/// @param maxConnections further ones are turned away
/// @param maxHandles     leases that one connection may hold
/// @param memoryShare    all connections together may lease one part in so many of memory; one
///                       connection half of that
/// @param maxValueBytes  the longest value that is taken or sent through the socket
/// @param stall          a connection that stops in the middle of a value for so long is closed
/// @param loopThreads    event loops
///
/// Immutable.
public record LocalSettings(
        Path socket,
        String bucketName,
        Duration lease,
        int maxConnections,
        int maxHandles,
        int memoryShare,
        long maxValueBytes,
        Duration stall,
        int loopThreads) {

    /// The longest path of a Unix-domain socket in bytes: what the kernel has room for, less the
    /// zero at its end.
    public static final int MAX_PATH_BYTES = 107;

    private static final long MOST_VALUE_BYTES = 1L << 30;

    public LocalSettings {
        require("lease in ms", lease.toMillis(), 1, Integer.MAX_VALUE);
        require("maxConnections", maxConnections, 1, Short.MAX_VALUE);
        require("maxHandles", maxHandles, 1, Integer.MAX_VALUE);
        require("memoryShare", memoryShare, 1, Integer.MAX_VALUE);
        require("maxValueBytes", maxValueBytes, 1, MOST_VALUE_BYTES);
        require("stall in ms", stall.toMillis(), 1, Integer.MAX_VALUE);
        require("loopThreads", loopThreads, 1, 1024);
    }

    /// The defaults, at a path.
    public static LocalSettings at(Path socket, String bucketName) {
        return new LocalSettings(socket, bucketName, Duration.ofSeconds(10), 1000, 1024, 4,
                512L << 20, Duration.ofSeconds(60), 2);
    }

    /// Whether a socket can have this path.
    public static boolean fits(Path socket) {
        int bytes = socket.toString().getBytes(StandardCharsets.UTF_8).length;
        return bytes > 0 && bytes <= MAX_PATH_BYTES;
    }

    private static void require(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    name + " (" + value + ") must be from " + least + " to " + most);
        }
    }
}
