package dev.varve.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.bytes.BuddySlab;
import dev.varve.bytes.MemoryFile;
import dev.varve.engine.Departure.Reason;
import dev.varve.engine.EngineSettings.MemoryAtClose;
import dev.varve.engine.EngineStatus.Survival;
import dev.varve.env.StorageException;
import dev.varve.policy.LruPolicy;
import dev.varve.testkit.ManualClock;
import dev.varve.testkit.ManualTasks;
import dev.varve.testkit.SimulatedDisk;
import dev.varve.tier.flash.FlashSettings;
import dev.varve.tier.flash.FlashTier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Short lives of an engine whose memory outlives its process. It is killed between operations and
/// in the middle of them, and the next one starts on what memory, catalog and disk were at that
/// instant. Each life is repeated by its seed:
///
///     ./mvnw test -pl engine -am -Dtest=RecallSimulation -Dvarve.seed=N
///
/// A model knows what each key may hold: what was last acknowledged, or what the operation under
/// way at the kill would have made of it, or nothing. What was in memory at the kill and nobody was
/// changing must be there. Where memory was damaged meanwhile, a key may be gone, but then the
/// damage was counted, and the key is explained if its name could be told.
final class RecallSimulation {
    private static final int LIVES = Integer.getInteger("varve.lives", 20);
    private static final int KEYS = 10;
    private static final long MEMORY_BYTES = 1 << 20;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"kill", "tight", "stop", "flips"})
    void takesUpWhatWasInMemoryIn(String weather) throws IOException {
        long only = Long.getLong("varve.seed", -1);
        long found = 0;
        for (long seed = 0; seed < LIVES; seed++) {
            if (only < 0 || only == seed) {
                var life = new Life(seed, weather, folder);
                try {
                    found += life.run();
                } catch (Throwable failed) {
                    throw new AssertionError("seed " + seed + ", weather " + weather + "\n"
                            + String.join("\n", life.log), failed);
                }
            }
        }
        assertThat(found).as("blocks found in memory").isPositive();
    }

    /// What is there at the instant of a kill.
    private record Frozen(byte[] memory, SimulatedCatalog catalog, Set<String> certain) {}

    /// The bytes of a value follow from its number.
    private record Value(int number, int length, int label) {
        byte[] bytes() {
            var bytes = new byte[length];
            new Random(number).nextBytes(bytes);
            return bytes;
        }

        ObjectAttributes attributes() {
            return new ObjectAttributes(ObjectAttributes.NEVER, label == 0
                    ? Map.of()
                    : Map.of("label", "x".repeat(label)));
        }

        boolean is(ObjectInfo info, byte[] read) {
            return info.attributes().equals(attributes()) && Arrays.equals(bytes(), read);
        }
    }

    private static final class Life {
        private final Random random;
        private final String weather;
        private final Path folder;
        private final long seed;
        private final ManualClock clock = new ManualClock();
        private final SimulatedDisk disk;
        private final Map<String, Set<Optional<Value>>> may = new TreeMap<>();
        private final List<String> log = new ArrayList<>();
        private SimulatedCatalog catalog = new SimulatedCatalog();
        private ManualTasks tasks = new ManualTasks();
        private Path file;
        private BuddySlab slab;
        private TieredEngine engine;
        private int values;
        private int files;
        private long found;
        /// Counts down to the kill; at 0 or below there is none under way.
        private int untilKill;
        private Optional<Frozen> frozen = Optional.empty();
        private String changing = "";

        Life(long seed, String weather, Path folder) throws IOException {
            this.seed = seed;
            this.random = new Random(seed * 31 + weather.hashCode());
            this.weather = weather;
            this.folder = folder;
            this.disk = new SimulatedDisk(seed);
            for (int i = 0; i < KEYS; i++) {
                may.put("k" + i, new HashSet<>(Set.of(Optional.empty())));
            }
            file = nextFile();
            start();
        }

        long run() throws IOException {
            int steps = 60 + random.nextInt(120);
            for (int i = 0; i < steps; i++) {
                if (random.nextInt(12) == 0) {
                    untilKill = 1 + random.nextInt(6);
                }
                step("k" + random.nextInt(KEYS));
                changing = "";
                if (frozen.isPresent()) {
                    revive(frozen.get());
                } else if (random.nextInt(15) == 0) {
                    end();
                }
            }
            may.keySet().forEach(key -> check(key, Set.of()));
            engine.close();
            close();
            return found;
        }

        private void step(String key) {
            switch (random.nextInt(10)) {
                case 0, 1, 2, 3 -> put(key);
                case 4 -> change(key, Optional.empty(), () -> bucket().remove(ObjectKey.of(key)));
                case 5 -> touch(key);
                case 6, 7 -> check(key, Set.of());
                case 8 -> tasks.stepAll();
                default -> bucket().demote(ObjectKey.of(key));
            }
        }

        private void put(String key) {
            int length = random.nextInt(4) == 0
                    ? random.nextInt(200 << 10)
                    : random.nextInt(6 << 10);
            var value = new Value(++values, length, label());
            change(key, Optional.of(value), () -> {
                var name = ObjectKey.of(key);
                var quick = bucket().tryWriter(name, length);
                try (var writer = quick.orElseGet(() -> bucket().writer(name, length))) {
                    writer.write(ByteBuffer.wrap(value.bytes()));
                    if (writer.tryCommit(value.attributes(), Precondition.NONE).isEmpty()) {
                        writer.commit(value.attributes(), Precondition.NONE);
                    }
                }
            });
        }

        private void touch(String key) {
            var before = may(key).stream().flatMap(Optional::stream).toList();
            if (before.size() == 1) {
                var value = before.getFirst();
                var touched = new Value(value.number, value.length, label());
                change(key, Optional.of(touched), () -> bucket().touch(ObjectKey.of(key),
                        touched.attributes(), Precondition.NONE));
            }
        }

        private Set<Optional<Value>> may(String key) {
            return may.computeIfAbsent(key, _ -> new HashSet<>());
        }

        /// How long a label is: none, some that fit a slot, some that do not.
        private int label() {
            return random.nextBoolean() ? random.nextInt(600) : 0;
        }

        private void change(String key, Optional<Value> value, Runnable change) {
            log.add(key + " becomes " + value);
            changing = key;
            may(key).add(value);
            try {
                change.run();
                if (frozen.isEmpty()) {
                    may.put(key, new HashSet<>(Set.of(value)));
                }
            } catch (StorageException failed) {
                log.add("failed: " + failed.getMessage());
                assertThat(failed.kind()).isEqualTo(StorageException.Kind.FULL);
            }
        }

        private void check(String key, Set<String> certain) {
            var read = bucket().get(ObjectKey.of(key));
            log.add(key + (read.isPresent() ? " hit " + read.get().length : " miss"));
            if (read.isEmpty()) {
                assertThat(certain).as("was in memory, and nobody changed it").doesNotContain(key);
                return;
            }
            var info = bucket().head(ObjectKey.of(key)).orElseThrow();
            assertThat(may(key)).as("%s, read as %s", key, info)
                    .anyMatch(value -> value.isPresent() && value.get().is(info, read.get()));
            if (frozen.isEmpty()) {
                // What was shown may not change again.
                may(key)
                        .removeIf(value -> value.isEmpty()
                                || !value.get().is(info, read.get()));
            }
        }

        /// Freezes the world at a kill point. What the operation does afterwards happens to a world
        /// that is thrown away.
        private void killPoint() {
            if (untilKill > 0 && --untilKill == 0) {
                frozen = Optional.of(freeze());
                log.add("killed while " + (changing.isEmpty() ? "idle" : changing) + " changes");
            }
        }

        private Frozen freeze() {
            var certain = new TreeSet<String>();
            for (var live : ((TieredBucket) bucket()).state().live().values()) {
                boolean stays = live.state() == LiveObject.State.FRESH
                        && engine.residency().isNoted(live);
                if (stays && !live.key().text().equals(changing)) {
                    certain.add(live.key().text());
                }
            }
            try {
                return new Frozen(Files.readAllBytes(file), catalog.fork(), certain);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /// Ends the process between two operations.
        private void end() throws IOException {
            if (weather.equals("stop") && random.nextBoolean()) {
                log.add("stopped");
                var certain = freeze().certain;
                engine.close();
                catalog = catalog.restart();
                close();
                restart(certain);
                return;
            }
            log.add("killed");
            revive(freeze());
        }

        private void revive(Frozen world) throws IOException {
            frozen = Optional.empty();
            untilKill = 0;
            close();
            catalog = world.catalog;
            Files.delete(file);
            file = nextFile();
            Files.createFile(file, PosixFilePermissions.asFileAttribute(
                    PosixFilePermissions.fromString("rw-------")));
            int flips = weather.equals("flips") ? flip(world.memory) : 0;
            Files.write(file, world.memory);
            restart(flips == 0 ? world.certain : Set.of());
            if (flips > 0) {
                explainLosses(world);
            }
        }

        private void restart(Set<String> certain) throws IOException {
            tasks = new ManualTasks();
            start();
            assertThat(survival().dropped()).containsEntry("contradiction", 0L)
                    .containsEntry("foreign", 0L)
                    .containsEntry("no-bucket", 0L);
            if (!weather.equals("flips")) {
                assertThat(damage()).isZero();
            }
            found += survival().foundBlocks();
            log.add("started: " + survival());
            may.keySet().forEach(key -> check(key, certain));
        }

        /// Damages a few bits of the index or of the blocks.
        private int flip(byte[] memory) {
            int flips = 1 + random.nextInt(3);
            int indexBytes = (int) TieredEngine.notesBytes(MEMORY_BYTES);
            for (int i = 0; i < flips; i++) {
                int at = 4096 + (random.nextInt(4) > 0
                        ? random.nextInt(indexBytes)
                        : random.nextInt(memory.length - 4096));
                memory[at] ^= (byte) (1 << random.nextInt(8));
            }
            return flips;
        }

        private void explainLosses(Frozen world) {
            for (var key : world.certain) {
                if (bucket().get(ObjectKey.of(key)).isPresent()) {
                    continue;
                }
                long damage = damage();
                assertThat(damage).as("counted, when %s is gone", key).isPositive();
                assertThat(engine.status().corruptBlocks()).isGreaterThanOrEqualTo(damage);
                if (bucket().explain(ObjectKey.of(key)) instanceof Explanation.Left(var left)) {
                    assertThat(left.reason()).isEqualTo(Reason.LOST);
                }
            }
        }

        private long damage() {
            return survival().dropped()
                    .entrySet()
                    .stream()
                    .filter(entry -> entry.getKey().startsWith("damaged")
                            || entry.getKey().equals("overlap"))
                    .mapToLong(Map.Entry::getValue)
                    .sum();
        }

        private Survival survival() {
            return engine.status().survival();
        }

        private Bucket bucket() {
            return engine.bucket("c").orElseThrow();
        }

        private void start() throws IOException {
            long notes = TieredEngine.notesBytes(MEMORY_BYTES);
            var memory = MemoryFile.open(file,
                    new MemoryFile.Shape(9, notes, MEMORY_BYTES - notes), 9);
            assertThat(memory.replaced()).isEmpty();
            slab = BuddySlab.on(memory);
            var points = new KillPoints(this::killPoint);
            var flash = FlashTier.open(disk, new FlashSettings(
                    weather.equals("tight") ? 8L << 20 : 64L << 20, 1 << 20, 4), clock, random);
            var settings = new EngineSettings(64 << 10, 256 << 10, Duration.ofMillis(3),
                    Duration.ofSeconds(1), Duration.ofSeconds(10),
                    weather.equals("stop") ? MemoryAtClose.STAYS : MemoryAtClose.TO_FLASH,
                    true, AdmissionSettings.DEFAULT, EngineSettings.UNLIMITED,
                    new PlacementGoal.Latency());
            engine = TieredEngine.open(new TieredEngine.Parts(points.around(catalog), flash,
                    points.around(slab), _ -> new LruPolicy(), clock,
                    tasks),
                    settings);
            engine.openBucket("c", BucketClass.CACHE);
        }

        private void close() {
            tasks.close();
            slab.close();
        }

        private Path nextFile() {
            return folder.resolve(weather + seed + "-" + files++);
        }
    }
}
