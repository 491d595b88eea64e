package dev.varve.bench;

import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/// A modest, steady load on a cache: sessions, as popular as Zipf says, each of which is read and
/// every other time written anew; and a stream of values that nobody ever asks for. Values are of
/// 64 to 256 KiB. Memory of 256 MiB has room for about two thirds of the sessions.
///
/// Confined to two threads: one for the sessions, one for the stream.
final class EnergyLiveClient implements AutoCloseable {
    private static final int SESSIONS = 2400;
    private static final double SKEW = 1.1;
    private static final long READ_NANOS = 15_000_000;
    private static final long WRITE_NANOS = 32_000_000;
    private static final int UNIT_BYTES = 64 << 10;
    private static final int MOST_UNITS = 4;

    private final LeaseClient sessions;
    private final LeaseClient stream;
    private final double[] cumulated = new double[SESSIONS];
    private final byte[][] values = new byte[MOST_UNITS][];
    private long written;

    /// What came of reading sessions.
    ///
    /// @param micros how long each GET took
    record Outcome(Histogram micros, long hits) {}

    EnergyLiveClient(InetSocketAddress address) {
        sessions = new LeaseClient(address);
        stream = new LeaseClient(address);
        double sum = 0;
        for (int i = 0; i < SESSIONS; i++) {
            sum += Math.pow(i + 1.0, -SKEW);
            cumulated[i] = sum;
        }
        for (int units = 1; units <= MOST_UNITS; units++) {
            values[units - 1] = new byte[units * UNIT_BYTES];
            new Random(units).nextBytes(values[units - 1]);
        }
    }

    /// Writes each session, and then does all of this as fast as it goes, until so many bytes of
    /// the stream are written: flash is full then, and admission has learnt what returns.
    void warmUp(long bytes) {
        for (int session = 0; session < SESSIONS; session++) {
            set(sessions, "session-" + session, value(session));
        }
        var random = new SplittableRandom(0);
        for (long left = bytes; left > 0; left -= writeOne()) {
            for (int turn = 0; turn < WRITE_NANOS / READ_NANOS; turn++) {
                turn(random);
            }
        }
    }

    /// Serves sessions at its pace for a while.
    Outcome read(long seed, long millis) {
        var random = new SplittableRandom(seed);
        var micros = new Histogram(3);
        long hits = 0;
        long end = System.nanoTime() + millis * 1_000_000;
        for (long due = System.nanoTime(); due < end; due += READ_NANOS) {
            await(due);
            var turn = turn(random);
            micros.recordValue(turn.nanos / 1000);
            hits += turn.isHit ? 1 : 0;
        }
        return new Outcome(micros, hits);
    }

    private record Turn(long nanos, boolean isHit) {}

    private Turn turn(SplittableRandom random) {
        int session = zipf(random);
        long start = System.nanoTime();
        sessions.get("session-" + session);
        sessions.send();
        boolean isHit = sessions.value().isPresent();
        var turn = new Turn(System.nanoTime() - start, isHit);
        if (!isHit || random.nextBoolean()) {
            set(sessions, "session-" + session, value(session));
        }
        return turn;
    }

    /// Writes the stream at its pace for a while.
    ///
    /// @return how many values
    int write(long millis) {
        int count = 0;
        long end = System.nanoTime() + millis * 1_000_000;
        for (long due = System.nanoTime(); due < end; due += WRITE_NANOS) {
            await(due);
            writeOne();
            count++;
        }
        return count;
    }

    private int writeOne() {
        var value = value((int) written);
        set(stream, "stream-" + written++, value);
        return value.length;
    }

    private byte[] value(int number) {
        return values[number % MOST_UNITS];
    }

    private static void set(LeaseClient client, String key, byte[] value) {
        client.set(key, value);
        client.send();
        client.stored();
    }

    private int zipf(SplittableRandom random) {
        int at = Arrays.binarySearch(cumulated, random.nextDouble(cumulated[SESSIONS - 1]));
        return at < 0 ? -at - 1 : at;
    }

    private static void await(long nanoTime) {
        for (long left = nanoTime - System.nanoTime(); left > 0; left = nanoTime
                - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    @Override
    public void close() {
        sessions.close();
        stream.close();
    }
}
