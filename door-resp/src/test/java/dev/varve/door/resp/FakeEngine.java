package dev.varve.door.resp;

import dev.varve.bytes.Slab;
import dev.varve.engine.Bucket;
import dev.varve.engine.BucketClass;
import dev.varve.engine.Engine;
import dev.varve.engine.EngineStatus;
import dev.varve.engine.EngineStatus.Admissions;
import dev.varve.engine.EngineStatus.Device;
import dev.varve.engine.EngineStatus.Goal;
import dev.varve.engine.EngineStatus.Movement;
import dev.varve.engine.EngineStatus.Pacing;
import dev.varve.engine.EngineStatus.Promises;
import dev.varve.engine.EngineStatus.Reads;
import dev.varve.engine.EngineStatus.Survival;
import dev.varve.engine.EngineStatus.TierStatus;
import dev.varve.engine.EngineStatus.Writes;
import dev.varve.engine.ShareSettings;
import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// An engine in a map, whose moods the test sets: how often it cannot tell from memory alone,
/// whether reads or writes fail. Counts what is open.
///
/// Thread-safe.
final class FakeEngine implements Engine {
    final AtomicInteger openReaders = new AtomicInteger();
    final AtomicInteger openWriters = new AtomicInteger();
    final AtomicLong versions = new AtomicLong();
    final Slab slab;
    final Clock clock;
    final int blockBytes;
    volatile Optional<StorageException> writeFailure = Optional.empty();
    volatile Optional<StorageException> readFailure = Optional.empty();
    private final Map<String, FakeBucket> buckets = new ConcurrentSkipListMap<>();
    private final Random moods = new Random(7);
    private volatile double unsure;

    FakeEngine(Slab slab, Clock clock, int blockBytes) {
        this.slab = slab;
        this.clock = clock;
        this.blockBytes = blockBytes;
    }

    /// How often memory alone has no answer, 0 to 1.
    void unsure(double share) {
        unsure = share;
    }

    synchronized boolean knows() {
        return unsure == 0 || moods.nextDouble() >= unsure;
    }

    @Override
    public Optional<Bucket> bucket(String name) {
        return Optional.ofNullable(buckets.get(name));
    }

    @Override
    public Bucket createBucket(String name, BucketClass bucketClass) {
        var created = new FakeBucket(this, name, bucketClass);
        if (buckets.putIfAbsent(name, created) != null) {
            throw new StorageException(Kind.CONFLICT, name);
        }
        return created;
    }

    @Override
    public Bucket openBucket(String name, BucketClass bucketClass) {
        return buckets.computeIfAbsent(name, _ -> new FakeBucket(this, name, bucketClass));
    }

    @Override
    public void deleteBucket(String name) {
        buckets.remove(name);
    }

    @Override
    public List<Bucket> buckets() {
        return List.copyOf(buckets.values());
    }

    @Override
    public void divide(List<ShareSettings> shares) {
        throw new UnsupportedOperationException("a door divides nothing");
    }

    @Override
    public EngineStatus status() {
        long objects = buckets.values().stream().mapToLong(Bucket::count).sum();
        return new EngineStatus(
                List.of(new TierStatus(
                        "memory", slab.capacityBytes(), slab.usedBytes(), objects)),
                new Reads(0, 0, 0, 0, 0, 0), new Writes(0, 0, 0),
                new Movement(0, 0, 0, 0, 0, 0, 0, 0, 0), Pacing.NONE, Goal.LATENCY,
                new Promises(0, 0, 0), Device.NONE, Survival.NONE, Admissions.NONE, 0, true,
                List.of(),
                List.of(), List.of(), List.of());
    }

    @Override
    public void close() {
        buckets.values().forEach(Bucket::clear);
    }
}
