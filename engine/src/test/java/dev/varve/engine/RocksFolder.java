package dev.varve.engine;

import dev.varve.engine.Catalog.BlockEntry;
import dev.varve.engine.Catalog.BucketRecord;
import dev.varve.engine.Catalog.Change;
import dev.varve.tier.BlockInfo;
import dev.varve.tier.Place;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// A catalog's folder as tests handle it: filled, copied as if its process had been killed,
/// damaged.
///
/// It holds one bucket and objects that are named by their number, with one block each.
record RocksFolder(Path path) {
    /// How many objects were synced in a [#killed] folder, and how many more were committed.
    static final int SYNCED = 300;
    static final int COMMITTED = 400;

    /// The changes that bring an object and its block.
    static List<Change> object(int number) {
        var key = key(number);
        var block = new BlockInfo(number + 1, number, number * 31);
        return List.of(new Change.PutObject(1, CatalogContract.object(key, number, block)),
                new Change.PutBlock(new BlockEntry(block, new Place(1, number * 4096L, number), 1,
                        key)));
    }

    static ObjectKey key(int number) {
        return ObjectKey.of("key-" + number);
    }

    /// Leaves what a process leaves that is killed after it has committed 400 objects: 200 in
    /// sorted files, 100 in the synced part of the log, 100 behind that.
    ///
    /// @return the length of the synced part of the log
    long killed() throws IOException {
        var living = path.resolveSibling(path.getFileName() + "-living");
        try (var catalog = RocksCatalog.open(living, CatalogSettings.DEFAULT)) {
            catalog.commit(List.of(new Change.PutBucket(
                    new BucketRecord(1, "bucket", BucketClass.DURABLE, 7))));
            for (int i = 0; i < 200; i++) {
                catalog.commit(object(i));
            }
        }
        try (var catalog = RocksCatalog.open(living, CatalogSettings.DEFAULT)) {
            for (int i = 200; i < SYNCED; i++) {
                catalog.commit(object(i));
            }
            catalog.sync();
            long synced = Files.size(new RocksFolder(living).log());
            for (int i = SYNCED; i < COMMITTED; i++) {
                catalog.commit(object(i));
            }
            new RocksFolder(living).copyTo(path);
            return synced;
        }
    }

    RocksFolder copyTo(Path target) throws IOException {
        Files.createDirectories(target);
        for (var file : files("*")) {
            Files.copy(file, target.resolve(file.getFileName()));
        }
        return new RocksFolder(target);
    }

    RocksCatalog open() {
        return RocksCatalog.open(path, CatalogSettings.DEFAULT);
    }

    /// How many objects there are, from the first on without a gap, each with its block and none
    /// other; empty if it is any other way.
    static OptionalInt length(Catalog catalog) {
        int length = 0;
        while (catalog.object(1, key(length)).isPresent()) {
            var wanted = object(length);
            var blocks = catalog.blocks(List.of(length + 1L));
            if (!wanted.equals(List.of(
                    new Change.PutObject(1, catalog.object(1, key(length)).orElseThrow()),
                    new Change.PutBlock(blocks.getFirst().orElseThrow())))) {
                return OptionalInt.empty();
            }
            length++;
        }
        boolean whole = catalog.buckets().size() == 1
                && CatalogContract.drain(catalog.objects(1, ObjectKey.EMPTY)).size() == length
                && CatalogContract.drain(catalog.allBlocks()).size() == length;
        return whole ? OptionalInt.of(length) : OptionalInt.empty();
    }

    /// The files whose names match a pattern, by name.
    List<Path> files(String pattern) throws IOException {
        try (var found = Files.newDirectoryStream(path, pattern)) {
            var files = new ArrayList<Path>();
            found.forEach(files::add);
            files.sort(null);
            return files;
        }
    }

    /// The log that is being written.
    Path log() throws IOException {
        return files("*.log").getLast();
    }

    /// What is in all files but RocksDB's own diary and its lock.
    Map<String, String> contents() throws IOException {
        var contents = new HashMap<String, String>();
        for (var file : files("[!L]*")) {
            contents.put(file.getFileName().toString(),
                    Files.readString(file, StandardCharsets.ISO_8859_1));
        }
        return contents;
    }

    static void flip(Path file, long offset) throws IOException {
        flip(file, offset, 6);
    }

    static void flip(Path file, long offset, int bit) throws IOException {
        var bytes = Files.readAllBytes(file);
        bytes[(int) offset] ^= (byte) (1 << bit);
        Files.write(file, bytes);
    }

    static void zero(Path file, long offset, int count) throws IOException {
        var bytes = Files.readAllBytes(file);
        int end = (int) Math.min(bytes.length, offset + count);
        Arrays.fill(bytes, (int) offset, end, (byte) 0);
        Files.write(file, bytes);
    }

    static void cut(Path file, long length) throws IOException {
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), (int) length));
    }
}
