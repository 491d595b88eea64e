package dev.varve.store;

import dev.varve.engine.Catalog;
import dev.varve.engine.Catalog.BlockEntry;
import dev.varve.engine.Catalog.BucketRecord;
import dev.varve.engine.Catalog.StoredObject;
import dev.varve.engine.ObjectKey;
import dev.varve.engine.RocksCatalog;
import dev.varve.env.FolderDisk;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.tier.BlockInfo;
import dev.varve.tier.SegmentTier.Entry;
import dev.varve.tier.flash.FlashReport;
import dev.varve.tier.flash.FlashReport.Finding;
import dev.varve.tier.flash.FlashVerifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/// Checks a whole folder that nobody holds: every file of the catalog, every block of every
/// segment, and that the two agree. Changes nothing.
///
/// 1. The catalog's files match their own checksums.
/// 2. Each segment is read from end to end; each block that is as it was written and lies where the
///    catalog says is *confirmed*.
/// 3. Each block that the catalog knows must be confirmed and belong to an object that has it.
/// 4. Each object's blocks must be known, and its length must be theirs.
///
/// Confined to one thread.
public final class StoreCheck {
    /// More lines would hide what is wrong; the count goes on.
    private static final int MAX_LINES = 1000;

    private final Catalog catalog;
    private final LongConsumer progress;
    private final SparseBits confirmed = new SparseBits();
    private final SparseBits owned = new SparseBits();
    private final Map<Integer, String> bucketNames = new HashMap<>();
    private final List<String> notes = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private long problemCount;
    private long soundBytes;
    private long objects;
    private long wantedBlocks;
    private long wantedBytes;

    private StoreCheck(Catalog catalog, LongConsumer progress) {
        this.catalog = catalog;
        this.progress = progress;
    }

    /// Checks a folder.
    ///
    /// @param progress told now and then how many bytes of blocks have been found sound so far
    /// @throws StorageException ABSENT if the folder is no store, CONFLICT if another process holds
    ///         it, CORRUPT if the catalog is so damaged that nothing else can be checked
    public static StoreReport run(Path folder, LongConsumer progress) {
        if (!FolderLock.isTaken(folder)) {
            throw new StorageException(
                    Kind.ABSENT, "folder " + folder + " must be a Varve store, and holds none");
        }
        try (var _ = FolderLock.take(folder);
                var catalog = RocksCatalog.openReadOnly(folder.resolve(Store.CATALOG_FOLDER));
                var disk = FolderDisk.open(
                        folder.resolve(Store.FLASH_FOLDER), FolderDisk.Access.DIRECT)) {
            catalog.verifyFiles();
            var check = new StoreCheck(catalog, progress);
            var flash = FlashVerifier.verify(disk, check::confirm);
            check.add(flash);
            check.walkObjects();
            check.walkBlocks();
            return check.report(flash);
        }
    }

    private void confirm(Entry entry) {
        soundBytes += entry.info().lengthBytes();
        progress.accept(soundBytes);
        var wanted = catalog.block(entry.info().id());
        if (wanted.isPresent() && wanted.get().place().equals(entry.place())
                && (wanted.get().place().isCompressed(wanted.get().info())
                        || wanted.get().info().equals(entry.info()))) {
            confirmed.add(entry.info().id());
        }
    }

    private void add(FlashReport flash) {
        for (var problem : flash.problems()) {
            var line = "segment " + problem.file() + ": " + problem.text();
            if (problem.finding() == Finding.UNFINISHED_BLOCK
                    || problem.finding() == Finding.UNFINISHED_FILE) {
                note(line + " (cut short by the end of its process)");
            } else {
                problem(line);
            }
        }
    }

    private void walkObjects() {
        for (BucketRecord bucket : catalog.buckets()) {
            bucketNames.put(bucket.id(), bucket.name());
            try (var cursor = catalog.objects(bucket.id(), ObjectKey.EMPTY)) {
                for (var next = cursor.next(); next.isPresent(); next = cursor.next()) {
                    objects++;
                    checkObject(bucket, next.get());
                }
            }
        }
    }

    private void checkObject(BucketRecord bucket, StoredObject object) {
        var name = "object " + bucket.name() + "/" + object.info().key();
        var entries = catalog.blocks(object.blocks().stream().map(BlockInfo::id).toList());
        long sizeBytes = 0;
        for (int i = 0; i < entries.size(); i++) {
            var expected = object.blocks().get(i);
            sizeBytes += expected.lengthBytes();
            var entry = entries.get(i);
            if (entry.isEmpty()) {
                problem(name + ": the catalog lacks its block " + expected.id());
            } else if (!entry.get().info().equals(expected)) {
                problem(name + ": the catalog has another block " + expected.id()
                        + " than its own");
            } else {
                owned.add(expected.id());
            }
        }
        if (sizeBytes != object.info().sizeBytes()) {
            problem(name + ": its blocks have " + sizeBytes + " bytes, and it should have "
                    + object.info().sizeBytes());
        }
    }

    private void walkBlocks() {
        try (var cursor = catalog.allBlocks()) {
            for (var next = cursor.next(); next.isPresent(); next = cursor.next()) {
                checkBlock(next.get());
            }
        }
    }

    private void checkBlock(BlockEntry entry) {
        wantedBlocks++;
        wantedBytes += entry.info().lengthBytes();
        var name = "object " + bucketNames.getOrDefault(entry.bucket(), "(a bucket that is gone)")
                + "/" + entry.owner();
        if (!confirmed.contains(entry.info().id())) {
            problem(name + ": block " + entry.info().id() + " (" + entry.info().lengthBytes()
                    + " bytes) is not as it was written, in segment " + entry.place().segment()
                    + " at offset " + entry.place().offset());
        }
        if (!owned.contains(entry.info().id())) {
            problem(name + ": the catalog has block " + entry.info().id()
                    + ", and the object does not");
        }
    }

    private StoreReport report(FlashReport flash) {
        if (problemCount > problems.size()) {
            problems.add("... and " + (problemCount - problems.size()) + " more");
        }
        return new StoreReport(bucketNames.size(), objects, wantedBlocks, wantedBytes,
                flash.segments(), flash.blocks(), flash.contentBytes(), notes, problems);
    }

    private void note(String line) {
        if (notes.size() < MAX_LINES) {
            notes.add(line);
        }
    }

    private void problem(String line) {
        problemCount++;
        if (problems.size() < MAX_LINES) {
            problems.add(line);
        }
    }
}
