package dev.varve.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.env.DiskFile;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class SimulatedDiskTest {
    private static final int PAGE = 4096;

    @Test
    void syncedContentSurvivesEveryCrash() {
        for (long seed = 0; seed < 200; seed++) {
            var disk = new SimulatedDisk(seed);
            var file = disk.create("a");
            file.write(0, pages(4, 1));
            file.sync();
            disk.syncNames();
            file.write(4 * PAGE, pages(2, 2));
            var after = disk.crash();
            assertThat(read(after.open("a"), 0, 4)).as("seed " + seed).containsOnly(1);
        }
    }

    @Test
    void unsyncedContentMayBeKeptOrLostOrTorn() {
        Set<Set<Byte>> seen = new HashSet<>();
        for (long seed = 0; seed < 200; seed++) {
            var disk = new SimulatedDisk(seed);
            var file = disk.create("a");
            file.write(0, pages(1, 1));
            file.sync();
            disk.syncNames();
            file.write(0, pages(1, 2));
            Set<Byte> bytes = new HashSet<>();
            for (byte b : read(disk.crash().open("a"), 0, 1)) {
                bytes.add(b);
            }
            seen.add(bytes);
        }
        assertThat(seen).containsExactlyInAnyOrder(Set.of((byte) 1), Set.of((byte) 2),
                Set.of((byte) 1, (byte) 2));
    }

    @Test
    void unsyncedNamesMayBeLostOrComeBack() {
        Set<List<String>> seen = new HashSet<>();
        for (long seed = 0; seed < 200; seed++) {
            var disk = new SimulatedDisk(seed);
            disk.create("old").close();
            disk.syncNames();
            disk.create("new").close();
            disk.delete("old");
            seen.add(disk.crash().names());
        }
        assertThat(seen).containsExactlyInAnyOrder(List.of(), List.of("old"), List.of("new"),
                List.of("new", "old"));
    }

    @Test
    void aFailedSyncMayLosePagesForGood() {
        int lost = 0;
        for (long seed = 0; seed < 100; seed++) {
            var disk = new SimulatedDisk(seed);
            var file = disk.create("a");
            file.write(0, pages(1, 1));
            file.sync();
            disk.syncNames();
            file.write(0, pages(1, 2));
            disk.failSyncs(1);
            assertKind(Kind.UNAVAILABLE, file::sync);
            disk.failSyncs(0);
            file.sync();
            assertThat(read(file, 0, 1)).containsOnly(2);
            byte found = read(disk.crash().open("a"), 0, 1)[0];
            lost += found == 1 ? 1 : 0;
        }
        assertThat(lost).isBetween(10, 90);
    }

    @Test
    void refusesWhatExceedsTheQuotaAndTakesItAgainLater() {
        var disk = new SimulatedDisk(1);
        disk.quotaBytes(3 * PAGE);
        var file = disk.create("a");
        file.write(0, pages(2, 1));
        assertThat(disk.usableBytes()).isEqualTo(PAGE);
        assertKind(Kind.FULL, () -> file.write(2 * PAGE, pages(2, 1)));
        file.write(0, pages(2, 3));
        disk.delete("a");
        var other = disk.create("b");
        assertKind(Kind.FULL, () -> other.write(0, pages(2, 1)));
        file.close();
        other.write(0, pages(2, 1));
    }

    @Test
    void isStricterThanReality() {
        var disk = new SimulatedDisk(1);
        var file = disk.create("a");
        file.write(0, pages(1, 1));
        file.write(2 * PAGE, pages(1, 1));
        assertThatThrownBy(() -> read(file, 0, 3)).isInstanceOf(AssertionError.class)
                .hasMessageContaining("never");
        assertThatThrownBy(() -> file.write(512, pages(1, 1))).isInstanceOf(AssertionError.class)
                .hasMessageContaining("multiples");
        assertThatThrownBy(disk::close).isInstanceOf(AssertionError.class)
                .hasMessageContaining("open");
        file.close();
        assertKind(Kind.CLOSED, file::sync);
        disk.close();
    }

    @Test
    void readingPastTheEndIsCorruptAndMissingFilesAreAbsent() {
        var disk = new SimulatedDisk(1);
        var file = disk.create("a");
        file.write(0, pages(2, 1));
        file.truncate(PAGE);
        assertKind(Kind.CORRUPT, () -> read(file, 0, 2));
        assertKind(Kind.ABSENT, () -> disk.open("b"));
        assertKind(Kind.CONFLICT, () -> disk.create("a"));
    }

    @Test
    void losesPowerWhenTold() {
        var disk = new SimulatedDisk(1);
        disk.powerOffAfter(2);
        var file = disk.create("a");
        file.write(0, pages(1, 1));
        assertKind(Kind.UNAVAILABLE, file::sync);
        assertKind(Kind.UNAVAILABLE, () -> disk.open("a"));
        file.close();
        disk.close();
        assertThat(disk.crash().names()).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void flipsOneBit() {
        var disk = new SimulatedDisk(1);
        var file = disk.create("a");
        file.write(0, pages(1, 1));
        disk.flipBit("a", 8 * 100 + 1);
        assertThat(read(file, 0, 1)).satisfies(bytes -> {
            assertThat(bytes[99]).isEqualTo((byte) 1);
            assertThat(bytes[100]).isEqualTo((byte) 3);
        });
    }

    @Test
    void repeatsItselfWithTheSameSeed() {
        assertThat(story(42)).isEqualTo(story(42)).isNotEqualTo(story(43));
    }

    private static String story(long seed) {
        var disk = new SimulatedDisk(seed);
        disk.failWrites(0.2);
        disk.failSyncs(0.2);
        var random = new SplittableRandom(seed);
        var text = new StringBuilder();
        var file = disk.create("a");
        disk.failSyncs(0.2);
        for (int i = 0; i < 50; i++) {
            try {
                file.write((long) random.nextInt(20) * PAGE, pages(1, i));
                file.sync();
            } catch (StorageException e) {
                text.append(i).append(e.kind());
            }
        }
        var after = disk.crash();
        for (String name : after.names()) {
            var found = after.open(name);
            text.append(new String(read(found, 0, (int) (found.sizeBytes() / PAGE)),
                    java.nio.charset.StandardCharsets.ISO_8859_1));
        }
        return text.toString();
    }

    private static void assertKind(Kind kind, Runnable body) {
        assertThatThrownBy(body::run).isInstanceOfSatisfying(StorageException.class,
                e -> assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind));
    }

    private static MemorySegment pages(int count, int value) {
        return MemorySegment.ofArray(new byte[count * PAGE]).fill((byte) value);
    }

    private static byte[] read(DiskFile file, long offset, int pages) {
        var target = pages(pages, 0);
        file.read(offset, target);
        return target.toArray(ValueLayout.JAVA_BYTE);
    }
}
