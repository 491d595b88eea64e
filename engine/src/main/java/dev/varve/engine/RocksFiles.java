package dev.varve.engine;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.IndexType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.ReadTier;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteOptions;

/// An open RocksDB with the column families and options of a catalog: everything native that lives
/// as long as the catalog does, freed in the right order.
///
/// Thread-safe, but for [#close]: nobody may be in any other call then, or come later.
final class RocksFiles implements AutoCloseable {
    /// What is wanted of the files.
    enum Access {
        /// Reading and writing; what is missing is created.
        WRITE,
        /// Reading; nothing in the folder changes.
        READ,
        /// Reading of what is there, which works while some families are yet to be created. All
        /// others must be open, because the log is read for the open ones alone, and might seem to
        /// end before its end.
        PROBE
    }

    private static final List<String> FAMILIES = List.of("default", "buckets", "objects", "blocks");
    private static final int BLOOM_BITS_PER_KEY = 10;
    private static final int CACHE_SHARD_BITS = 2;
    private static final double CACHE_SHARE_OF_INDEXES = 0.6;
    private static final long INFO_LOG_BYTES = 1 << 20;
    private static final long MANIFEST_BYTES = 4 << 20;
    private static final long SORTED_FILE_BYTES = 64 << 20;
    private static final long WRITE_BACK_BYTES = 1 << 20;

    private final ArrayDeque<AutoCloseable> owned = new ArrayDeque<>();
    private final RocksDB db;
    private final List<ColumnFamilyHandle> families = new ArrayList<>();
    private final ReadOptions reads;
    private final ReadOptions cachedReads;
    private final WriteOptions writes;

    private RocksFiles(Path folder, CatalogSettings settings, Access access)
            throws RocksDBException {
        boolean opened = false;
        try {
            var filter = own(new BloomFilter(BLOOM_BITS_PER_KEY));
            var options = own(options(settings));
            this.reads = own(new ReadOptions());
            this.cachedReads = own(new ReadOptions().setReadTier(ReadTier.BLOCK_CACHE_TIER));
            this.writes = own(new WriteOptions());
            var names = access == Access.PROBE ? present(folder) : FAMILIES;
            // Objects have a cache of their own, so that walks over blocks do not displace the
            // filters by which a missing object is known without reading.
            var objectCache = own(cache(settings));
            var otherCache = own(cache(settings));
            var descriptors = new ArrayList<ColumnFamilyDescriptor>();
            for (var name : names) {
                var cache = name.equals("objects") ? objectCache : otherCache;
                descriptors.add(new ColumnFamilyDescriptor(name.getBytes(StandardCharsets.US_ASCII),
                        own(familyOptions(settings, cache, filter))));
            }
            this.db = access == Access.WRITE
                    ? RocksDB.open(options, folder.toString(), descriptors, families)
                    : RocksDB.openReadOnly(options, folder.toString(), descriptors, families);
            owned.push(db);
            families.forEach(owned::push);
            opened = true;
        } finally {
            if (!opened) {
                close();
            }
        }
    }

    /// Opens the database in a folder.
    static RocksFiles open(Path folder, CatalogSettings settings, Access access) {
        try {
            RocksLibrary.load();
            return new RocksFiles(folder, settings, access);
        } catch (RocksDBException e) {
            throw RocksErrors.of(folder, "open it", e);
        }
    }

    /// The families that exist, [#meta] first.
    private static List<String> present(Path folder) throws RocksDBException {
        try (var plain = new Options()) {
            var found = RocksDB.listColumnFamilies(plain, folder.toString())
                    .stream()
                    .map(name -> new String(name, StandardCharsets.US_ASCII))
                    .collect(Collectors.toCollection(HashSet::new));
            found.add(FAMILIES.getFirst()); // of damage, which hides all, opening it tells more
            return FAMILIES.stream().filter(found::contains).toList();
        }
    }

    /// Whether there is a database in a folder.
    static boolean exist(Path folder) {
        return Files.exists(folder.resolve("CURRENT"));
    }

    private static LRUCache cache(CatalogSettings settings) {
        return new LRUCache(settings.cacheBytes() / 2, CACHE_SHARD_BITS, false,
                CACHE_SHARE_OF_INDEXES);
    }

    private static ColumnFamilyOptions familyOptions(
            CatalogSettings settings,
            LRUCache cache,
            BloomFilter filter) {
        var tables = new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setFilterPolicy(filter)
                .setIndexType(IndexType.kTwoLevelIndexSearch)
                .setPartitionFilters(true)
                .setCacheIndexAndFilterBlocks(true)
                .setCacheIndexAndFilterBlocksWithHighPriority(true)
                .setPinTopLevelIndexAndFilter(true)
                .setPinL0FilterAndIndexBlocksInCache(true);
        return new ColumnFamilyOptions()
                .setTableFormatConfig(tables)
                .setWriteBufferSize(settings.memtableBytes() / 2)
                .setMaxWriteBufferNumber(2)
                .setTargetFileSizeBase(SORTED_FILE_BYTES)
                .setMaxBytesForLevelBase(2 * settings.memtableBytes())
                .setCompressionType(CompressionType.LZ4_COMPRESSION);
    }

    private static DBOptions options(CatalogSettings settings) {
        return new DBOptions()
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setParanoidChecks(true)
                .setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery)
                .setMaxTotalWalSize(settings.logBytes())
                .setDbWriteBufferSize(settings.memtableBytes())
                .setMaxOpenFiles(settings.openFiles())
                .setMaxBackgroundJobs(settings.backgroundJobs())
                .setBytesPerSync(WRITE_BACK_BYTES)
                // Ending a walk must not delete files, which waits for the disk.
                .setAvoidUnnecessaryBlockingIO(true)
                .setMaxManifestFileSize(MANIFEST_BYTES)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setMaxLogFileSize(INFO_LOG_BYTES)
                .setKeepLogFileNum(2)
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0);
    }

    RocksDB db() {
        return db;
    }

    ColumnFamilyHandle meta() {
        return families.get(0);
    }

    ColumnFamilyHandle buckets() {
        return families.get(1);
    }

    ColumnFamilyHandle objects() {
        return families.get(2);
    }

    ColumnFamilyHandle blocks() {
        return families.get(3);
    }

    /// All column families.
    List<ColumnFamilyHandle> families() {
        return families;
    }

    /// Options of plain reads.
    ReadOptions reads() {
        return reads;
    }

    /// Options of reads that fail rather than reach for the disk.
    ReadOptions cachedReads() {
        return cachedReads;
    }

    /// Options of writes: logged, but not synced.
    WriteOptions writes() {
        return writes;
    }

    private <T extends AutoCloseable> T own(T resource) {
        owned.push(resource);
        return resource;
    }

    @Override
    public void close() {
        while (!owned.isEmpty()) {
            try {
                owned.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("closing RocksDB", e);
            }
        }
    }
}
