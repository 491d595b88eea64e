package dev.varve.tier.flash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.bytes.Crc32c;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.testkit.ManualClock;
import dev.varve.testkit.SimulatedDisk;
import dev.varve.tier.BlockInfo;
import dev.varve.tier.Place;
import dev.varve.tier.Purpose;
import dev.varve.tier.SegmentTier.Entry;
import dev.varve.tier.flash.FlashReport.Finding;
import dev.varve.tier.flash.FlashReport.Problem;
import dev.varve.tier.flash.Samples.Sample;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What becomes of files that were changed, filled up, or written by others.
final class FlashTierDamageTest {
    private static final FlashSettings SETTINGS = new FlashSettings(4 << 20, 1 << 20, 4);

    private final SimulatedDisk disk = new SimulatedDisk(1);
    private final Samples samples = new Samples(1);
    private final List<Sample> written = samples.make(300, 70_000, 5000, 65_536, 20);
    private List<Place> places = List.of();
    private FlashTier tier = open();

    @BeforeEach
    void writeOneSegment() {
        places = samples.write(tier, Purpose.DURABLE, written);
        tier.sync();
    }

    @AfterEach
    void close() {
        tier.close();
        disk.close();
        samples.assertNoLeases();
    }

    @Test
    void aFlippedBitInABlockIsCorruptAndTheOthersAreRead() {
        for (int i = 0; i < written.size(); i++) {
            disk.flipBit(file(), places.get(i).offset() * 8 + 77);
            assertUnreadable(i);
        }
        assertThat(tier.counters().corruptReads()).isEqualTo(written.size());
    }

    @Test
    void aDamagedHeaderOfASmallBlockIsFoundWhenItIsRead() {
        disk.flipBit(file(), (places.getFirst().offset() - 20) * 8);
        assertUnreadable(0);
        for (int i = 1; i < written.size(); i++) {
            assertReadable(i);
        }
    }

    @Test
    void withoutASoundFooterTheBlocksAreSearched() {
        List<Entry> before = tier.entries(places.getFirst().segment());
        tier.close();
        disk.flipBit(file(), (size() - 4000) * 8);
        tier = open();
        assertThat(tier.entries(places.getFirst().segment())).isEqualTo(before);
        tier.close();
        assertThat(verify()).isEmpty();
    }

    @Test
    void aDamagedDirectoryIsNotBelieved() {
        List<Entry> before = tier.entries(places.getFirst().segment());
        tier.close();
        disk.flipBit(file(), (size() - 8192) * 8 + 5);
        tier = open();
        assertThat(tier.entries(places.getFirst().segment())).isEqualTo(before);
        tier.close();
        assertThat(verify()).extracting(Problem::finding)
                .containsExactly(Finding.DAMAGED_DIRECTORY);
    }

    @Test
    void theSearchFindsWhatLiesBehindADamagedHeader() {
        List<Entry> before = tier.entries(places.getFirst().segment());
        tier.close();
        disk.flipBit(file(), (size() - 4000) * 8);
        disk.flipBit(file(), (places.getFirst().offset() - 32) * 8);
        tier = open();
        assertThat(tier.entries(places.getFirst().segment())).isEqualTo(before.stream()
                .filter(entry -> !entry.place().equals(places.getFirst()))
                .toList());
    }

    @Test
    void contentThatLooksLikeABlockIsNotTakenForOne() {
        tier.seal(Purpose.DURABLE);
        var copy = new byte[(int) size()];
        readFile(file(), copy);
        Sample imitation = sampleOf(copy);
        Place place = samples.write(tier, Purpose.CACHE, List.of(imitation)).getFirst();
        tier.close();
        String name = SegmentFolder.name(place.segment());
        disk.flipBit(name, (size(name) - 4000) * 8);
        disk.flipBit(name, (PageLayout.BYTES + 3) * 8L);
        tier = open();
        assertThat(tier.entries(place.segment())).isEmpty();
    }

    @Test
    void aSegmentWithADamagedHeaderIsKeptReportedAndNotUsed() {
        tier.close();
        disk.flipBit(file(), 8 * 8);
        tier = open();
        assertThat(tier.damagedFiles()).containsExactly(file());
        assertThat(tier.segments()).isEmpty();
        assertThat(tier.usedBytes()).isEqualTo(size());
        assertKind(Kind.ABSENT,
                () -> samples.read(tier, places.getFirst(), written.getFirst().info()));
        Place next = samples.write(tier, Purpose.DURABLE, samples.make(new int[]{10})).getFirst();
        assertThat(next.segment()).isGreaterThan(places.getFirst().segment());
        assertThat(disk.names()).contains(file());
        tier.close();
        assertThat(verify()).extracting(Problem::finding).containsExactly(Finding.DAMAGED_HEADER);
    }

    @Test
    void aFileThatWasCutShortBeforeItsHeaderIsNoDamage() {
        tier.close();
        writeFile("00000777.seg", new byte[0]);
        writeFile("00000778.seg", new byte[PageLayout.BYTES]);
        assertThat(verify()).extracting(Problem::finding)
                .containsExactly(
                        Finding.UNFINISHED_FILE, Finding.UNFINISHED_FILE);
        tier = open();
        assertThat(tier.damagedFiles()).isEmpty();
        assertThat(disk.names()).doesNotContain("00000777.seg", "00000778.seg");
    }

    @Test
    void aSegmentUnderAnotherNumberIsNotUsed() {
        tier.close();
        var copy = new byte[(int) size()];
        readFile(file(), copy);
        writeFile("00000777.seg", copy);
        tier = open();
        assertThat(tier.damagedFiles()).containsExactly("00000777.seg");
        Place next = samples.write(tier, Purpose.DURABLE, samples.make(new int[]{10})).getFirst();
        assertThat(next.segment()).isGreaterThan(777);
    }

    @Test
    void aFolderOfANewerVersionIsRefused() {
        tier.close();
        var page = new byte[PageLayout.BYTES];
        MemorySegment header = MemorySegment.ofArray(page);
        PageLayout.begin(header, HeaderLayout.MAGIC);
        header.set(LittleEndian.U16, 4, (short) 2);
        PageLayout.finish(header);
        writeFile("00000900.seg", page);
        assertKind(Kind.CONFIG, this::open);
        assertThat(verify()).extracting(Problem::finding).containsExactly(Finding.NEWER_VERSION);
        disk.delete("00000900.seg");
    }

    @Test
    void foreignFilesAreLeftAlone() {
        tier.close();
        writeFile("notes.txt", new byte[PageLayout.BYTES]);
        tier = open();
        assertThat(tier.damagedFiles()).isEmpty();
        assertThat(disk.names()).contains("notes.txt");
    }

    @Test
    void theVerifierNamesDamagedBlocks() {
        tier.close();
        disk.flipBit(file(), places.get(1).offset() * 8);
        disk.flipBit(file(), (places.get(2).offset() - 20) * 8);
        Set<Place> intact = new HashSet<>();
        FlashReport report = FlashVerifier.verify(disk, entry -> intact.add(entry.place()));
        assertThat(report.problems()).extracting(Problem::finding)
                .containsExactly(Finding.DAMAGED_BLOCK,
                        Finding.DAMAGED_BLOCK);
        assertThat(report.problems().getFirst().text()).contains("block 2 ", "offset");
        assertThat(intact).containsExactlyInAnyOrder(places.get(0), places.get(3), places.get(4));
        assertThat(report.blocks()).isEqualTo(3);
        assertThat(report.contentBytes()).isEqualTo(300 + 65_536 + 20);
        assertThat(report.unsealedSegments()).isZero();
    }

    @Test
    void numbersGoOnEvenWhenTheirFileIsDamaged() {
        tier.close();
        disk.flipBit(SegmentNumbers.FILE, 100);
        tier = open();
        Place next = samples.write(tier, Purpose.DURABLE, samples.make(new int[]{10})).getFirst();
        assertThat(next.segment()).isGreaterThan(places.getFirst().segment());
    }

    @Test
    void aFullDiskRefusesWritesServesReadsAndRecovers() {
        disk.quotaBytes(size() + 40_000);
        assertKind(Kind.FULL, () -> {
            while (true) {
                samples.write(tier, Purpose.DURABLE, samples.make(70_000, 10));
            }
        });
        for (int i = 0; i < written.size(); i++) {
            assertReadable(i);
        }
        tier.sync();
        disk.quotaBytes(Long.MAX_VALUE);
        Sample later = samples.make(70_000);
        Place place = samples.write(tier, Purpose.DURABLE, List.of(later)).getFirst();
        assertThat(samples.read(tier, place, later.info())).isEqualTo(later.bytes());
    }

    @Test
    void aDeviceThatRefusesWritesCostsTheSegmentButNotItsBlocks() {
        disk.failWrites(1);
        for (int i = 0; i < 5; i++) {
            assertKind(Kind.UNAVAILABLE,
                    () -> samples.write(tier, Purpose.DURABLE, samples.make(10, 20)));
        }
        disk.failWrites(0);
        Place place = samples.write(tier, Purpose.DURABLE, samples.make(10, 20)).getFirst();
        assertThat(place.segment()).isGreaterThan(places.getFirst().segment());
        for (int i = 0; i < written.size(); i++) {
            assertReadable(i);
        }
        assertThat(tier.counters().failedTransfers()).isGreaterThanOrEqualTo(5);
    }

    @Test
    void aFailedSyncHoldsUntilTheCopiesInDoubtAreReleased() {
        List<Sample> more = samples.make(100, 70_000);
        List<Place> doubtful = samples.write(tier, Purpose.DURABLE, more);
        disk.failSyncs(1);
        assertKind(Kind.UNAVAILABLE, tier::sync);
        disk.failSyncs(0);
        assertKind(Kind.UNAVAILABLE, tier::sync);
        tier.release(doubtful.get(0));
        assertKind(Kind.UNAVAILABLE, tier::sync);
        tier.release(doubtful.get(1));
        tier.sync();
        Place again = samples.write(tier, Purpose.DURABLE, more).getFirst();
        assertThat(again.segment()).isGreaterThan(doubtful.getFirst().segment());
        tier.sync();
    }

    @Test
    void aFailedSyncOfCacheCopiesIsForgotten() {
        samples.write(tier, Purpose.CACHE, samples.make(100, 70_000));
        disk.failSyncs(1);
        assertKind(Kind.UNAVAILABLE, tier::sync);
        disk.failSyncs(0);
        tier.sync();
    }

    @Test
    void refusesSettingsThatCannotWork() {
        assertKind(Kind.CONFIG, () -> new FlashSettings(1 << 20, 1 << 20, 4));
        assertKind(Kind.CONFIG, () -> new FlashSettings(16 << 20, 3 << 20, 4));
        assertKind(Kind.CONFIG, () -> new FlashSettings(16 << 20, 1 << 20, 0));
        assertKind(Kind.CONFIG, () -> FlashSettings.forBudget(1000));
        assertThat(FlashSettings.forBudget(16 << 20).segmentBytes()).isEqualTo(4 << 20);
        assertThat(FlashSettings.forBudget(20L << 30).segmentBytes()).isEqualTo(256 << 20);
        assertThat(FlashSettings.forBudget(1L << 30).segmentBytes()).isEqualTo(16 << 20);
    }

    private FlashTier open() {
        return FlashTier.open(disk, SETTINGS, new ManualClock(), new SplittableRandom(5));
    }

    private String file() {
        return SegmentFolder.name(places.getFirst().segment());
    }

    private long size() {
        return size(file());
    }

    private long size(String name) {
        try (var file = disk.open(name)) {
            return file.sizeBytes();
        }
    }

    private List<Problem> verify() {
        return FlashVerifier.verify(disk, _ -> {}).problems();
    }

    private void assertReadable(int i) {
        assertThat(samples.read(tier, places.get(i), written.get(i).info()))
                .isEqualTo(written.get(i).bytes());
    }

    private void assertUnreadable(int i) {
        assertKind(Kind.CORRUPT, () -> samples.read(tier, places.get(i), written.get(i).info()));
    }

    private void readFile(String name, byte[] target) {
        try (var file = disk.open(name)) {
            file.read(0, MemorySegment.ofArray(target));
        }
    }

    private void writeFile(String name, byte[] bytes) {
        try (var file = disk.create(name)) {
            file.write(0, MemorySegment.ofArray(bytes));
        }
    }

    private Sample sampleOf(byte[] bytes) {
        int crc = Crc32c.of(MemorySegment.ofBuffer(ByteBuffer.wrap(bytes)));
        return new Sample(new BlockInfo(12_345, bytes.length, crc), bytes);
    }

    private static void assertKind(Kind kind, Runnable body) {
        assertThatThrownBy(body::run).isInstanceOfSatisfying(StorageException.class,
                e -> assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind));
    }
}
