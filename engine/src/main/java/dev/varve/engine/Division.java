package dev.varve.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/// How memory and flash are divided among keys: which share a key belongs to, and what each share
/// may take. What the quotas leave is the quota of share 0, which all other keys belong to.
///
/// Immutable but for the counts of the shares.
final class Division {
    /// The shares of memory and flash whose bytes clients may hold: enough for the chunks of some
    /// long prompts, and too little to stop eviction.
    private static final int HELD_MEMORY_SHARE = 4;
    private static final int HELD_FLASH_SHARE = 8;

    /// The part that is nobody's: the reserve for what comes in, and what is on its way.
    private static final int UNDIVIDED = 8;

    private final List<ShareSettings> settings;
    private final List<Share> shares;
    private final List<Long> memoryQuotas;
    private final List<Long> flashQuotas;
    /// In order; none begins with another.
    private final byte[][] prefixes;
    private final Share[] owners;

    /// @param settings    prefixes of different shares must not overlap
    /// @param memoryBytes what there is of memory
    /// @param flashBytes  what there is of flash
    /// @param before      what came before, whose counts go on
    Division(
            List<ShareSettings> settings,
            long memoryBytes,
            long flashBytes,
            List<Share> before) {
        this.settings = List.copyOf(settings);
        memoryQuotas = quotas(settings, ShareSettings::memoryBytes, memoryBytes);
        flashQuotas = quotas(settings, ShareSettings::flashBytes, flashBytes);
        var tallies = new HashMap<String, Share.Tally>();
        before.forEach(share -> tallies.put(share.name(), share.tally()));
        shares = new ArrayList<>();
        shares.add(share(0, "", OptionalLong.of(memoryQuotas.getFirst()),
                OptionalLong.of(flashQuotas.getFirst()), tallies));
        var byPrefix = new TreeMap<ObjectKey, Share>();
        for (var wanted : settings) {
            var share = share(shares.size(), wanted.name(), wanted.memoryBytes(),
                    wanted.flashBytes(), tallies);
            shares.add(share);
            wanted.prefixes().forEach(prefix -> byPrefix.put(prefix, share));
        }
        prefixes = new byte[byPrefix.size()][];
        owners = new Share[prefixes.length];
        fill(byPrefix);
    }

    private void fill(Map<ObjectKey, Share> byPrefix) {
        int count = 0;
        ObjectKey last = ObjectKey.EMPTY;
        for (var entry : byPrefix.entrySet()) {
            var prefix = entry.getKey();
            if (count > 0 && prefix.startsWith(last)) {
                throw new IllegalArgumentException("prefix " + prefix + " of share "
                        + entry.getValue().name() + " must not begin with " + last
                        + " of share " + owners[count - 1].name());
            }
            prefixes[count] = prefix.bytes();
            owners[count] = entry.getValue();
            last = prefix;
            count++;
        }
    }

    private static List<Long> quotas(
            List<ShareSettings> settings,
            Function<ShareSettings, OptionalLong> quota,
            long budgetBytes) {
        if (settings.isEmpty()) {
            return List.of(budgetBytes);
        }
        var quotas = new ArrayList<Long>();
        long left = budgetBytes - budgetBytes / UNDIVIDED;
        for (var share : settings) {
            long bytes = Math.min(budgetBytes, quota.apply(share).orElse(0));
            quotas.add(bytes);
            left = Math.max(0, left - bytes);
        }
        quotas.addFirst(left);
        return List.copyOf(quotas);
    }

    private static Share share(
            int index,
            String name,
            OptionalLong memoryBytes,
            OptionalLong flashBytes,
            Map<String, Share.Tally> tallies) {
        long maxHeld = memoryBytes.orElse(0) / HELD_MEMORY_SHARE
                + flashBytes.orElse(0) / HELD_FLASH_SHARE;
        var tally = tallies.getOrDefault(name, new Share.Tally());
        return new Share(index, name, memoryBytes, flashBytes, maxHeld, new AtomicLong(), tally);
    }

    /// Whether there is more than the one share of all keys.
    boolean isDivided() {
        return shares.size() > 1;
    }

    boolean isOf(List<ShareSettings> others) {
        return settings.equals(others);
    }

    /// The share of a key. What a durable bucket has belongs to share 0. Takes a few comparisons
    /// and allocates nothing.
    Share of(BucketState bucket, ObjectKey key) {
        if (prefixes.length == 0 || bucket.isDurable()) {
            return shares.getFirst();
        }
        // As no prefix begins with another, a key's can only be the greatest that is not above it.
        byte[] name = key.bytes();
        int low = 0;
        int high = prefixes.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Arrays.compareUnsigned(prefixes[middle], name) <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low > 0 && begins(name, prefixes[low - 1]) ? owners[low - 1] : shares.getFirst();
    }

    private static boolean begins(byte[] name, byte[] prefix) {
        return name.length >= prefix.length
                && Arrays.equals(name, 0, prefix.length, prefix, 0, prefix.length);
    }

    /// All shares by number.
    List<Share> shares() {
        return shares;
    }

    /// The quota of each slot; see [Share#memorySlot].
    List<Long> memoryQuotas() {
        return memoryQuotas;
    }

    /// The quota of each slot; see [Share#flashSlot].
    List<Long> flashQuotas() {
        return flashQuotas;
    }
}
