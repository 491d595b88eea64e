package dev.varve.checks.flips;

import dev.varve.engine.Bucket;
import dev.varve.engine.BucketClass;
import dev.varve.engine.Departure;
import dev.varve.engine.Explanation;
import dev.varve.engine.ObjectKey;
import dev.varve.env.StorageException;
import dev.varve.store.MemoryHome;
import dev.varve.store.MemoryHome.AtStop;
import dev.varve.store.Store;
import dev.varve.store.StoreSettings;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/// Copies of one store, in each of which some random bits of one kind of file are turned over, and
/// what the store then says to reads of everything that it held. The store is copied twice: after
/// it was closed, and in the midst of work, as a killed process leaves it.
///
/// Everything but the contents of the files follows from the seed.
///
/// Confined.
final class BitFlips {
    private static final int MEMORY_BYTES = 16 << 20;
    private static final String MEMORY = "memory";
    private static final int OBJECTS = 40;

    private final Path folder;
    private final SplittableRandom random;

    /// Files whose bits are turned over; a folder of the store.
    enum Target {
        FLASH("flash", Long.MAX_VALUE, 0.4, 25),
        /// The header and the index of memory that outlives its process.
        MEMORY_INDEX(MEMORY, (4 << 10) + MEMORY_BYTES / 64, 0.3, 25),
        /// All of that memory.
        MEMORY_BLOCKS(MEMORY, Long.MAX_VALUE, 0.1, 25),
        /// A few flips at a time, because one of them often suffices for the store not to open.
        CATALOG("catalog", Long.MAX_VALUE, 0.2, 2);

        private final String subfolder;
        private final long firstBytes;
        private final double share;
        private final int flipsPerCopy;

        /// @param firstBytes   how many bytes of each file may be hit, from its beginning
        /// @param share        of all flips
        /// @param flipsPerCopy how many before the store is opened
        Target(String subfolder, long firstBytes, double share, int flipsPerCopy) {
            this.subfolder = subfolder;
            this.firstBytes = firstBytes;
            this.share = share;
            this.flipsPerCopy = flipsPerCopy;
        }

        /// Only where its file is the target does memory outlive the process: else the copies on
        /// flash would hardly be read.
        StoreSettings settings(Path store) {
            var settings = StoreSettings.of(MEMORY_BYTES, 64 << 20);
            return subfolder.equals(MEMORY)
                    ? settings.with(new MemoryHome.In(store.resolve(MEMORY), AtStop.KEEP))
                    : settings;
        }
    }

    /// What became of the objects of a target's copies.
    static final class Tally {
        int flips;
        int right;
        int wrong;
        /// Misses of cached objects of which EXPLAIN says that they were lost.
        int explained;
        /// Misses of cached objects of which EXPLAIN says that they may be among those that were
        /// lost with their names.
        int nameless;
        /// Other misses of cached objects.
        int unexplained;
        /// Durable objects that were refused with an error.
        int errors;
        /// Durable objects that were said not to be there.
        int absent;
        int refusedOpens;
        /// Refusals that do not say which file.
        final List<String> unclear = new ArrayList<>();

        @Override
        public String toString() {
            return "%,d flips: %,d right, %,d wrong, %,d missed and explained, %,d lost with their"
                    .formatted(flips, right, wrong, explained, nameless)
                    + " names, %,d missed and not explained, %,d durable errors, %,d durable absent, %,d opens refused"
                            .formatted(unexplained, errors, absent, refusedOpens);
        }
    }

    BitFlips(Path folder, long seed) {
        this.folder = folder;
        this.random = new SplittableRandom(seed);
    }

    /// Flips a target's share of so many bits, some of them in each copy. All copies take turns in
    /// one folder, because the name of the file of memory follows from it.
    Tally run(Target target, int flips) throws IOException {
        var tally = new Tally();
        Path killed = folder.resolve("killed-" + target);
        Path closed = folder.resolve("closed-" + target);
        Path copy = folder.resolve("store-" + target);
        var settings = target.settings(copy);
        prepare(settings, copy, killed, closed);
        var present = List.of(present(settings, killed, copy), present(settings, closed, copy));
        for (int round = 0; tally.flips < flips * target.share; round++) {
            copy(round % 2 == 0 ? killed : closed, copy);
            var files = files(copy.resolve(target.subfolder));
            for (int i = 0; i < target.flipsPerCopy; i++) {
                flip(files, target.firstBytes);
                tally.flips++;
            }
            read(settings, copy, present.get(round % 2), tally);
            delete(copy);
        }
        return tally;
    }

    private static void prepare(
            StoreSettings settings,
            Path live,
            Path killed,
            Path closed) throws IOException {
        Files.createDirectories(live.resolve(MEMORY));
        try (var store = Store.open(live, settings)) {
            var durable = store.engine().openBucket("durable", BucketClass.DURABLE);
            var cache = store.engine().openBucket("cache", BucketClass.CACHE);
            for (int i = 0; i < OBJECTS; i++) {
                durable.put(key(i), value("durable", i));
            }
            // More than memory holds, so that some of them lie on flash before the end.
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < OBJECTS; i++) {
                    cache.put(key(1000 * round + i), value("cache", 1000 * round + i));
                }
            }
            copy(live, killed);
        }
        copy(live, closed);
        delete(live);
    }

    /// What is there without any flip, by bucket and number.
    private static Set<String> present(
            StoreSettings settings,
            Path source,
            Path copy) throws IOException {
        copy(source, copy);
        var present = new HashSet<String>();
        try (var store = Store.open(copy, settings)) {
            for (var bucket : store.engine().buckets()) {
                for (int number : numbers()) {
                    if (bucket.get(key(number)).isPresent()) {
                        present.add(bucket.name() + number);
                    }
                }
            }
        }
        delete(copy);
        return present;
    }

    private static void read(
            StoreSettings settings,
            Path copy,
            Set<String> present,
            Tally tally) {
        Store store;
        try {
            store = Store.open(copy, settings);
        } catch (StorageException refused) {
            tally.refusedOpens++;
            var message = String.valueOf(refused.getMessage());
            if (!message.contains(copy.toString()) && !message.contains(".seg")
                    && !message.contains("catalog")) {
                tally.unclear.add(message);
            }
            return;
        }
        try {
            for (String name : List.of("durable", "cache")) {
                var bucket = store.engine().bucket(name);
                for (int number : numbers()) {
                    if (present.contains(name + number)) {
                        if (bucket.isPresent()) {
                            read(bucket.get(), number, tally);
                        } else {
                            tally.absent++;
                        }
                    }
                }
            }
        } finally {
            closeAnyhow(store);
        }
    }

    private static void read(Bucket bucket, int number, Tally tally) {
        boolean durable = bucket.bucketClass() == BucketClass.DURABLE;
        try {
            var value = bucket.get(key(number));
            if (value.isPresent()) {
                if (Arrays.equals(value.get(), value(bucket.name(), number))) {
                    tally.right++;
                } else {
                    tally.wrong++;
                }
            } else if (durable) {
                tally.absent++;
            } else if (bucket.explain(key(number)) instanceof Explanation.Left(var departure)
                    && departure.reason() == Departure.Reason.LOST) {
                tally.explained++;
            } else if (bucket.explain(key(number)) instanceof Explanation.Unknown unknown
                    && unknown.namelessLosses() > 0) {
                tally.nameless++;
            } else {
                tally.unexplained++;
            }
        } catch (StorageException refused) {
            if (durable) {
                tally.errors++;
            } else {
                tally.explained++;
            }
        }
    }

    /// A damaged store may also fail while it is closed.
    private static void closeAnyhow(Store store) {
        try {
            store.close();
        } catch (RuntimeException failed) {
            // It has served its reads.
        }
    }

    private void flip(List<Path> files, long firstBytes) throws IOException {
        long sizes = 0;
        for (Path file : files) {
            sizes += Math.min(firstBytes, Files.size(file));
        }
        long at = random.nextLong(sizes);
        for (Path file : files) {
            long size = Math.min(firstBytes, Files.size(file));
            if (at < size) {
                try (var open = new RandomAccessFile(file.toFile(), "rw")) {
                    open.seek(at);
                    int old = open.read();
                    open.seek(at);
                    open.write(old ^ 1 << random.nextInt(8));
                }
                return;
            }
            at -= size;
        }
    }

    private static int[] numbers() {
        var numbers = new int[3 * OBJECTS];
        Arrays.setAll(numbers, i -> 1000 * (i / OBJECTS) + i % OBJECTS);
        return numbers;
    }

    private static ObjectKey key(int number) {
        return ObjectKey.of("object-" + number);
    }

    /// From nothing to some 200 KiB, many small ones among them.
    private static byte[] value(String bucket, int number) {
        var chance = new Random(bucket.hashCode() * 31L + number);
        int bits = chance.nextInt(18);
        var bytes = new byte[chance.nextInt(1 << bits) + chance.nextInt(60_000)];
        chance.nextBytes(bytes);
        return bytes;
    }

    private static List<Path> files(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        for (Path file : files(from)) {
            Path target = to.resolve(from.relativize(file));
            Files.createDirectories(target.getParent());
            Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    private static void delete(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
