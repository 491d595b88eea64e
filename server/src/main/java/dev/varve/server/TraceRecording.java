package dev.varve.server;

import dev.varve.engine.Access;
import dev.varve.engine.AccessListener;
import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import dev.varve.server.AdminServer.Source;
import dev.varve.trace.KeyHash;
import dev.varve.trace.TraceEvent;
import dev.varve.trace.TraceEvent.Operation;
import dev.varve.trace.TraceHeader;
import dev.varve.trace.TraceWriter;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// One recording of accesses, from the engine into a stream. Threads of the doors put what belongs
/// to the sample into a ring; the thread that serves the stream empties it.
///
/// Thread-safe; the stream is one thread's.
final class TraceRecording implements AccessListener, Source {
    private static final Logger LOG = System.getLogger(TraceRecording.class.getName());
    /// About a tenth of a second of a server that is very busy, some megabytes.
    private static final int RING_EVENTS = 1 << 16;
    private static final long NAP_NANOS = 20_000_000;
    private static final long FLUSH_NANOS = 1_000_000_000;
    private static final long CLOSE_WAIT_SECONDS = 2;

    private final double rate;
    private final KeyHash hash;
    private final Clock clock;
    private final long startNanos;
    private final long durationNanos;
    private final TraceTally tally;
    private final Consumer<TraceRecording> onEnd;
    private final EventRing ring = new EventRing(RING_EVENTS);
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean stopping;
    /// Dropped events that the stream was told of. The stream's thread alone uses it.
    private long droppedBefore;

    /// @param rate     the share of keys to record
    /// @param duration after which it ends by itself
    /// @param onEnd    called at its end, perhaps twice
    TraceRecording(
            double rate,
            Duration duration,
            KeyHash hash,
            Clock clock,
            TraceTally tally,
            Consumer<TraceRecording> onEnd) {
        this.rate = rate;
        this.hash = hash;
        this.clock = clock;
        this.tally = tally;
        this.onEnd = onEnd;
        startNanos = clock.nanoTime();
        durationNanos = duration.toNanos();
    }

    @Override
    public void accessed(Access access) {
        long key = hash.of(access.bucket(), access.key().bytes());
        if (KeyHash.isSampled(key, rate)) {
            long micros = TimeUnit.NANOSECONDS.toMicros(clock.nanoTime() - startNanos);
            ring.offer(new TraceEvent(micros, operation(access.operation()), key,
                    access.sizeBytes(), access.bucket(), access.share(), access.client()));
        }
    }

    /// Writes what is recorded until the time is over, [#stop] is called, or nobody reads it.
    @Override
    public void writeTo(OutputStream out) {
        LOG.log(Level.INFO, "Recording accesses to " + rate + " of all keys");
        long events = 0;
        try {
            var writer = new TraceWriter(out, new TraceHeader(rate, clock.epochMillis()));
            // Who waits for the beginning sees it at once.
            writer.flush();
            long flushedNanos = startNanos;
            while (!stopping && clock.nanoTime() - startNanos < durationNanos) {
                int taken = drain(writer);
                events += taken;
                long now = clock.nanoTime();
                if (now - flushedNanos >= FLUSH_NANOS) {
                    writer.flush();
                    flushedNanos = now;
                }
                if (taken == 0) {
                    clock.sleepNanos(NAP_NANOS);
                }
            }
            onEnd.accept(this);
            events += drain(writer);
            writer.end();
            LOG.log(Level.INFO, "Recorded " + events + " accesses, dropped " + ring.dropped());
        } catch (StorageException nobodyReads) {
            LOG.log(Level.INFO, "Recorded " + events + " accesses, dropped " + ring.dropped()
                    + "; then nobody read on");
        }
    }

    /// Lets it end with what it has. Waits a bounded time for that.
    void stop() {
        stopping = true;
        try {
            boolean _ = closed.await(CLOSE_WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        onEnd.accept(this);
        closed.countDown();
    }

    /// Empties the ring, as far as it is full now.
    private int drain(TraceWriter writer) {
        int taken = 0;
        while (taken < RING_EVENTS) {
            var event = ring.poll();
            if (event.isEmpty()) {
                break;
            }
            writer.append(event.get());
            taken++;
        }
        tally.events().add(taken);
        long missing = ring.dropped() - droppedBefore;
        droppedBefore += missing;
        tally.dropped().add(missing);
        writer.dropped(missing);
        return taken;
    }

    private static Operation operation(Access.Operation operation) {
        return switch (operation) {
            case READ_HIT -> Operation.READ_HIT;
            case READ_MISS -> Operation.READ_MISS;
            case EXISTS_HIT -> Operation.EXISTS_HIT;
            case EXISTS_MISS -> Operation.EXISTS_MISS;
            case WRITE -> Operation.WRITE;
            case DELETE -> Operation.DELETE;
            case TOUCH -> Operation.TOUCH;
        };
    }
}
