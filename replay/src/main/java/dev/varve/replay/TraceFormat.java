package dev.varve.replay;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// The formats of traces that can be read: `docs/trace.md`.
public enum TraceFormat {
    /// What `varve trace record` writes.
    VARVE,
    /// kvcache-ai/Mooncake: JSON lines.
    MOONCAKE,
    /// Alibaba's qwen-bailian-usagetraces: JSON lines.
    QWEN,
    /// libCacheSim's binary records of 24 bytes.
    ORACLE_GENERAL,
    /// Columns that a header names, as of libCacheSim and CacheLib; or `time,key,size`.
    CSV,
    /// A block number a line.
    LIRS,
    /// First block and number of blocks.
    ARC,
    /// Memory accesses: l or s, address, count.
    ADDRESS,
    /// Keys of 32 hexadecimal digits.
    GRADLE,
    /// `time key size`, as of webcachesim, LRB and AdaptSize.
    LRB,
    /// Twitter's cache traces.
    TWITTER,
    /// MSR Cambridge's block traces, of SNIA.
    CAMBRIDGE,
    /// IBM's object store traces, of SNIA.
    OBJECT_STORE,
    /// SPC block traces, of UMass.
    SPC,
    /// Big-endian keys of eight bytes, as of Corda and Scarab.
    LONGS,
    /// Big-endian keys of four bytes, as of cache2k and CloudPhysics.
    INTS;

    /// The name that users give it.
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static Optional<TraceFormat> ofLabel(String label) {
        return Arrays.stream(values()).filter(format -> format.label().equals(label)).findFirst();
    }

    /// All labels, for people.
    public static String labels() {
        return Arrays.stream(values()).map(TraceFormat::label).collect(Collectors.joining(", "));
    }
}
