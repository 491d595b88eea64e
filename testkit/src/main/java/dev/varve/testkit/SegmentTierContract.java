package dev.varve.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.bytes.Block;
import dev.varve.bytes.Crc32c;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.env.SystemTasks;
import dev.varve.tier.BlockInfo;
import dev.varve.tier.Pace;
import dev.varve.tier.Place;
import dev.varve.tier.Purpose;
import dev.varve.tier.SegmentTier;
import dev.varve.tier.SegmentTier.Entry;
import dev.varve.tier.SegmentTier.Segment;
import dev.varve.tier.SegmentTier.Write;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every [SegmentTier] must do. A tier's tests extend this and say how to open one.
///
/// The tier under test must have segments of 1 MiB, blocks of up to 256 KiB, and a budget of 8 MiB.
public abstract class SegmentTierContract {
    private static final int[] LENGTHS = {0, 1, 7, 8, 100, 4063, 4064, 4065, 4096, 5000, 65_535,
            65_536,
            65_537, 69_632, 100_000, 131_072, 262_144};

    private final TestSlab slab = TestSlab.of(64 << 20);
    private final TestSlab fragments = TestSlab.fragmented(64 << 20);
    private final SplittableRandom random = new SplittableRandom(7);
    private long nextId = 1;
    private SegmentTier tier;

    /// Opens a tier over what an earlier one of the same test left, if there was one.
    protected abstract SegmentTier open();

    /// Checks what the last tier of a test left when it was closed.
    protected void checkClosed() {}

    /// A block as a test made it.
    protected record Sample(BlockInfo info, byte[] bytes) {}

    @BeforeEach
    final void openTier() {
        tier = open();
    }

    @AfterEach
    final void closeTier() {
        tier.close();
        slab.assertNoLeases();
        fragments.assertNoLeases();
        checkClosed();
    }

    @Test
    final void readsBackBlocksOfAllLengths() {
        for (Purpose purpose : Purpose.values()) {
            for (TestSlab from : List.of(slab, fragments)) {
                Map<Place, Sample> written = new HashMap<>();
                for (int length : LENGTHS) {
                    Sample sample = sample(length);
                    written.put(write(from, purpose, List.of(sample)).getFirst(), sample);
                }
                assertThat(written).hasSize(LENGTHS.length);
                written.forEach((place, sample) -> assertReads(place, sample));
                tier.sync();
                written.forEach((place, sample) -> assertReads(place, sample));
            }
            tier.seal(purpose);
            tier.segments().forEach(segment -> tier.drop(segment.number()));
        }
    }

    @Test
    final void asksBeforeEachSmallPieceOfWhatNobodyWaitsFor() {
        var asked = new ArrayList<Integer>();
        for (TestSlab from : List.of(slab, fragments)) {
            for (int length : LENGTHS) {
                Sample sample = sample(length);
                Place place = write(from, Purpose.CACHE, List.of(sample), asked::add).getFirst();
                assertPieces(asked, length);
                assertThat(read(place, sample.info(), asked::add)).isEqualTo(sample.bytes());
                assertPieces(asked, length);
                assertReads(place, sample);
            }
            tier.seal(Purpose.CACHE);
            tier.segments().forEach(segment -> tier.drop(segment.number()));
        }
    }

    private static void assertPieces(List<Integer> asked, int length) {
        assertThat(asked).allMatch(bytes -> bytes <= Pace.PIECE_BYTES);
        assertThat(asked.stream().mapToInt(Integer::intValue).sum()).isGreaterThanOrEqualTo(length);
        asked.clear();
    }

    @Test
    final void readsBackBatchesOfMixedLengthsInTheirOrder() {
        for (int round = 0; round < 30; round++) {
            List<Sample> samples = new ArrayList<>();
            for (int i = random.nextInt(1, 20); i > 0; i--) {
                samples.add(sample(
                        random.nextInt(3) == 0 ? random.nextInt(200_000) : random.nextInt(5000)));
            }
            List<Place> places = write(round % 2 == 0 ? slab : fragments, Purpose.CACHE, samples);
            assertThat(new HashSet<>(places)).hasSize(samples.size());
            for (int i = 0; i < samples.size(); i++) {
                assertReads(places.get(i), samples.get(i));
            }
            dropAllBut(places.getLast().segment());
        }
    }

    @Test
    final void blocksOfDifferentPurposeNeverShareASegment() {
        Place durable = write(Purpose.DURABLE, 100);
        Place cache = write(Purpose.CACHE, 100);
        assertThat(durable.segment()).isNotEqualTo(cache.segment());
        assertThat(segment(durable).purpose()).isEqualTo(Purpose.DURABLE);
        assertThat(segment(cache).purpose()).isEqualTo(Purpose.CACHE);
    }

    @Test
    final void wantedBytesFollowWritesAdoptionsAndReleases() {
        Place place = write(Purpose.CACHE, 1000);
        write(Purpose.CACHE, 500);
        assertThat(segment(place).wantedBytes()).isEqualTo(1500);
        tier.release(place);
        assertThat(segment(place).wantedBytes()).isEqualTo(500);
        reopen();
        assertThat(segment(place).wantedBytes()).isZero();
        tier.adopt(place);
        assertThat(segment(place).wantedBytes()).isEqualTo(1000);
    }

    @Test
    final void saysWhatWasReadSinceTheStart() {
        Sample one = sample(100_000);
        Place read = write(slab, Purpose.CACHE, List.of(one)).getFirst();
        Place unread = write(Purpose.CACHE, 100_000);
        assertThat(tier.wasRead(read)).isFalse();
        assertReads(read, one);
        assertThat(tier.wasRead(read)).isTrue();
        assertThat(tier.wasRead(unread)).isFalse();
        assertThat(tier.wasRead(new Place(999_999, 4096, 500))).isFalse();
    }

    @Test
    final void rollsToNewSegmentsAndListsThemOldestFirst() {
        for (int i = 0; i < 15; i++) {
            write(Purpose.CACHE, 200_000);
        }
        List<Segment> segments = tier.segments();
        assertThat(segments).hasSizeGreaterThan(2);
        assertThat(segments.stream().map(Segment::number)).isSorted().doesNotHaveDuplicates();
        assertThat(segments.stream().filter(Segment::open)).hasSize(1);
        assertThat(segments.getLast().open()).isTrue();
        assertThat(segments.stream().mapToLong(Segment::usedBytes).sum())
                .isEqualTo(tier.usedBytes());
    }

    @Test
    final void listsTheEntriesOfOpenSealedAndReopenedSegments() {
        List<Sample> samples = new ArrayList<>();
        for (int length : new int[]{10, 70_000, 0, 5000, 4096, 100_000}) {
            samples.add(sample(length));
        }
        List<Place> places = write(slab, Purpose.DURABLE, samples);
        List<Entry> expected = new ArrayList<>();
        for (int i = 0; i < samples.size(); i++) {
            expected.add(new Entry(samples.get(i).info(), places.get(i)));
        }
        int number = places.getFirst().segment();
        assertThat(tier.entries(number)).containsExactlyInAnyOrderElementsOf(expected);
        tier.seal(Purpose.DURABLE);
        assertThat(segment(places.getFirst()).open()).isFalse();
        assertThat(tier.entries(number)).containsExactlyInAnyOrderElementsOf(expected);
        reopen();
        assertThat(tier.entries(number)).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    final void aSealedSegmentTakesNoMoreWrites() {
        Place first = write(Purpose.DURABLE, 100);
        tier.seal(Purpose.DURABLE);
        tier.seal(Purpose.CACHE);
        Place second = write(Purpose.DURABLE, 100);
        assertThat(second.segment()).isGreaterThan(first.segment());
    }

    @Test
    final void syncedBlocksAreThereAfterReopening() {
        Map<Place, Sample> written = new HashMap<>();
        for (int length : LENGTHS) {
            Sample sample = sample(length);
            written.put(write(slab, Purpose.DURABLE, List.of(sample)).getFirst(), sample);
        }
        tier.sync();
        reopen();
        written.forEach(this::assertReads);
        assertThat(tier.segments()).noneMatch(Segment::open);
    }

    @Test
    final void droppedSegmentsGiveTheirSpaceBackAndAreAbsent() {
        Sample sample = sample(1000);
        Place place = write(slab, Purpose.CACHE, List.of(sample)).getFirst();
        tier.seal(Purpose.CACHE);
        assertThat(tier.usedBytes()).isPositive();
        tier.drop(place.segment());
        assertThat(tier.usedBytes()).isZero();
        assertThat(tier.segments()).isEmpty();
        assertKind(Kind.ABSENT, () -> read(place, sample.info()));
        assertKind(Kind.ABSENT, () -> tier.pin(place.segment()).close());
        assertKind(Kind.ABSENT, () -> tier.entries(place.segment()));
        assertKind(Kind.ABSENT, () -> tier.drop(place.segment()));
        tier.release(place);
        tier.sync();
    }

    @Test
    final void refusesToDropASegmentThatIsOpen() {
        Place place = write(Purpose.CACHE, 10);
        assertThatThrownBy(() -> tier.drop(place.segment()))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    final void pinnedSegmentsStayReadableAndCountUntilThePinIsClosed() {
        Sample sample = sample(100_000);
        Place place = write(slab, Purpose.CACHE, List.of(sample)).getFirst();
        tier.seal(Purpose.CACHE);
        long used = tier.usedBytes();
        try (var _ = tier.pin(place.segment())) {
            tier.drop(place.segment());
            assertThat(tier.segments()).isEmpty();
            assertReads(place, sample);
            assertThat(tier.usedBytes()).isEqualTo(used);
            assertKind(Kind.ABSENT, () -> tier.pin(place.segment()).close());
        }
        assertKind(Kind.ABSENT, () -> read(place, sample.info()));
        assertThat(tier.usedBytes()).isZero();
    }

    @Test
    final void segmentNumbersAreNeverUsedAgain() {
        Set<Integer> seen = new HashSet<>();
        for (int round = 0; round < 5; round++) {
            for (int i = 0; i < 3; i++) {
                Place place = write(Purpose.CACHE, 10);
                tier.seal(Purpose.CACHE);
                assertThat(seen.add(place.segment())).isTrue();
                tier.drop(place.segment());
            }
            reopen();
        }
    }

    @Test
    final void aFullTierRefusesKeepsNothingAndServesOn() {
        Sample first = sample(200_000);
        Place place = write(slab, Purpose.DURABLE, List.of(first)).getFirst();
        List<Place> places = new ArrayList<>();
        assertKind(Kind.FULL, () -> {
            while (true) {
                places.add(write(Purpose.DURABLE, 200_000));
                assertThat(tier.usedBytes()).isLessThanOrEqualTo(tier.budgetBytes());
            }
        });
        assertThat(places).hasSizeGreaterThan(20);
        long wanted = tier.segments().stream().mapToLong(Segment::wantedBytes).sum();
        var tooMany = new ArrayList<Sample>();
        for (int i = 0; i < 10; i++) {
            tooMany.add(sample(250_000));
        }
        assertKind(Kind.FULL, () -> write(slab, Purpose.DURABLE, tooMany));
        assertThat(tier.segments().stream().mapToLong(Segment::wantedBytes).sum())
                .isEqualTo(wanted);
        assertReads(place, first);
        tier.sync();
        tier.drop(places.getFirst().segment());
        write(Purpose.DURABLE, 200_000);
    }

    @Test
    final void neverServesWrongBytes() {
        Sample small = sample(500);
        Sample large = sample(100_000);
        List<Place> places = write(slab, Purpose.DURABLE, List.of(small, large));
        Place there = places.getFirst();
        var otherId = new BlockInfo(999, 500, small.info().crc32c());
        assertKind(Kind.CORRUPT, () -> read(there, otherId));
        var otherCrc = new BlockInfo(large.info().id(), 100_000, large.info().crc32c() + 1);
        assertKind(Kind.CORRUPT, () -> read(places.getLast(), otherCrc));
        var elsewhere = new Place(there.segment(), there.offset() + 8, 500);
        assertKind(Kind.CORRUPT, () -> read(elsewhere, small.info()));
        var beyond = new Place(there.segment(), 1L << 30, 500);
        assertKind(Kind.CORRUPT, () -> read(beyond, small.info()));
        var farBeyond = new Place(there.segment(), 1L << 30, 100_000);
        assertKind(Kind.CORRUPT, () -> read(farBeyond, large.info()));
        var shorter = new Place(there.segment(), there.offset(), 400);
        assertKind(Kind.CORRUPT, () -> read(shorter, small.info()));
        var longer = new Place(there.segment(), there.offset(), 600);
        assertKind(Kind.CORRUPT, () -> read(longer, small.info()));
        var inPart = new Place(there.segment(), places.getLast().offset(), 90_000);
        assertKind(Kind.CORRUPT, () -> read(inPart, large.info()));
        assertKind(Kind.CORRUPT, () -> read(new Place(there.segment(), 0, 500), small.info()));
        assertThat(tier.counters().corruptReads()).isEqualTo(9);
    }

    @Test
    final void refusesBlocksThatAreTooLargeOrNotAsLongAsTheySay() {
        assertThat(tier.maxBlockBytes()).isEqualTo(262_144);
        assertThatThrownBy(() -> write(Purpose.CACHE, 262_145))
                .isInstanceOf(IllegalStateException.class);
        try (Block block = slab.allocate(10).orElseThrow()) {
            var write = new Write(new BlockInfo(1, 11, 0), block);
            assertThatThrownBy(() -> tier.write(Purpose.CACHE, List.of(write)))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    final void countsWhatItDid() {
        Sample sample = sample(10_000);
        Place place = write(slab, Purpose.CACHE, List.of(sample)).getFirst();
        assertReads(place, sample);
        var counters = tier.counters();
        assertThat(counters.contentBytesWritten()).isEqualTo(10_000);
        assertThat(counters.deviceBytesWritten()).isBetween(10_000L, 30_000L);
        assertThat(counters.bytesRead()).isBetween(10_000L, 40_000L);
        assertThat(counters.reads()).isEqualTo(1);
        assertThat(counters.corruptReads()).isZero();
        assertThat(counters.failedTransfers()).isZero();
    }

    @Test
    final void everythingIsRefusedAfterClose() {
        Place place = write(Purpose.CACHE, 10);
        tier.close();
        assertKind(Kind.CLOSED, () -> write(Purpose.CACHE, 10));
        assertKind(Kind.CLOSED, () -> tier.sync());
        assertKind(Kind.CLOSED, () -> tier.entries(place.segment()));
        assertKind(Kind.CLOSED, () -> tier.seal(Purpose.CACHE));
        tier.close();
    }

    @Test
    final void eightThreadsWriteReadAndDropAtTheSameTime() {
        var ids = new AtomicLong(1000);
        Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        try (var tasks = new SystemTasks()) {
            for (int t = 0; t < 8; t++) {
                int seed = t;
                tasks.start("worker " + t, () -> {
                    try {
                        work(new SplittableRandom(seed), ids);
                    } catch (RuntimeException | AssertionError e) {
                        failures.add(e);
                    }
                });
            }
        }
        assertThat(failures).isEmpty();
        assertThat(tier.usedBytes()).isLessThanOrEqualTo(tier.budgetBytes());
        tier.seal(Purpose.CACHE);
        tier.seal(Purpose.DURABLE);
        assertThat(tier.segments().stream().mapToLong(Segment::usedBytes).sum())
                .isEqualTo(tier.usedBytes());
        assertThat(tier.counters().corruptReads()).isZero();
    }

    /// One thread of the test above: what it can read must be right, and what is gone must be
    /// dropped.
    private void work(SplittableRandom mine, AtomicLong ids) {
        Purpose purpose = mine.nextBoolean() ? Purpose.CACHE : Purpose.DURABLE;
        Map<Place, Sample> written = new HashMap<>();
        for (int i = 0; i < 60; i++) {
            List<Sample> samples = new ArrayList<>();
            for (int n = mine.nextInt(1, 5); n > 0; n--) {
                samples.add(sample(mine, ids.incrementAndGet(), mine.nextInt(120_000)));
            }
            try {
                List<Place> places = write(mine.nextBoolean() ? slab : fragments, purpose, samples);
                for (int n = 0; n < places.size(); n++) {
                    written.put(places.get(n), samples.get(n));
                }
            } catch (StorageException full) {
                assertThat(full.kind()).isEqualTo(Kind.FULL);
            }
            if (i % 10 == 0) {
                tier.sync();
            }
            dropOldestIfNearlyFull();
            for (var entry : List.copyOf(written.entrySet())) {
                if (mine.nextInt(4) == 0) {
                    readIfThere(entry.getKey(), entry.getValue(), written);
                }
            }
        }
    }

    private void dropOldestIfNearlyFull() {
        if (tier.usedBytes() < tier.budgetBytes() * 3 / 4) {
            return;
        }
        tier.segments()
                .stream()
                .filter(segment -> !segment.open())
                .findFirst()
                .ifPresent(oldest -> {
                    try {
                        tier.drop(oldest.number());
                    } catch (StorageException raced) {
                        assertThat(raced.kind()).isEqualTo(Kind.ABSENT);
                    }
                });
    }

    private void readIfThere(Place place, Sample sample, Map<Place, Sample> written) {
        try {
            assertReads(place, sample);
        } catch (StorageException gone) {
            assertThat(gone.kind()).as(gone.getMessage()).isEqualTo(Kind.ABSENT);
            written.remove(place);
        }
    }

    private void reopen() {
        tier.close();
        tier = open();
    }

    private void dropAllBut(int keep) {
        for (Segment segment : tier.segments()) {
            if (!segment.open() && segment.number() != keep) {
                tier.drop(segment.number());
            }
        }
    }

    private Segment segment(Place place) {
        return tier.segments()
                .stream()
                .filter(s -> s.number() == place.segment())
                .findFirst()
                .orElseThrow();
    }

    private Place write(Purpose purpose, int length) {
        return write(slab, purpose, List.of(sample(length))).getFirst();
    }

    private List<Place> write(TestSlab from, Purpose purpose, List<Sample> samples) {
        return write(from, purpose, samples, Pace.FULL);
    }

    private List<Place> write(
            TestSlab from,
            Purpose purpose,
            List<Sample> samples,
            Pace pace) {
        List<Write> writes = new ArrayList<>();
        try {
            for (Sample sample : samples) {
                Block block = from.allocate(sample.bytes().length).orElseThrow();
                writes.add(new Write(sample.info(), block));
                block.copyIn(0, MemorySegment.ofArray(sample.bytes()));
            }
            return tier.write(purpose, writes, pace);
        } finally {
            writes.forEach(write -> write.block().close());
        }
    }

    private void assertReads(Place place, Sample sample) {
        assertThat(read(place, sample.info())).isEqualTo(sample.bytes());
    }

    private byte[] read(Place place, BlockInfo info) {
        return read(place, info, Pace.FULL);
    }

    private byte[] read(Place place, BlockInfo info, Pace pace) {
        TestSlab into = info.id() % 2 == 0 ? slab : fragments;
        try (Block block = into.allocate(info.lengthBytes()).orElseThrow()) {
            tier.read(place, info, block, pace);
            var bytes = MemorySegment.ofArray(new byte[info.lengthBytes()]);
            block.copyOut(0, bytes);
            return bytes.toArray(ValueLayout.JAVA_BYTE);
        }
    }

    private Sample sample(int length) {
        return sample(random, nextId++, length);
    }

    /// A block of random bytes.
    protected static Sample sample(SplittableRandom random, long id, int length) {
        var bytes = new byte[length];
        random.nextBytes(bytes);
        int crc = Crc32c.of(MemorySegment.ofArray(bytes));
        return new Sample(new BlockInfo(id, length, crc), bytes);
    }

    private static void assertKind(Kind kind, Runnable body) {
        assertThatThrownBy(body::run).isInstanceOfSatisfying(StorageException.class,
                e -> assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind));
    }
}
