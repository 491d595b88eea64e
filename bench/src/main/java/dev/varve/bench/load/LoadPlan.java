package dev.varve.bench.load;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.Supplier;

/// What to ask of a server, and how hard.
///
/// @param dialect     makes one dialect for each loop
/// @param address     where the server listens
/// @param connections how many connections ask at a time, each one request after the other
/// @param loops       how many threads drive them
/// @param keyCount    keys are numbered from 0
/// @param valueBytes  length of each value; at least [Dialect#STAMP_BYTES]
/// @param putPercent  share of puts among the requests, 0 to 100
/// @param order       in which order keys are asked for
/// @param duration    when to stop asking
/// @param maxRequests when to stop asking, if earlier
/// @param pace        requests per second at most; 0 for as many as can be
/// @param seed        of the order
///
/// Immutable.
public record LoadPlan(
        Supplier<? extends Dialect> dialect,
        InetSocketAddress address,
        int connections,
        int loops,
        long keyCount,
        int valueBytes,
        int putPercent,
        Order order,
        Duration duration,
        long maxRequests,
        long pace,
        long seed) {

    /// Which key is next.
    public enum Order {
        /// Each in turn, over and over.
        SEQUENTIAL,
        /// Each as likely as any other.
        UNIFORM
    }

    public LoadPlan {
        if (valueBytes < Dialect.STAMP_BYTES || connections < loops || loops < 1) {
            throw new IllegalArgumentException("values (" + valueBytes
                    + " bytes) must hold a stamp,"
                    + " and connections (" + connections + ") suffice for loops (" + loops + ")");
        }
    }

    /// Gets of random keys, for as long as is said later.
    public static LoadPlan gets(
            Supplier<? extends Dialect> dialect,
            InetSocketAddress address,
            int connections,
            long keyCount,
            int valueBytes) {
        return new LoadPlan(dialect, address, connections, 1, keyCount, valueBytes, 0,
                Order.UNIFORM, Duration.ofDays(1), Long.MAX_VALUE, 0, 1);
    }

    /// The same with puts.
    public LoadPlan puts() {
        return withPutPercent(100);
    }

    /// Puts each key once.
    public LoadPlan fill() {
        return new LoadPlan(dialect, address, Math.min(connections, 4), 1, keyCount, valueBytes,
                100, Order.SEQUENTIAL, Duration.ofDays(1), keyCount, pace, seed);
    }

    /// Gets each key once.
    public LoadPlan sweep() {
        return new LoadPlan(dialect, address, connections, loops, keyCount, valueBytes, 0,
                Order.SEQUENTIAL, Duration.ofDays(1), keyCount, pace, seed);
    }

    /// The same with another share of puts.
    public LoadPlan withPutPercent(int percent) {
        return new LoadPlan(dialect, address, connections, loops, keyCount, valueBytes, percent,
                order, duration, maxRequests, pace, seed);
    }

    /// The same for another time.
    public LoadPlan lasting(Duration time) {
        return new LoadPlan(dialect, address, connections, loops, keyCount, valueBytes, putPercent,
                order, time, maxRequests, pace, seed);
    }

    /// The same with another order of random keys.
    public LoadPlan seeded(long otherSeed) {
        return new LoadPlan(dialect, address, connections, loops, keyCount, valueBytes, putPercent,
                order, duration, maxRequests, pace, otherSeed);
    }

    /// The same at no more than so many requests a second.
    public LoadPlan paced(long requestsPerSecond) {
        return new LoadPlan(dialect, address, connections, loops, keyCount, valueBytes, putPercent,
                order, duration, maxRequests, requestsPerSecond, seed);
    }
}
