package dev.varve.engine;

import dev.varve.engine.EngineStatus.PrefetchStatus;
import dev.varve.env.Clock;
import dev.varve.policy.Usefulness;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// The meters of all that is brought up before it is asked for, one for each [PrefetchKind].
///
/// Thread-safe: immutable.
final class Prefetches {
    /// What may wait in memory for its reader, for each kind, as a part of memory.
    private static final int GUESSED_SHARE = 8;
    /// The same of what is known rather than guessed.
    private static final int KNOWN_SHARE = 2;

    private final Map<PrefetchKind, PrefetchMeter> meters = new EnumMap<>(PrefetchKind.class);

    Prefetches(long memoryBytes, Clock clock) {
        for (var kind : PrefetchKind.values()) {
            meters.put(kind, new PrefetchMeter(kind, usefulness(kind, memoryBytes), clock));
        }
    }

    /// That a bucket is read in epochs must have proved true before it is as good as a wish.
    private static Usefulness usefulness(PrefetchKind kind, long memoryBytes) {
        long guessed = memoryBytes / GUESSED_SHARE;
        long known = memoryBytes / KNOWN_SHARE;
        return switch (kind) {
            case HINT -> new Usefulness(known);
            case EPOCH -> new Usefulness(known, guessed);
            case CHAIN, SEQUENTIAL, STRIDED -> new Usefulness(guessed);
        };
    }

    PrefetchMeter of(PrefetchKind kind) {
        return Objects.requireNonNull(meters.get(kind));
    }

    /// All that was brought up so far.
    long broughtUpBytes() {
        return meters.values().stream().mapToLong(PrefetchMeter::broughtUpBytes).sum();
    }

    List<PrefetchStatus> status() {
        return meters.values().stream().map(PrefetchMeter::status).toList();
    }
}
