package dev.varve.client.local;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/// A Unix-domain socket that can be passed a file descriptor, which the JDK's own cannot: the C
/// library's calls, as Linux documents them for 64-bit machines.
///
/// Confined to one thread at a time.
@SuppressWarnings("restricted")
final class UnixSocket implements AutoCloseable {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(
            MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle SOCKET = call(
            "socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle CONNECT = call(
            "connect", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle OPTION = call("setsockopt", FunctionDescriptor
            .of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle SEND = call(
            "send", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    private static final MethodHandle RECEIVE = call(
            "recv", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    private static final MethodHandle RECEIVE_MESSAGE = call(
            "recvmsg", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle CLOSE = call(
            "close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM_CLOEXEC = 0x80001;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVTIMEO = 20;
    private static final int SO_SNDTIMEO = 21;
    private static final int SCM_RIGHTS = 1;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;
    private static final int EINTR = 4;
    /// `struct sockaddr_un`: the family, then the path and a zero.
    private static final int ADDRESS_BYTES = 110;
    private static final int PATH_AT = 2;

    private final Arena arena;
    private final MemorySegment state;
    private int descriptor;

    private UnixSocket(Arena arena, int descriptor, MemorySegment state) {
        this.arena = arena;
        this.descriptor = descriptor;
        this.state = state;
    }

    /// @param timeout how long the other side may be silent
    /// @throws LocalException if nobody listens there
    @SuppressWarnings("MustBeClosedChecker") // closed with the socket
    static UnixSocket connect(Path path, Duration timeout) {
        var bytes = path.toString().getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0 || bytes.length >= ADDRESS_BYTES - PATH_AT) {
            throw new LocalException("the socket's path (" + path + ") must be 1 to "
                    + (ADDRESS_BYTES - PATH_AT - 1) + " bytes long");
        }
        var arena = Arena.ofShared();
        var socket = new UnixSocket(arena, -1, arena.allocate(STATE));
        try {
            socket.open(bytes, timeout);
            return socket;
        } catch (LocalException e) {
            socket.close();
            throw new LocalException("no server at " + path + ": " + e.getMessage());
        }
    }

    /// Memory that lives as long as the socket.
    MemorySegment allocate(long bytes) {
        return arena.allocate(bytes, Long.BYTES);
    }

    /// Sends all of `bytes` (borrowed, off the heap).
    void send(MemorySegment bytes) {
        for (long sent = 0; sent < bytes.byteSize();) {
            var rest = bytes.asSlice(sent);
            sent += transferred("send", () -> (long) SEND.invokeExact(state, descriptor, rest,
                    rest.byteSize(), MSG_NOSIGNAL));
        }
    }

    /// Fills all of `target` (borrowed, off the heap).
    void receive(MemorySegment target) {
        for (long received = 0; received < target.byteSize();) {
            var rest = target.asSlice(received);
            received += transferred("recv", () -> (long) RECEIVE.invokeExact(state, descriptor,
                    rest, rest.byteSize(), 0));
        }
    }

    /// Receives the one byte that carries a descriptor.
    ///
    /// @return the descriptor, which the caller owns and closes with [#close(int)]
    int receiveDescriptor() {
        try (var scratch = Arena.ofConfined()) {
            var piece = scratch.allocate(16, Long.BYTES); // struct iovec
            piece.set(ADDRESS, 0, scratch.allocate(1));
            piece.set(JAVA_LONG, 8, 1);
            var control = scratch.allocate(24, Long.BYTES); // struct cmsghdr and one int
            var message = scratch.allocate(56, Long.BYTES); // struct msghdr
            message.set(ADDRESS, 16, piece);
            message.set(JAVA_LONG, 24, 1);
            message.set(ADDRESS, 32, control);
            message.set(JAVA_LONG, 40, control.byteSize());
            long ignored = transferred("recvmsg", () -> (long) RECEIVE_MESSAGE.invokeExact(state,
                    descriptor, message, MSG_CMSG_CLOEXEC));
            boolean passed = message.get(JAVA_LONG, 40) >= 20
                    && control.get(JAVA_INT, 8) == SOL_SOCKET
                    && control.get(JAVA_INT, 12) == SCM_RIGHTS;
            if (!passed) {
                throw new LocalException("the server passed no memory to map");
            }
            return control.get(JAVA_INT, 16);
        }
    }

    /// Closes a descriptor.
    static void close(int descriptor) {
        try (var scratch = Arena.ofConfined()) {
            int ignored = (int) CLOSE.invokeExact(scratch.allocate(STATE), descriptor);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /// Closing again does nothing.
    @Override
    public void close() {
        if (descriptor >= 0) {
            close(descriptor);
            descriptor = -1;
        }
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }

    private void open(byte[] path, Duration timeout) {
        try (var scratch = Arena.ofConfined()) {
            descriptor = checked("socket", (int) SOCKET.invokeExact(state, AF_UNIX,
                    SOCK_STREAM_CLOEXEC, 0));
            var time = scratch.allocate(16, Long.BYTES); // struct timeval
            time.set(JAVA_LONG, 0, timeout.toSeconds());
            time.set(JAVA_LONG, 8, timeout.toNanosPart() / 1000);
            for (int option : new int[]{SO_RCVTIMEO, SO_SNDTIMEO}) {
                int ignored = checked("setsockopt", (int) OPTION.invokeExact(state, descriptor,
                        SOL_SOCKET, option, time, (int) time.byteSize()));
            }
            var address = scratch.allocate(ADDRESS_BYTES, Long.BYTES);
            address.set(JAVA_SHORT, 0, (short) AF_UNIX);
            MemorySegment.copy(path, 0, address, JAVA_BYTE, PATH_AT, path.length);
            int ignored = checked("connect", (int) CONNECT.invokeExact(state, descriptor, address,
                    ADDRESS_BYTES));
        } catch (LocalException e) {
            throw e;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private interface Transfer {
        long run() throws Throwable;
    }

    private long transferred(String name, Transfer transfer) {
        if (descriptor < 0) {
            throw new LocalException("the client is closed");
        }
        try {
            while (true) {
                long count = transfer.run();
                if (count > 0) {
                    return count;
                }
                if (count == 0) {
                    throw new LocalException("the server has closed the connection");
                }
                if (errno() != EINTR) {
                    throw new LocalException(name + " failed with error " + errno());
                }
            }
        } catch (LocalException e) {
            throw e;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private int checked(String name, int result) {
        if (result < 0) {
            throw new LocalException(name + " failed with error " + errno());
        }
        return result;
    }

    private int errno() {
        return (int) ERRNO.get(state, 0L);
    }

    private static MethodHandle call(String name, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor,
                Linker.Option.captureCallState("errno"));
    }

    private static RuntimeException unexpected(Throwable e) {
        return switch (e) {
            case RuntimeException known -> known;
            case Error error -> throw error;
            default -> new IllegalStateException(e);
        };
    }
}
