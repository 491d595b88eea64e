package dev.varve.engine;

/// What a [RocksCatalog] may take of the machine.
///
/// @param cacheBytes     read cache for index, filter and data blocks; at least 1 MiB
/// @param memtableBytes  changes kept in memory before they are written to sorted files; at least 1
///                       MiB. May be passed by half of itself while a flush is under way
/// @param logBytes       the write-ahead log is turned over at this length; what a start has to
///                       replay after a crash
/// @param openFiles      how many files may be open at the same time; at least 16
/// @param backgroundJobs flushes and compactions at the same time; at least 1
///
/// Immutable.
public record CatalogSettings(
        long cacheBytes,
        long memtableBytes,
        long logBytes,
        int openFiles,
        int backgroundJobs) {

    /// About 100 MiB of memory in all, whatever the size of the catalog.
    public static final CatalogSettings DEFAULT = new CatalogSettings(
            32 << 20, 32 << 20, 64 << 20, 256, 2);

    public CatalogSettings {
        requireAtLeast("cacheBytes", cacheBytes, 1 << 20);
        requireAtLeast("memtableBytes", memtableBytes, 1 << 20);
        requireAtLeast("logBytes", logBytes, 1 << 20);
        requireAtLeast("openFiles", openFiles, 16);
        requireAtLeast("backgroundJobs", backgroundJobs, 1);
    }

    private static void requireAtLeast(String name, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(
                    name + " (" + value + ") must be at least " + least);
        }
    }
}
