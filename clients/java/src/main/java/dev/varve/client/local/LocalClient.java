package dev.varve.client.local;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/// A connection to a Varve server on this host. Values are read where they lie in the server's
/// memory, which is mapped read-only; nothing but a few numbers goes through the socket.
///
/// A key is 1 to 4096 bytes. Failures are [LocalException]s; after one the client must be closed,
/// unless the server said why it failed.
///
/// Confined to one thread at a time.
public final class LocalClient implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int OK = 0;
    private static final int MISS = 1;
    private static final int FAILED = 2;
    private static final int LEASED = 1;
    private static final int UNLEASED = 2;
    private static final int PIECE_BYTES = 1 << 20;

    private final UnixSocket socket;
    private final LongSupplier nanoClock;
    private final MemorySegment out;
    private final Requests requests;
    private final MemorySegment header;
    private final Arena arena;
    private final MemorySegment memory;

    @SuppressWarnings("MustBeClosedChecker") // the arena is closed with the client
    private LocalClient(UnixSocket socket, LongSupplier nanoClock, String user, String password) {
        this.socket = socket;
        this.nanoClock = nanoClock;
        out = socket.allocate(Requests.MAX_BYTES);
        requests = new Requests(out);
        header = socket.allocate(Requests.HEADER_BYTES);
        socket.send(requests.hello(user, password));
        var answer = answer(Requests.HELLO).orElseThrow();
        int descriptor = socket.receiveDescriptor();
        arena = Arena.ofShared();
        try (var file = FileChannel.open(
                Path.of("/proc/self/fd/" + descriptor), StandardOpenOption.READ)) {
            memory = file.map(FileChannel.MapMode.READ_ONLY, answer.get(Requests.U64, 8),
                    answer.get(Requests.U64, 16), arena);
        } catch (IOException e) {
            arena.close();
            throw new LocalException("the server's memory cannot be mapped: " + e.getMessage());
        } finally {
            UnixSocket.close(descriptor);
        }
    }

    /// Connects to a server that has no users.
    ///
    /// @param socket the server's `local-socket`
    public static LocalClient connect(Path socket) {
        return connect(socket, "", "");
    }

    /// Connects as one of the users of the server's Redis door.
    public static LocalClient connect(Path socket, String user, String password) {
        return connect(socket, user, password, System::nanoTime);
    }

    static LocalClient connect(
            Path socket,
            String user,
            String password,
            LongSupplier nanoClock) {
        var connection = UnixSocket.connect(socket, TIMEOUT);
        try {
            return new LocalClient(connection, nanoClock, user, password);
        } catch (RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /// A value in place, held there until it is closed or its time is over.
    ///
    /// @param parts        its bytes, in order; borrowed until the view is closed
    /// @param lengthBytes  of all parts
    /// @param deadlineNanos until when by [System#nanoTime] the bytes stay as they are
    public record View(
            LocalClient client,
            long handle,
            List<MemorySegment> parts,
            long lengthBytes,
            long deadlineNanos) implements AutoCloseable {

        /// Whether the bytes that were read until now were the value's. To be asked after reading.
        public boolean isValid() {
            return client.nanoClock.getAsLong() - deadlineNanos < 0;
        }

        @Override
        public void close() {
            client.socket.send(client.requests.release(handle));
        }
    }

    /// What there is at a key.
    private sealed interface Found {
        record Absent() implements Found {}

        record Leased(View view) implements Found {}

        /// This client holds too much to be given more.
        record Unleased() implements Found {}
    }

    /// The value in place, for the caller to close.
    ///
    /// @throws LocalException if this client has to close other views first
    public Optional<View> view(byte[] key) {
        return switch (find(List.of(key)).getFirst()) {
            case Found.Absent _ -> Optional.empty();
            case Found.Leased(var view) -> Optional.of(view);
            case Found.Unleased _ -> throw new LocalException("this client holds too much memory");
        };
    }

    /// Copies a value to the beginning of `target` (borrowed).
    ///
    /// @return its length; empty if there is no value
    /// @throws IndexOutOfBoundsException if it does not fit
    public OptionalLong getInto(byte[] key, MemorySegment target) {
        return take(key, find(List.of(key)).getFirst(), target);
    }

    /// Copies each value to the beginning of its target, in one round trip.
    ///
    /// @param keys at most 256, and 64 KiB together
    /// @return the lengths, in the same order; empty where there is no value
    public List<OptionalLong> getInto(List<byte[]> keys, List<MemorySegment> targets) {
        if (keys.size() != targets.size()) {
            throw new IllegalArgumentException(
                    keys.size() + " keys need as many targets, not " + targets.size());
        }
        var found = find(keys);
        var lengths = new ArrayList<OptionalLong>(keys.size());
        for (int i = 0; i < keys.size(); i++) {
            lengths.add(take(keys.get(i), found.get(i), targets.get(i)));
        }
        return lengths;
    }

    /// A copy of a value that fits an array.
    public Optional<byte[]> get(byte[] key) {
        if (find(List.of(key)).getFirst() instanceof Found.Leased(var view)) {
            try (view) {
                var value = new byte[Math.toIntExact(view.lengthBytes())];
                copy(view.parts(), MemorySegment.ofArray(value));
                if (view.isValid()) {
                    return Optional.of(value);
                }
            }
        }
        return read(key);
    }

    /// Which of the keys are there; they stay for the next seconds.
    ///
    /// @param keys at most 256, and 64 KiB together
    public List<Boolean> exists(List<byte[]> keys) {
        socket.send(requests.about(Requests.EXISTS, keys));
        var flags = answer(Requests.EXISTS).orElseThrow();
        var answers = new ArrayList<Boolean>(keys.size());
        for (int i = 0; i < keys.size(); i++) {
            answers.add(flags.get(JAVA_BYTE, i) == 1);
        }
        return answers;
    }

    /// Stores a value.
    ///
    /// @param value borrowed, on or off the heap
    public void put(byte[] key, MemorySegment value) {
        socket.send(requests.put(key, value.byteSize()));
        if (value.isNative()) {
            socket.send(value);
        } else {
            try (var scratch = Arena.ofConfined()) {
                var piece = scratch.allocate(Math.min(PIECE_BYTES, Math.max(1, value.byteSize())));
                for (long at = 0; at < value.byteSize(); at += piece.byteSize()) {
                    long length = Math.min(piece.byteSize(), value.byteSize() - at);
                    MemorySegment.copy(value, at, piece, 0, length);
                    socket.send(piece.asSlice(0, length));
                }
            }
        }
        var ignored = answer(Requests.PUT).orElseThrow();
    }

    /// Gives everything back. Views must not be used any more.
    @Override
    public void close() {
        socket.close();
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }

    /// Copies what was found, or fetches it through the socket if it was not leased or the copying
    /// took too long.
    private OptionalLong take(byte[] key, Found found, MemorySegment target) {
        if (found instanceof Found.Absent) {
            return OptionalLong.empty();
        }
        if (found instanceof Found.Leased(var view)) {
            try (view) {
                copy(view.parts(), target);
                if (view.isValid()) {
                    return OptionalLong.of(view.lengthBytes());
                }
            }
        }
        var value = read(key);
        value.ifPresent(bytes -> copy(List.of(MemorySegment.ofArray(bytes)), target));
        return value.map(bytes -> OptionalLong.of(bytes.length)).orElse(OptionalLong.empty());
    }

    private static void copy(List<MemorySegment> parts, MemorySegment target) {
        long at = 0;
        for (var part : parts) {
            MemorySegment.copy(part, 0, target, at, part.byteSize());
            at += part.byteSize();
        }
    }

    private List<Found> find(List<byte[]> keys) {
        // Taken before the request leaves: the server's time begins later.
        long began = nanoClock.getAsLong();
        socket.send(requests.about(Requests.GET, keys));
        var entries = answer(Requests.GET).orElseThrow();
        long deadline = began
                + Duration.ofMillis(entries.get(Requests.U32, 0) & 0xffffffffL).toNanos();
        var found = new ArrayList<Found>(keys.size());
        long at = Integer.BYTES;
        for (int i = 0; i < keys.size(); i++) {
            int outcome = entries.get(JAVA_BYTE, at);
            int blocks = entries.get(Requests.U32, at + 4);
            long handle = entries.get(Requests.U64, at + 8);
            long length = entries.get(Requests.U64, at + 16);
            at += 24;
            var parts = new ArrayList<MemorySegment>(blocks);
            for (int block = 0; block < blocks; block++) {
                int runs = entries.get(Requests.U32, at + 8);
                at += 16;
                for (int run = 0; run < runs; run++) {
                    parts.add(memory.asSlice(
                            entries.get(Requests.U64, at), entries.get(Requests.U64, at + 8)));
                    at += 16;
                }
            }
            found.add(switch (outcome) {
                case LEASED -> new Found.Leased(new View(this, handle, parts, length, deadline));
                case UNLEASED -> new Found.Unleased();
                default -> new Found.Absent();
            });
        }
        return found;
    }

    /// Fetches a value through the socket.
    private Optional<byte[]> read(byte[] key) {
        socket.send(requests.about(Requests.READ, List.of(key)));
        return answer(Requests.READ).map(body -> body.toArray(JAVA_BYTE));
    }

    /// The body of an answer; empty for a miss. Borrowed until the next one.
    private Optional<MemorySegment> answer(byte kind) {
        socket.receive(header);
        int status = header.get(JAVA_BYTE, 1);
        long length = header.get(Requests.U32, 4) & 0xffffffffL;
        var body = length <= out.byteSize()
                ? out.asSlice(0, length)
                : Arena.ofAuto().allocate(length);
        socket.receive(body);
        if (status == OK && header.get(JAVA_BYTE, 0) == kind) {
            return Optional.of(body);
        }
        if (status == MISS) {
            return Optional.empty();
        }
        if (status == OK) {
            socket.close();
            throw new LocalException("the server answered something else");
        }
        var reason = new String(body.toArray(JAVA_BYTE), StandardCharsets.UTF_8);
        if (status != FAILED) {
            socket.close();
        }
        throw new LocalException(reason);
    }
}
