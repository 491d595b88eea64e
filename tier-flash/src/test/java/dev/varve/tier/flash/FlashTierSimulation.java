package dev.varve.tier.flash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.testkit.ManualClock;
import dev.varve.testkit.SimulatedDisk;
import dev.varve.tier.Compression;
import dev.varve.tier.Place;
import dev.varve.tier.Purpose;
import dev.varve.tier.SegmentTier.Entry;
import dev.varve.tier.SegmentTier.Segment;
import dev.varve.tier.flash.FlashReport.Finding;
import dev.varve.tier.flash.FlashReport.Problem;
import dev.varve.tier.flash.Samples.Sample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Writes, syncs, drops and loses power on a disk that fails and forgets, over and over: what was
/// synced is there, what was not is right or reported, and nothing is ever wrong.
///
/// A failing case names its seed; `-Dvarve.seed=N` runs that one alone.
final class FlashTierSimulation {
    private static final int CASES = 2000;
    private static final FlashSettings SETTINGS = new FlashSettings(2 << 20, 256 << 10, 4);

    @Test
    void syncedBlocksSurviveEveryPowerFailure() {
        long only = Long.getLong("varve.seed", -1);
        long synced = 0;
        for (long seed = only < 0 ? 0 : only; seed < (only < 0 ? CASES : only + 1); seed++) {
            try {
                synced += new Case(seed).run();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ", again with -Dvarve.seed=" + seed, e);
            }
        }
        assertThat(synced).as("blocks whose survival was checked")
                .isGreaterThan(only < 0 ? 10_000 : 0);
    }

    private static final class Case {
        private final SplittableRandom random;
        private final Samples samples;
        private final Map<Place, Sample> synced = new HashMap<>();
        private final Map<Place, Sample> unsynced = new HashMap<>();
        /// May be there or not.
        private final Map<Place, Sample> doubtful = new HashMap<>();
        private final Map<Place, Purpose> purposes = new HashMap<>();
        private final Set<Integer> numbersBefore = new HashSet<>();
        private final FlashSettings settings;
        private SimulatedDisk disk;
        private FlashTier tier;
        private boolean flushesFail;
        private long checked;

        Case(long seed) {
            random = new SplittableRandom(seed);
            samples = new Samples(seed);
            settings = seed % 2 == 0 ? SETTINGS : SETTINGS.with(new Compression.Always());
            disk = new SimulatedDisk(seed);
            disk.allowHoles();
            tier = openTier();
        }

        long run() {
            for (int life = random.nextInt(1, 4); life > 0; life--) {
                live();
                tier.close();
                disk = disk.crash();
                tier = openTier();
                assertThat(tier.damagedFiles()).isEmpty();
                check();
                forgetTheDoubtful();
            }
            tier.close();
            disk.close();
            samples.assertNoLeases();
            return checked;
        }

        private void live() {
            boolean syncsFail = random.nextBoolean();
            if (syncsFail) {
                disk.failWrites(random.nextDouble() * 0.1);
                disk.failSyncs(random.nextDouble() * 0.2);
                disk.failReads(random.nextDouble() * 0.1);
            }
            if (random.nextInt(4) == 0) {
                disk.quotaBytes(random.nextInt(300 << 10, 2 << 20));
            }
            boolean powerFails = random.nextBoolean();
            if (powerFails) {
                disk.powerOffAfter(random.nextInt(60));
            }
            flushesFail = syncsFail || powerFails;
            for (int step = random.nextInt(40); step > 0; step--) {
                try {
                    step();
                } catch (StorageException e) {
                    assertThat(e.kind()).as(e.getMessage()).isIn(Kind.UNAVAILABLE, Kind.FULL);
                }
            }
            disk.quotaBytes(Long.MAX_VALUE);
        }

        private void step() {
            switch (random.nextInt(10)) {
                case 0, 1, 2, 3 -> write();
                case 4, 5, 6 -> sync();
                case 7 -> tier.seal(anyPurpose());
                case 8 -> dropOne();
                default -> readOne();
            }
        }

        private void write() {
            Purpose purpose = anyPurpose();
            List<Sample> batch = new ArrayList<>();
            for (int i = random.nextInt(1, 5); i > 0; i--) {
                int length = random.nextInt(4) == 0 ? 65_536 : random.nextInt(9000);
                batch.add(random.nextBoolean()
                        ? samples.make(length)
                        : samples.repetitive(length));
            }
            List<Place> places = samples.write(tier, purpose, batch);
            for (int i = 0; i < places.size(); i++) {
                assertThat(numbersBefore).doesNotContain(places.get(i).segment());
                unsynced.put(places.get(i), batch.get(i));
                purposes.put(places.get(i), purpose);
            }
        }

        private void sync() {
            try {
                tier.sync();
                unsynced.forEach((place, sample) -> {
                    // Nobody is told of a cache copy that a failed flush lost.
                    boolean sure = !flushesFail
                            || purposes.getOrDefault(place, Purpose.CACHE).mustSurvive();
                    (sure ? synced : doubtful).put(place, sample);
                });
            } catch (StorageException e) {
                doubtful.putAll(unsynced);
                unsynced.forEach((place, sample) -> {
                    if (purposes.getOrDefault(place, Purpose.CACHE).mustSurvive()) {
                        tier.release(place);
                    }
                });
            }
            unsynced.clear();
        }

        private Purpose anyPurpose() {
            return switch (random.nextInt(3)) {
                case 0 -> Purpose.CACHE;
                case 1 -> Purpose.DURABLE;
                default -> Purpose.CLEANED;
            };
        }

        private void dropOne() {
            List<Segment> sealed = tier.segments().stream().filter(s -> !s.open()).toList();
            if (sealed.isEmpty()) {
                return;
            }
            int number = sealed.get(random.nextInt(sealed.size())).number();
            for (Map<Place, Sample> map : List.of(synced, unsynced)) {
                map.keySet().removeIf(place -> {
                    boolean gone = place.segment() == number;
                    if (gone) {
                        doubtful.put(place, map.get(place));
                    }
                    return gone;
                });
            }
            tier.drop(number);
        }

        private void readOne() {
            Map<Place, Sample> all = new HashMap<>(synced);
            all.putAll(unsynced);
            for (Map.Entry<Place, Sample> one : all.entrySet()) {
                if (random.nextInt(all.size()) == 0) {
                    assertRight(one.getKey(), one.getValue());
                }
            }
        }

        private void check() {
            synced.forEach(this::assertRight);
            checked += synced.size();
            doubtful.putAll(unsynced);
            doubtful.forEach((place, sample) -> {
                try {
                    assertRight(place, sample);
                } catch (StorageException e) {
                    assertThat(e.kind()).as(e.getMessage()).isIn(Kind.CORRUPT, Kind.ABSENT);
                }
            });
            Map<Integer, Set<Place>> bySegment = synced.keySet()
                    .stream()
                    .collect(Collectors.groupingBy(Place::segment, Collectors.toSet()));
            bySegment.forEach(
                    (number, places) -> assertThat(tier.entries(number)).extracting(Entry::place)
                            .containsAll(places));
            Set<Place> intact = new HashSet<>();
            FlashReport report = FlashVerifier.verify(disk, entry -> intact.add(entry.place()));
            assertThat(intact).containsAll(synced.keySet());
            assertThat(report.problems()).extracting(Problem::finding)
                    .doesNotContain(
                            Finding.DAMAGED_HEADER, Finding.DAMAGED_BLOCK, Finding.UNREADABLE);
            assertThat(report.segments()).isEqualTo(tier.segments().size());
            tier.segments().forEach(segment -> numbersBefore.add(segment.number()));
            doubtful.keySet().forEach(place -> numbersBefore.add(place.segment()));
        }

        /// What was found once may be relied on from now on, since nobody writes to it any more;
        /// what was not found is not asked for again.
        private void forgetTheDoubtful() {
            doubtful.clear();
            unsynced.clear();
        }

        private void assertRight(Place place, Sample sample) {
            byte[] found = samples.read(tier, place, sample.info());
            if (!Arrays.equals(found, sample.bytes())) {
                throw new AssertionError(
                        "block " + sample.info() + " at " + place + " has other bytes");
            }
        }

        private FlashTier openTier() {
            return FlashTier.open(disk, settings, new ManualClock(), random.split());
        }
    }
}
