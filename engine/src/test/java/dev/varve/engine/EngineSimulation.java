package dev.varve.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.bytes.BuddySlab;
import dev.varve.engine.SimulatedCatalog.Operation;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.testkit.ManualClock;
import dev.varve.testkit.ManualTasks;
import dev.varve.testkit.SimulatedDisk;
import dev.varve.tier.Compression;
import dev.varve.tier.Compression.DeviceEnergy;
import dev.varve.tier.flash.FlashSettings;
import dev.varve.tier.flash.FlashTier;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Thousands of short lives of a whole engine, on a disk and a catalog that fail, tear and
/// forget, with all background work done step by step. Each life is repeated by its seed:
///
///     ./mvnw test -pl engine -am -Dtest=EngineSimulation -Dvarve.seed=N
///
/// A model knows what each key may hold. A durable key holds what was last acknowledged, or what a
/// failed attempt since then tried to make of it. A cache key holds that too, or nothing; after a
/// power failure (not after a mere kill) it may hold an earlier acknowledged value, because cache
/// buckets do not wait for flushes.
final class EngineSimulation {
    private static final int LIVES = Integer.getInteger("varve.lives", 150);
    private static final int KEYS = 12;
    private static final int MEMORY_BYTES = 1 << 20;
    private static final long FLASH_BYTES = 64L << 20;
    /// So little that cleaning and eviction run all the time.
    private static final long TIGHT_FLASH_BYTES = 8L << 20;
    private static final int SEGMENT_BYTES = 1 << 20;

    @ParameterizedTest
    @ValueSource(strings = {"calm", "power", "kill", "faults", "full", "tight", "hangs"})
    void keepsItsPromisesIn(String weather) {
        long only = Long.getLong("varve.seed", -1);
        for (long seed = 0; seed < LIVES; seed++) {
            if (only < 0 || only == seed) {
                var life = new Life(seed, weather);
                try {
                    life.run();
                } catch (Throwable failed) {
                    throw new AssertionError("seed " + seed + ", weather " + weather + "\n"
                            + String.join("\n", life.log), failed);
                }
            }
        }
    }

    @Test
    void givesTheSameAnswersForTheSameSeed() {
        assertThat(new Life(5, "faults").run()).isEqualTo(new Life(5, "faults").run());
    }

    /// What a key may hold: random bytes by their seeds and lengths, in a row, those of even seeds
    /// the same again and again; none at all for nothing.
    private record Value(List<Piece> pieces) {
        static final Value ABSENT = new Value(List.of());

        record Piece(long seed, int length) {}

        byte[] bytes() {
            var bytes = ByteBuffer.allocate(pieces.stream().mapToInt(Piece::length).sum());
            for (var piece : pieces) {
                var part = new byte[piece.length];
                new Random(piece.seed).nextBytes(part);
                for (int i = 64; i < part.length && piece.seed % 2 == 0; i++) {
                    part[i] = part[i - 64];
                }
                bytes.put(part);
            }
            return bytes.array();
        }

        Value followedBy(Value next) {
            return new Value(Stream.concat(pieces.stream(), next.pieces.stream()).toList());
        }
    }

    private static final class Life {
        private final Random random;
        private final String weather;
        private final AdmissionSettings.Mode mode;
        private final PlacementGoal goal;
        private final Compression compression;
        private final ManualClock clock = new ManualClock();
        private final Map<String, Set<Value>> durable = new TreeMap<>();
        private final Map<String, Set<Value>> cached = new TreeMap<>();
        private final Map<String, Set<Value>> everCached = new TreeMap<>();
        private final List<String> log = new ArrayList<>();
        private SimulatedDisk disk;
        private SimulatedCatalog catalog = new SimulatedCatalog();
        private ManualTasks tasks = new ManualTasks();
        private BuddySlab slab;
        private TieredEngine engine;
        private int values;

        Life(long seed, String weather) {
            this.random = new Random(seed * 31 + weather.hashCode());
            this.weather = weather;
            this.mode = seed % 2 == 0
                    ? AdmissionSettings.Mode.SELECTIVE
                    : AdmissionSettings.Mode.ALL;
            this.goal = seed % 4 < 2
                    ? new PlacementGoal.Latency()
                    : new PlacementGoal.Energy(1.2);
            this.compression = switch ((int) (seed % 3)) {
                case 0 -> new Compression.Never();
                case 1 -> new Compression.Always();
                default -> new Compression.Saving(new DeviceEnergy(1e-9, 3e-9, 1e-12), 1.2);
            };
            this.disk = new SimulatedDisk(seed);
            if (weather.equals("full")) {
                disk.quotaBytes(6L << 20);
            }
            this.slab = BuddySlab.open(MEMORY_BYTES);
            this.engine = start();
        }

        List<String> run() {
            int steps = 40 + random.nextInt(weather.equals("tight") ? 200 : 80);
            for (int i = 0; i < steps; i++) {
                step();
            }
            calm();
            checkAll();
            finish();
            return log;
        }

        private TieredEngine start() {
            var flash = FlashTier.open(
                    disk, new FlashSettings(
                            weather.equals("tight") ? TIGHT_FLASH_BYTES : FLASH_BYTES,
                            SEGMENT_BYTES, 4, compression),
                    clock, random);
            var settings = new EngineSettings(
                    64 << 10, 256 << 10, Duration.ofMillis(3), Duration.ofSeconds(1),
                    Duration.ofSeconds(10), EngineSettings.MemoryAtClose.TO_FLASH, true,
                    new AdmissionSettings(mode, AdmissionSettings.UNLIMITED),
                    EngineSettings.UNLIMITED, goal);
            var parts = new TieredEngine.Parts(catalog, flash, slab, EngineRig::auto, clock, tasks);
            var opened = TieredEngine.open(parts, settings);
            opened.openBucket("d", BucketClass.DURABLE);
            opened.openBucket("c", BucketClass.CACHE);
            return opened;
        }

        private void step() {
            boolean inCache = random.nextBoolean();
            var key = "k" + random.nextInt(KEYS);
            switch (random.nextInt(12)) {
                case 0, 1, 2, 3 -> put(inCache, key);
                case 4 -> remove(inCache, key);
                case 5, 6, 7 -> check(inCache, key);
                case 8 -> tasks.stepAll();
                case 9 -> checkListing(inCache);
                case 10 -> compose(inCache, key);
                default -> storm();
            }
        }

        private Bucket bucket(boolean inCache) {
            return engine.bucket(inCache ? "c" : "d").orElseThrow();
        }

        private Set<Value> may(boolean inCache, String key) {
            return (inCache ? cached : durable)
                    .computeIfAbsent(key, _ -> new HashSet<>(Set.of(Value.ABSENT)));
        }

        private Value newValue() {
            int length = random.nextInt(4) == 0
                    ? random.nextInt(200 << 10)
                    : random.nextInt(6 << 10);
            return new Value(List.of(new Value.Piece(1000L + values++, length)));
        }

        private void put(boolean inCache, String key) {
            var value = newValue();
            attempt(inCache, key, value, () -> {
                write(bucket(inCache), key, value);
            });
        }

        private void write(Bucket bucket, String key, Value value) {
            var bytes = value.bytes();
            boolean known = random.nextBoolean();
            var objectKey = ObjectKey.of(key);
            var quick = known && random.nextBoolean()
                    ? bucket.tryWriter(objectKey, bytes.length)
                    : Optional.<ObjectWriter>empty();
            try (var writer = quick.orElseGet(
                    () -> bucket.writer(objectKey, known ? bytes.length : -1))) {
                int cut = random.nextInt(bytes.length + 1);
                writer.write(ByteBuffer.wrap(bytes, 0, cut));
                writer.write(ByteBuffer.wrap(bytes, cut, bytes.length - cut));
                var done = quick.isPresent()
                        ? writer.tryCommit(ObjectAttributes.NONE, Precondition.NONE)
                        : Optional.<CommitOutcome>empty();
                if (done.isEmpty()) {
                    writer.commit(ObjectAttributes.NONE, Precondition.NONE);
                }
            }
        }

        private void remove(boolean inCache, String key) {
            attempt(inCache, key, Value.ABSENT, () -> bucket(inCache).remove(ObjectKey.of(key)));
        }

        private void compose(boolean inCache, String key) {
            var first = newValue();
            var second = newValue();
            var parts = List.of(ObjectKey.of("part1"), ObjectKey.of("part2"));
            try {
                write(bucket(inCache), "part1", first);
                write(bucket(inCache), "part2", second);
            } catch (StorageException failed) {
                return;
            }
            attempt(inCache, key, first.followedBy(second), () -> {
                var bucket = bucket(inCache);
                bucket.compose(ObjectKey.of(key), bucket, parts, ObjectAttributes.NONE,
                        Precondition.NONE);
            });
        }

        private void attempt(boolean inCache, String key, Value value, Runnable change) {
            var may = may(inCache, key);
            if (inCache) {
                everCached.computeIfAbsent(key, _ -> new HashSet<>()).add(value);
            }
            try {
                log.add(key + " becomes " + value + " cached " + inCache);
                change.run();
                may.clear();
            } catch (StorageException failed) {
                log.add(key + " failed " + failed.kind());
                assertThat(failed.kind()).as("%s", failed)
                        .isIn(Kind.UNAVAILABLE, Kind.FULL, Kind.ABSENT);
            }
            may.add(value);
        }

        private void check(boolean inCache, String key) {
            Optional<byte[]> read;
            try {
                read = bucket(inCache).get(ObjectKey.of(key));
            } catch (StorageException failed) {
                assertThat(failed.kind()).as("%s cached %s: %s", key, inCache, failed)
                        .isEqualTo(Kind.UNAVAILABLE);
                return;
            }
            var may = may(inCache, key);
            log.add(key + (read.isPresent() ? " hit " + read.get().length : " miss"));
            if (read.isEmpty()) {
                assertThat(inCache || may.contains(Value.ABSENT))
                        .as("durable %s is missing, may be %s", key, may)
                        .isTrue();
            } else {
                assertThat(matches(may, read.get()))
                        .as("%s has %d bytes, may be %s", key, read.get().length, may)
                        .isTrue();
            }
        }

        private static boolean matches(Set<Value> may, byte[] found) {
            return may.stream()
                    .anyMatch(
                            value -> !value.pieces.isEmpty()
                                    && Arrays.equals(value.bytes(), found));
        }

        private void checkAll() {
            for (int i = 0; i < KEYS; i++) {
                check(true, "k" + i);
                check(false, "k" + i);
            }
            checkListing(true);
            checkListing(false);
        }

        private void checkListing(boolean inCache) {
            log.add("list " + inCache);
            var listed = new ArrayList<String>();
            try (var cursor = bucket(inCache).list(ObjectKey.of("k"))) {
                for (var next = cursor.next(); next.isPresent(); next = cursor.next()) {
                    listed.add(next.get().key().text());
                }
            } catch (StorageException failed) {
                assertThat(weather).as("%s", failed).isEqualTo("hangs");
                return;
            }
            assertThat(listed).isSorted().doesNotHaveDuplicates();
            for (int i = 0; i < KEYS; i++) {
                var may = may(inCache, "k" + i);
                if (!inCache && !may.contains(Value.ABSENT)) {
                    assertThat(listed).contains("k" + i);
                } else if (may.equals(Set.of(Value.ABSENT))) {
                    assertThat(listed).doesNotContain("k" + i);
                }
            }
        }

        private void storm() {
            switch (weather) {
                case "power", "tight" -> crash(true);
                case "kill" -> crash(false);
                case "faults" -> faults();
                case "hangs" -> hangs();
                default -> clock.advance(Duration.ofMillis(random.nextInt(50)));
            }
        }

        /// A process that ends while the catalog hangs may leave a cache as a power failure does.
        private void hangs() {
            if (random.nextInt(3) > 0) {
                catalog.hang();
            } else if (random.nextInt(3) > 0) {
                catalog.answer(random.nextBoolean());
            } else {
                everCached.forEach((key, values) -> may(true, key).addAll(values));
                crash(false);
            }
        }

        private void faults() {
            if (random.nextInt(3) == 0) {
                calm();
                if (random.nextBoolean()) {
                    crash(true);
                }
                return;
            }
            double often = random.nextDouble() * 0.2;
            switch (random.nextInt(4)) {
                case 0 -> disk.failReads(often);
                case 1 -> disk.failWrites(often);
                case 2 -> disk.failSyncs(often);
                default -> catalog.failNext(Operation.COMMIT, Kind.UNAVAILABLE);
            }
        }

        private void calm() {
            disk.failReads(0);
            disk.failWrites(0);
            disk.failSyncs(0);
            catalog.heal();
            catalog.answer(random.nextBoolean());
        }

        /// Ends the process without a word, by a kill or a power failure, and starts the next one.
        private void crash(boolean power) {
            calm();
            if (power) {
                disk = disk.crash();
                catalog = catalog.crash(random.nextLong());
                everCached.forEach((key, values) -> may(true, key).addAll(values));
            } else {
                catalog = catalog.restart();
            }
            if (weather.equals("full")) {
                disk.quotaBytes(6L << 20);
            }
            slab.close();
            tasks = new ManualTasks();
            slab = BuddySlab.open(MEMORY_BYTES);
            engine = start();
        }

        private void finish() {
            engine.close();
            assertThat(catalog.openCursorCount()).isZero();
            tasks.close();
            slab.close();
        }
    }
}
