package dev.varve.bench.load;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/// One thread that keeps some connections busy: each has one request out at a time. Nothing is
/// allocated for a value; what is received is looked at and dropped.
///
/// Confined to its thread.
final class LoadLoop {
    private static final int RECEIVE_BYTES = 512 << 10;
    private static final long SELECT_MILLIS = 60_000;

    private final LoadPlan plan;
    private final Dialect dialect;
    private final AtomicLong issued;
    private final SplittableRandom random;
    private final ByteBuffer received = ByteBuffer.allocateDirect(RECEIVE_BYTES);
    private final ByteBuffer payload;
    private final Histogram latencies = new Histogram(3);
    private long startNanos;
    private long deadlineNanos;
    private long requests;
    private long contentBytes;
    private long present;
    private long misses;
    private long wrong;
    private long failed;
    private String firstFailure = "";

    /// @param payload what values are made of behind their stamp (borrowed, not changed)
    /// @param issued  counts the requests of all loops
    LoadLoop(LoadPlan plan, int number, ByteBuffer payload, AtomicLong issued) {
        this.plan = plan;
        this.dialect = plan.dialect().get();
        this.issued = issued;
        this.random = new SplittableRandom(plan.seed() * 31 + number);
        this.payload = payload;
    }

    /// Runs to the plan's end.
    LoadResult run(int connections) throws IOException {
        try (Selector selector = Selector.open()) {
            try {
                for (int i = 0; i < connections; i++) {
                    connect(selector);
                }
                return drive(selector);
            } finally {
                for (SelectionKey key : selector.keys()) {
                    key.channel().close();
                }
            }
        }
    }

    private void connect(Selector selector) throws IOException {
        SocketChannel channel = SocketChannel.open(plan.address());
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
        channel.register(selector, 0, new Lane(channel));
    }

    private LoadResult drive(Selector selector) throws IOException {
        startNanos = System.nanoTime();
        deadlineNanos = startNanos + plan.duration().toNanos();
        int busy = 0;
        for (SelectionKey key : selector.keys()) {
            busy += lane(key).begin(key) ? 1 : 0;
        }
        while (busy > 0) {
            if (selector.select(SELECT_MILLIS) == 0) {
                throw new IOException("no answer from " + plan.address() + " for "
                        + SELECT_MILLIS + " ms: " + selector.keys()
                                .stream()
                                .map(key -> lane(key).state())
                                .toList());
            }
            for (SelectionKey key : selector.selectedKeys()) {
                busy -= lane(key).proceed(key) ? 0 : 1;
            }
            selector.selectedKeys().clear();
        }
        return new LoadResult(requests, contentBytes, present, misses, wrong, failed,
                firstFailure, System.nanoTime() - startNanos, latencies);
    }

    private static Lane lane(SelectionKey key) {
        return (Lane) key.attachment();
    }

    /// One connection and the request that is out on it.
    private final class Lane {
        private final SocketChannel channel;
        private final ByteBuffer head = ByteBuffer.allocateDirect(Dialect.MAX_HEAD_BYTES);
        private final ByteBuffer tail = ByteBuffer.wrap(dialect.putTail());
        private final ByteBuffer[] request = {head, payload.duplicate(), tail};
        private final ByteBuffer unread = ByteBuffer.allocate(Dialect.MAX_HEAD_BYTES);
        private long keyNumber;
        private boolean put;
        private long sentNanos;
        private boolean headSeen;
        private boolean answered;
        private Dialect.Kind kind = Dialect.Kind.INCOMPLETE;
        private long expectedBytes;
        private long remainingBytes;

        Lane(SocketChannel channel) {
            this.channel = channel;
        }

        /// Sends the next request; false where the plan is at its end.
        boolean begin(SelectionKey key) throws IOException {
            sentNanos = System.nanoTime();
            long number = sentNanos < deadlineNanos ? issued.getAndIncrement() : Long.MAX_VALUE;
            if (plan.pace() > 0 && number < plan.maxRequests()) {
                sentNanos = awaitTurn(number);
            }
            if (number >= plan.maxRequests()) {
                key.interestOps(0);
                return false;
            }
            keyNumber = switch (plan.order()) {
                case SEQUENTIAL -> number % plan.keyCount();
                case UNIFORM -> random.nextLong(plan.keyCount());
            };
            put = plan.putPercent() > 0 && random.nextInt(100) < plan.putPercent();
            head.clear();
            if (put) {
                dialect.put(head, keyNumber, plan.valueBytes());
                head.putLong(keyNumber);
                request[1].limit(plan.valueBytes() - Dialect.STAMP_BYTES).position(0);
                tail.clear();
            } else {
                dialect.get(head, keyNumber);
                request[1].position(request[1].limit());
                tail.position(tail.limit());
            }
            head.flip();
            headSeen = false;
            answered = false;
            send(key);
            return true;
        }

        /// Waits until it is a request's turn, with the whole loop, and returns when that was.
        private long awaitTurn(long number) {
            long turn = startNanos + number * 1_000_000_000 / plan.pace();
            while (System.nanoTime() < turn) {
                LockSupport.parkNanos(turn - System.nanoTime());
            }
            return System.nanoTime();
        }

        /// Goes on where the channel is ready; false where the plan is at its end.
        boolean proceed(SelectionKey key) throws IOException {
            boolean readable = key.isReadable();
            if (key.isWritable()) {
                send(key);
            }
            if (readable && !answered) {
                answered = receive();
            }
            // A server may refuse a put before it has the whole value, and takes the rest all the
            // same.
            return !answered || !isSent() || begin(key);
        }

        private void send(SelectionKey key) throws IOException {
            channel.write(request);
            key.interestOps(isSent()
                    ? SelectionKey.OP_READ
                    : SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        }

        private boolean isSent() {
            return !head.hasRemaining() && !request[1].hasRemaining() && !tail.hasRemaining();
        }

        /// Reads what is there; true when the reply is complete.
        private boolean receive() throws IOException {
            received.clear();
            received.put(unread.flip());
            unread.clear();
            if (channel.read(received) < 0) {
                throw new EOFException("connection closed by " + plan.address());
            }
            received.flip();
            if (!headSeen && !readHead()) {
                unread.put(received);
                return false;
            }
            long skipped = Math.min(remainingBytes, received.remaining());
            received.position(received.position() + (int) skipped);
            remainingBytes -= skipped;
            if (remainingBytes > 0) {
                return false;
            }
            // A server that says more than it was asked breaks clients that count bytes.
            wrong += received.hasRemaining() ? 1 : 0;
            finish();
            return true;
        }

        /// Reads the reply's head, and the stamp where a value follows.
        private boolean readHead() {
            int start = received.position();
            Dialect.Head reply = dialect.head(received, put);
            boolean stamped = reply.kind() == Dialect.Kind.VALUE
                    && reply.contentBytes() >= Dialect.STAMP_BYTES;
            if (reply.kind() == Dialect.Kind.INCOMPLETE
                    || (stamped && received.remaining() < Dialect.STAMP_BYTES)) {
                received.position(start);
                return false;
            }
            boolean otherKey = stamped && received.getLong(received.position()) != keyNumber;
            boolean otherLength = reply.kind() == Dialect.Kind.VALUE
                    && reply.contentBytes() != plan.valueBytes();
            wrong += otherKey || otherLength ? 1 : 0;
            if (firstFailure.isEmpty()) {
                firstFailure = reply.said();
            }
            headSeen = true;
            kind = reply.kind();
            expectedBytes = reply.contentBytes();
            remainingBytes = reply.contentBytes() + reply.tailBytes();
            return true;
        }

        private String state() {
            if (!isSent()) {
                return (put ? "put" : "get") + " unsent after " + request[1].position();
            }
            return (put ? "put" : "get") + " sent, "
                    + (headSeen ? remainingBytes + " to come" : "no answer yet");
        }

        private void finish() {
            requests++;
            switch (kind) {
                case VALUE -> contentBytes += expectedBytes;
                case DONE -> contentBytes += plan.valueBytes();
                case PRESENT -> present++;
                case MISS -> misses++;
                case FAILED, INCOMPLETE -> failed++;
            }
            latencies.recordValue((System.nanoTime() - sentNanos) / 1000);
        }
    }
}
