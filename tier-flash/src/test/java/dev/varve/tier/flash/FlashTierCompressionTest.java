package dev.varve.tier.flash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.testkit.ManualClock;
import dev.varve.testkit.SimulatedDisk;
import dev.varve.tier.BlockInfo;
import dev.varve.tier.Compression;
import dev.varve.tier.Compression.DeviceEnergy;
import dev.varve.tier.Pace;
import dev.varve.tier.Place;
import dev.varve.tier.Purpose;
import dev.varve.tier.SegmentTier.Entry;
import dev.varve.tier.SegmentTier.Segment;
import dev.varve.tier.flash.Samples.Sample;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class FlashTierCompressionTest {
    private static final FlashSettings SETTINGS = new FlashSettings(8 << 20, 1 << 20, 4);
    private static final int[] LENGTHS = {1024, 1025, 5000, 65_535, 65_536, 100_000, 262_144};
    private static final Pace NOBODY_WAITS = _ -> {};

    private final SimulatedDisk disk = new SimulatedDisk(1);
    private final Samples samples = new Samples(1);
    private FlashTier tier = open(new Compression.Always());

    @AfterEach
    void close() {
        tier.close();
        samples.assertNoLeases();
        disk.close();
    }

    @Test
    void blocksComeBackAndTakeLess() {
        var written = repetitive();
        var places = samples.write(tier, Purpose.CACHE, written);
        for (int i = 0; i < written.size(); i++) {
            assertThat(places.get(i).storedBytes()).isBetween(1, LENGTHS[i] / 2);
            assertReads(places.get(i), written.get(i));
        }
        var compressed = tier.counters().compressed();
        assertThat(compressed.contentBytes()).isEqualTo(tier.counters().contentBytesWritten())
                .isEqualTo(compressed.expandedBytes());
        assertThat(compressed.storedBytes())
                .isEqualTo(places.stream().mapToLong(Place::storedBytes).sum());
        assertThat(tier.counters().deviceBytesWritten()).isLessThan(compressed.contentBytes() / 4);
    }

    @Test
    void theyComeBackPieceByPieceAndAfterReopeningWithoutCompression() {
        var written = repetitive();
        var places = samples.write(tier, Purpose.CACHE, written, NOBODY_WAITS);
        tier.close();
        tier = open(new Compression.Never());
        for (int i = 0; i < written.size(); i++) {
            assertReads(places.get(i), written.get(i));
        }
    }

    @Test
    void whatDoesNotShrinkIsStoredAsItIs() {
        var written = samples.make(LENGTHS);
        var places = samples.write(tier, Purpose.CACHE, written);
        for (int i = 0; i < written.size(); i++) {
            assertThat(places.get(i).storedBytes()).isEqualTo(LENGTHS[i]);
            assertReads(places.get(i), written.get(i));
        }
        var compressed = tier.counters().compressed();
        assertThat(compressed.contentBytes()).isZero();
        assertThat(compressed.triedBytes()).isEqualTo(tier.counters().contentBytesWritten());
    }

    @Test
    void wantedBytesAndEntriesAreOfWhatIsStored() {
        var written = new ArrayList<>(repetitive());
        written.addAll(samples.make(2000, 70_000));
        var places = samples.write(tier, Purpose.CACHE, written);
        long stored = places.stream().mapToLong(Place::storedBytes).sum();
        assertThat(wantedBytes()).isEqualTo(stored);
        assertThat(tier.entries(places.getFirst().segment())).extracting(Entry::place)
                .containsExactlyElementsOf(places);
        tier.close();
        tier = open(new Compression.Always());
        assertThat(tier.entries(places.getFirst().segment())).extracting(Entry::place)
                .containsExactlyInAnyOrderElementsOf(places);
        places.forEach(tier::adopt);
        assertThat(wantedBytes()).isEqualTo(stored);
        places.forEach(tier::release);
        assertThat(wantedBytes()).isZero();
    }

    @Test
    void theVerifierFindsThemSound() {
        var places = samples.write(tier, Purpose.CACHE, repetitive());
        tier.seal(Purpose.CACHE);
        var sound = new HashSet<Place>();
        var report = FlashVerifier.verify(disk, entry -> sound.add(entry.place()));
        assertThat(report.problems()).isEmpty();
        assertThat(sound).containsExactlyInAnyOrderElementsOf(places);
    }

    @Test
    void moreFitsIntoTheBudget() {
        int blocks = 0;
        try {
            while (blocks < 1000) {
                samples.write(tier, Purpose.CACHE, List.of(samples.repetitive(200_000)));
                blocks++;
            }
        } catch (StorageException full) {
            assertThat(full.kind()).isEqualTo(Kind.FULL);
        }
        assertThat(blocks * 200_000L).isGreaterThan(4L * SETTINGS.budgetBytes());
        assertThat(tier.usedBytes()).isLessThanOrEqualTo(SETTINGS.budgetBytes());
    }

    @Test
    void damageIsNoticedAndNeverServed() {
        var random = new SplittableRandom(3);
        for (int length : LENGTHS) {
            Sample sample = samples.repetitive(length);
            Place place = samples.write(tier, Purpose.CACHE, List.of(sample)).getFirst();
            for (int i = 0; i < 20; i++) {
                String file = SegmentFolder.name(place.segment());
                long bit = 8 * place.offset() + random.nextInt(8 * place.storedBytes());
                disk.flipBit(file, bit);
                assertCorrupt(place, sample.info());
                disk.flipBit(file, bit);
            }
            assertReads(place, sample);
        }
    }

    @Test
    void aFrameOfAnotherBlockIsNotTaken() {
        Sample one = samples.repetitive(200_000);
        Sample other = samples.repetitive(200_000);
        Sample longer = samples.repetitive(262_144);
        var places = samples.write(tier, Purpose.CACHE, List.of(one, other, longer));
        assertCorrupt(places.get(1), one.info());
        assertCorrupt(places.get(2), one.info());
        assertCorrupt(places.get(0), longer.info());
        var place = places.getFirst();
        assertCorrupt(new Place(place.segment(), place.offset(), place.storedBytes() - 1),
                one.info());
        assertCorrupt(new Place(place.segment(), place.offset(), 1 << 30), one.info());
        assertCorrupt(new Place(place.segment(), place.offset(), 0), one.info());
        assertThat(tier.counters().corruptReads()).isEqualTo(6);
    }

    @Test
    void whereItMustSaveEnergyNobodyWaitsForTheFirstTrials() {
        tier.close();
        tier = open(new Compression.Saving(new DeviceEnergy(1e-9, 3e-9, 1e-12), 1.2));
        Sample block = samples.repetitive(200_000);
        assertThat(samples.write(tier, Purpose.CACHE, List.of(block)).getFirst().storedBytes())
                .isEqualTo(200_000);
        Place place = samples.write(tier, Purpose.CACHE, List.of(block), NOBODY_WAITS).getFirst();
        assertThat(place.storedBytes()).isLessThan(100_000);
        assertReads(place, block);
        Sample noise = samples.make(200_000);
        place = samples.write(tier, Purpose.CACHE, List.of(noise), NOBODY_WAITS).getFirst();
        assertThat(place.storedBytes()).isEqualTo(200_000);
        assertReads(place, noise);
    }

    private List<Sample> repetitive() {
        var made = new ArrayList<Sample>();
        for (int length : LENGTHS) {
            made.add(samples.repetitive(length));
        }
        return made;
    }

    private FlashTier open(Compression compression) {
        return FlashTier.open(disk, SETTINGS.with(compression), new ManualClock(),
                new SplittableRandom(1));
    }

    private long wantedBytes() {
        return tier.segments().stream().mapToLong(Segment::wantedBytes).sum();
    }

    private void assertReads(Place place, Sample sample) {
        assertThat(samples.read(tier, place, sample.info())).isEqualTo(sample.bytes());
    }

    private void assertCorrupt(Place place, BlockInfo info) {
        assertThatThrownBy(() -> samples.read(tier, place, info))
                .isInstanceOfSatisfying(StorageException.class,
                        e -> assertThat(e.kind()).as(e.getMessage()).isEqualTo(Kind.CORRUPT));
    }
}
