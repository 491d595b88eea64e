package dev.varve.engine;

import static dev.varve.engine.RocksFolder.COMMITTED;
import static dev.varve.engine.RocksFolder.SYNCED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.engine.Catalog.Numbers;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/// What a catalog's folder goes through: the death of its process, the loss of power, damage, and
/// newer versions.
final class RocksDamageTest {
    @TempDir
    static Path shared;

    private static long syncedLogBytes;

    @TempDir
    Path home;

    private RocksFolder folder;

    @BeforeAll
    static void leaveAKilledFolder() throws IOException {
        syncedLogBytes = new RocksFolder(shared.resolve("killed")).killed();
    }

    @BeforeEach
    void copyTheKilledFolder() throws IOException {
        folder = new RocksFolder(shared.resolve("killed")).copyTo(home.resolve("catalog"));
    }

    private void assertRefused(Kind kind, ThrowingCallable call) throws IOException {
        var before = folder.contents();
        assertThatThrownBy(call).isInstanceOfSatisfying(StorageException.class,
                e -> assertThat(e.kind()).isEqualTo(kind))
                .hasMessageContaining(folder.path().toString());
        assertThat(folder.contents()).isEqualTo(before);
    }

    @Test
    void aKilledProcessLosesNothing() {
        try (var catalog = folder.open()) {
            assertThat(RocksFolder.length(catalog)).hasValue(COMMITTED);
        }
    }

    @Test
    void aTornEndOfTheLogIsDropped() throws IOException {
        long whole = Files.size(folder.log());
        int last = 0;
        for (int i = 0; i <= 8; i++) {
            var copy = folder.copyTo(home.resolve("torn-" + i));
            RocksFolder.cut(copy.log(), syncedLogBytes + (whole - syncedLogBytes) * i / 8);
            try (var catalog = copy.open()) {
                int length = RocksFolder.length(catalog).orElseThrow();
                assertThat(length).isBetween(Math.max(last, SYNCED), COMMITTED);
                last = length;
            }
        }
        assertThat(last).isEqualTo(COMMITTED);
    }

    @Test
    void aHoleInTheUnsyncedLogEndsIt() throws IOException {
        RocksFolder.zero(folder.log(), (syncedLogBytes + Files.size(folder.log())) / 2, 512);
        try (var catalog = folder.open()) {
            assertThat(RocksFolder.length(catalog).orElseThrow()).isBetween(SYNCED, COMMITTED - 1);
        }
    }

    @Test
    void goesOnAfterATornEnd() throws IOException {
        RocksFolder.cut(folder.log(), syncedLogBytes + 5);
        for (int i = SYNCED; i < SYNCED + 3; i++) {
            try (var catalog = folder.open()) {
                assertThat(RocksFolder.length(catalog)).hasValue(i);
                catalog.commit(RocksFolder.object(i));
                catalog.sync();
            }
        }
    }

    @Test
    void refusesALogThatLostSyncedChanges() throws IOException {
        RocksFolder.cut(folder.log(), syncedLogBytes - 1);
        assertRefused(Kind.CORRUPT, folder::open);
        assertRefused(Kind.CORRUPT, () -> RocksCatalog.openReadOnly(folder.path()));
    }

    @Test
    void refusesALogWithADamagedMiddle() throws IOException {
        RocksFolder.flip(folder.log(), syncedLogBytes / 2);
        assertRefused(Kind.CORRUPT, folder::open);
    }

    @Test
    void refusesAFolderWithoutItsLog() throws IOException {
        Files.delete(folder.log());
        assertRefused(Kind.CORRUPT, folder::open);
    }

    @Test
    void refusesAFolderWithoutItsManifest() throws IOException {
        Files.delete(folder.files("MANIFEST*").getLast());
        assertRefused(Kind.CORRUPT, folder::open);
    }

    @Test
    void refusesAFolderWithoutItsStart() throws IOException {
        Files.delete(folder.path().resolve("CURRENT"));
        assertRefused(Kind.CORRUPT, folder::open);
        assertRefused(Kind.CORRUPT, () -> RocksCatalog.openReadOnly(folder.path()));
    }

    @Test
    void refusesAGarbledStart() throws IOException {
        for (var garbage : List.of("", "\n", "MANIFEST-999999\n", "../../etc/passwd\n", "\0\0\0")) {
            Files.writeString(folder.path().resolve("CURRENT"), garbage);
            assertRefused(Kind.CORRUPT, folder::open);
        }
    }

    @Test
    void refusesAFolderThatLacksASortedFile() throws IOException {
        for (var file : folder.files("*.sst")) {
            var copy = folder.copyTo(home.resolve("without-" + file.getFileName()));
            Files.delete(copy.path().resolve(file.getFileName()));
            assertThatThrownBy(copy::open).isInstanceOfSatisfying(StorageException.class,
                    e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT));
        }
    }

    @Test
    void saysThatASortedFileIsDamagedWhereverItIsRead() throws IOException {
        // The first has the catalog's format, without which it does not open.
        for (var file : folder.files("*.sst").stream().skip(1).toList()) {
            RocksFolder.flip(file, 20);
        }
        try (var catalog = folder.open()) {
            var calls = new ArrayList<ThrowingCallable>();
            calls.add(() -> catalog.object(1, RocksFolder.key(0)));
            calls.add(() -> catalog.block(1));
            calls.add(() -> catalog.blocks(List.of(1L, 2L)));
            calls.add(catalog::buckets);
            calls.add(() -> CatalogContract.drain(catalog.objects(1, ObjectKey.EMPTY)));
            calls.add(() -> CatalogContract.drain(catalog.allBlocks()));
            calls.add(catalog::verifyFiles);
            for (var call : calls) {
                assertThatThrownBy(call).isInstanceOfSatisfying(StorageException.class,
                        e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT));
            }
            assertThat(catalog.mayHaveObject(1, RocksFolder.key(0))).isTrue();
            assertThat(catalog.object(1, RocksFolder.key(SYNCED))).isPresent();
        }
    }

    /// A process that is killed while it closes may have written the last changes of some families
    /// to sorted files, and have those of the others in the log alone.
    @Test
    void opensAfterAnUnfinishedFlush() throws IOException, RocksDBException {
        var path = home.resolve("closing");
        try (var fresh = new RocksFolder(path).open()) {
            fresh.sync();
        }
        var killed = home.resolve("killed-closing");
        try (var files = RocksFiles.open(path, CatalogSettings.DEFAULT, RocksFiles.Access.WRITE);
                var mark = SyncedMark.open(path);
                var some = new FlushOptions().setWaitForFlush(true)) {
            var meta = CatalogCodec.metaKey(CatalogLayout.META_FORMAT);
            files.db().put(files.meta(), meta, files.db().get(files.meta(), meta));
            files.db().put(files.blocks(), new byte[]{1}, new byte[]{2});
            mark.write(files.db().getLatestSequenceNumber());
            files.db().flush(some, files.meta());
            new RocksFolder(path).copyTo(killed);
        }
        try (var catalog = new RocksFolder(killed).open()) {
            assertThat(catalog.buckets()).isEmpty();
        }
    }

    @Test
    void opensWithoutItsMark() throws IOException {
        Files.delete(folder.path().resolve(SyncedMark.FILE));
        try (var catalog = folder.open()) {
            assertThat(RocksFolder.length(catalog)).hasValue(COMMITTED);
        }
        assertThat(SyncedMark.read(folder.path())).isPositive();
    }

    @Test
    void opensWithAGarbledMark() throws IOException {
        RocksFolder.flip(folder.path().resolve(SyncedMark.FILE), 17);
        try (var catalog = folder.open()) {
            assertThat(RocksFolder.length(catalog)).hasValue(COMMITTED);
        }
    }

    @Test
    void neverLosesSyncedChangesWithoutSayingSo() throws IOException {
        long seed = 20261123;
        var random = new SplittableRandom(seed);
        for (int trial = 0; trial < 40; trial++) {
            var copy = folder.copyTo(home.resolve("damaged-" + trial));
            var damage = "seed " + seed + ", trial " + trial + ": " + damage(copy, random);
            var before = copy.contents();
            boolean opened = false;
            try (var catalog = copy.open()) {
                opened = true;
                assertThat(RocksFolder.length(catalog).orElseThrow()).as(damage)
                        .isBetween(SYNCED, COMMITTED);
            } catch (StorageException e) {
                assertThat(e.kind()).as(damage).isEqualTo(Kind.CORRUPT);
                if (!opened) {
                    assertThat(copy.contents()).as(damage).containsAllEntriesOf(before);
                }
            }
        }
    }

    /// Damages one file at random, and says how.
    private static String damage(RocksFolder folder, SplittableRandom random) throws IOException {
        var files = folder.files("[!L]*");
        var file = files.get(random.nextInt(files.size()));
        long size = Files.size(file);
        long offset = random.nextLong(size);
        var deed = switch (random.nextInt(4)) {
            case 0 -> {
                RocksFolder.cut(file, offset);
                yield "cut";
            }
            case 1 -> {
                Files.delete(file);
                yield "deleted";
            }
            case 2 -> {
                RocksFolder.zero(file, offset, 64);
                yield "zeroed";
            }
            default -> {
                RocksFolder.flip(file, offset);
                yield "flipped";
            }
        };
        return deed + " " + file.getFileName() + " at " + offset + " of " + size;
    }

    @Test
    void refusesAnEntryThatIsNoneAndGoesOnBehindIt() throws Exception {
        put(2, CatalogCodec.objectKey(1, RocksFolder.key(5)), new byte[]{1, 0, 7});
        try (var catalog = folder.open()) {
            assertThatThrownBy(() -> catalog.object(1, RocksFolder.key(5)))
                    .isInstanceOfSatisfying(StorageException.class,
                            e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT))
                    .hasMessageContaining("'key-5' in bucket 1");
            int good = 0;
            int bad = 0;
            try (var cursor = catalog.objects(1, ObjectKey.EMPTY)) {
                for (boolean more = true; more;) {
                    try {
                        more = cursor.next().isPresent();
                        good += more ? 1 : 0;
                    } catch (StorageException e) {
                        bad++;
                    }
                }
            }
            assertThat(good).isEqualTo(COMMITTED - 1);
            assertThat(bad).isEqualTo(1);
        }
    }

    @Test
    void refusesAnEntryOfANewerVersion() throws Exception {
        put(3, CatalogCodec.blockKey(9), new byte[]{3, 1, 1});
        try (var catalog = folder.open()) {
            assertThatThrownBy(() -> catalog.block(9))
                    .isInstanceOfSatisfying(StorageException.class,
                            e -> assertThat(e.kind()).isEqualTo(Kind.CONFIG))
                    .hasMessageContaining("written by a newer version");
        }
    }

    @Test
    void refusesAFolderOfANewerVersion() throws Exception {
        put(0, CatalogCodec.metaKey(CatalogLayout.META_FORMAT),
                CatalogCodec.metaValue(CatalogLayout.FORMAT + 1));
        assertRefused(Kind.CONFIG, folder::open);
        assertRefused(Kind.CONFIG, () -> RocksCatalog.openReadOnly(folder.path()));
    }

    @Test
    void refusesAFolderWithColumnFamiliesItDoesNotKnow() throws Exception {
        try (var families = new RawFamilies(folder.path());
                var more = families.db.createColumnFamily(
                        new ColumnFamilyDescriptor(bytes("graph")))) {
            assertThat(more.getName()).isEqualTo(bytes("graph"));
        }
        assertRefused(Kind.CONFIG, folder::open);
    }

    @Test
    void readingOnlyChangesNothing() throws IOException {
        var before = folder.contents();
        try (var catalog = RocksCatalog.openReadOnly(folder.path())) {
            assertThat(RocksFolder.length(catalog)).hasValue(COMMITTED);
            catalog.verifyFiles();
            for (ThrowingCallable call : List.<ThrowingCallable>of(catalog::sync,
                    () -> catalog.reserve(Numbers.BLOCKS, 1), () -> catalog.commit(List.of()))) {
                assertThatThrownBy(call).isInstanceOf(UnsupportedOperationException.class);
            }
        }
        assertThat(folder.contents()).isEqualTo(before);
    }

    @Test
    void readingOnlyNeedsACatalog() {
        var nowhere = home.resolve("nowhere");
        assertThatThrownBy(() -> RocksCatalog.openReadOnly(nowhere))
                .isInstanceOfSatisfying(StorageException.class,
                        e -> assertThat(e.kind()).isEqualTo(Kind.ABSENT));
        assertThat(nowhere).doesNotExist();
    }

    @Test
    void refusesAFileInPlaceOfTheFolder() throws IOException {
        var file = Files.createFile(home.resolve("file"));
        assertThatThrownBy(() -> new RocksFolder(file).open())
                .isInstanceOfSatisfying(StorageException.class,
                        e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE));
    }

    @Test
    void refusesASecondOpening() {
        try (var catalog = folder.open()) {
            assertThatThrownBy(folder::open).isInstanceOfSatisfying(StorageException.class,
                    e -> assertThat(e.kind()).isEqualTo(Kind.CONFLICT));
            assertThat(RocksFolder.length(catalog)).hasValue(COMMITTED);
        }
        folder.open().close();
    }

    private void put(int family, byte[] key, byte[] value) throws RocksDBException {
        try (var families = new RawFamilies(folder.path())) {
            families.db.put(families.handles.get(family), key, value);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// The database without the catalog around it.
    private static final class RawFamilies implements AutoCloseable {
        final List<ColumnFamilyHandle> handles = new ArrayList<>();
        private final DBOptions options = new DBOptions();
        final RocksDB db;

        RawFamilies(Path folder) throws RocksDBException {
            var descriptors = List.of("default", "buckets", "objects", "blocks")
                    .stream()
                    .map(name -> new ColumnFamilyDescriptor(bytes(name)))
                    .toList();
            db = RocksDB.open(options, folder.toString(), descriptors, handles);
        }

        @Override
        public void close() {
            handles.forEach(ColumnFamilyHandle::close);
            db.close();
            options.close();
        }
    }
}
