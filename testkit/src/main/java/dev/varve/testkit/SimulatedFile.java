package dev.varve.testkit;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/// The content of one file of a [SimulatedDisk]: what programs see, and what power failures leave.
///
/// `pages` is what programs see. A page written since the last sync has its durable content in
/// `unsynced`; one that a failed sync gave up has it in `givenUp`. All other pages are durable.
///
/// Not thread-safe: guarded by the disk's monitor.
final class SimulatedFile {
    static final int PAGE_BYTES = 4096;
    static final int SECTOR_BYTES = 512;
    private static final byte[] ABSENT = {};

    private final String name;
    private final TreeMap<Long, byte[]> pages = new TreeMap<>();
    private final TreeMap<Long, byte[]> unsynced = new TreeMap<>();
    private final TreeMap<Long, byte[]> givenUp = new TreeMap<>();
    /// Ranges that were written: first byte to the byte behind the last.
    private final TreeMap<Long, Long> written = new TreeMap<>();
    private long sizeBytes;
    private long durableSizeBytes;

    SimulatedFile(String name) {
        this.name = name;
    }

    long sizeBytes() {
        return sizeBytes;
    }

    long allocatedBytes() {
        return (long) pages.size() * PAGE_BYTES;
    }

    /// By how much a write would increase [#allocatedBytes].
    long growthBytes(long offset, long length) {
        long growth = 0;
        for (long page = offset / PAGE_BYTES; page * PAGE_BYTES < offset + length; page++) {
            growth += pages.containsKey(page) ? 0 : PAGE_BYTES;
        }
        return growth;
    }

    void read(long offset, byte[] target, boolean holesAllowed) {
        if (offset + target.length > sizeBytes) {
            throw new StorageException(Kind.CORRUPT, name + " must have " + target.length
                    + " bytes from offset " + offset + ", but ends at " + sizeBytes);
        }
        Map.Entry<Long, Long> range = written.floorEntry(offset);
        if (target.length > 0 && !holesAllowed
                && (range == null || range.getValue() < offset + target.length)) {
            throw new AssertionError(
                    name + ": bytes from " + offset + " to " + (offset + target.length)
                            + " are read but were never all written, only " + written);
        }
        for (int done = 0; done < target.length;) {
            long at = offset + done;
            int inPage = (int) (at % PAGE_BYTES);
            int count = Math.min(PAGE_BYTES - inPage, target.length - done);
            byte[] page = pages.get(at / PAGE_BYTES);
            if (page != null) {
                System.arraycopy(page, inPage, target, done, count);
            }
            done += count;
        }
    }

    void write(long offset, byte[] bytes, RandomGenerator random) {
        for (int done = 0; done < bytes.length;) {
            long at = offset + done;
            int inPage = (int) (at % PAGE_BYTES);
            int count = Math.min(PAGE_BYTES - inPage, bytes.length - done);
            byte[] page = pageToChange(at / PAGE_BYTES, random);
            System.arraycopy(bytes, done, page, inPage, count);
            done += count;
        }
        if (bytes.length > 0) {
            sizeBytes = Math.max(sizeBytes, offset + bytes.length);
            markWritten(offset, offset + bytes.length);
        }
    }

    void sync() {
        unsynced.clear();
        durableSizeBytes = sizeBytes;
    }

    void failSync(RandomGenerator random) {
        for (long number : new TreeSet<>(unsynced.keySet())) {
            switch (random.nextInt(3)) {
                case 0 -> unsynced.remove(number);
                case 1 -> givenUp.put(number, removed(unsynced, number));
                default -> {
                    // goes on waiting
                }
            }
        }
        durableSizeBytes = random.nextBoolean() ? sizeBytes : durableSizeBytes;
    }

    void truncate(long size) {
        if (size >= sizeBytes) {
            return;
        }
        long firstGone = (size + PAGE_BYTES - 1) / PAGE_BYTES;
        for (long number : new TreeSet<>(pages.tailMap(firstGone).keySet())) {
            byte[] gone = removed(pages, number);
            if (!unsynced.containsKey(number)) {
                keepDurable(number, gone);
            }
        }
        sizeBytes = size;
        written.tailMap(size, true).clear();
        Map.Entry<Long, Long> last = written.lastEntry();
        if (last != null && last.getValue() > size) {
            written.put(last.getKey(), size);
        }
    }

    void flipBit(long bitOffset) {
        long at = bitOffset / Byte.SIZE;
        byte[] page = pages.get(at / PAGE_BYTES);
        if (page == null || at >= sizeBytes) {
            throw new IllegalArgumentException(name + " has no byte " + at);
        }
        page[(int) (at % PAGE_BYTES)] ^= (byte) (1 << (bitOffset % Byte.SIZE));
    }

    /// The file as it is found after a power failure.
    ///
    /// @param keep probability that a page has its new content
    SimulatedFile afterCrash(RandomGenerator random, double keep) {
        var next = new SimulatedFile(name);
        var numbers = new TreeSet<>(pages.keySet());
        numbers.addAll(unsynced.keySet());
        numbers.addAll(givenUp.keySet());
        long size = random.nextDouble() < keep ? sizeBytes : durableSizeBytes;
        for (long number : numbers) {
            byte[] survivor = survivor(number, random, keep);
            if (survivor.length > 0 && number * PAGE_BYTES < size) {
                next.pages.put(number, survivor);
            }
        }
        next.sizeBytes = size;
        next.durableSizeBytes = size;
        if (size > 0) {
            next.written.put(0L, size);
        }
        return next;
    }

    @Override
    public String toString() {
        return name;
    }

    private byte[] survivor(long number, RandomGenerator random, double keep) {
        byte[] last = pages.getOrDefault(number, ABSENT);
        byte[] lost = givenUp.get(number);
        byte[] durable = unsynced.get(number);
        if (durable == null) {
            return (lost == null ? last : lost).clone();
        }
        if (random.nextInt(4) == 0) {
            return torn(durable, last, random);
        }
        return (random.nextDouble() < keep ? last : durable).clone();
    }

    private static byte[] torn(byte[] first, byte[] second, RandomGenerator random) {
        var page = new byte[PAGE_BYTES];
        for (int at = 0; at < PAGE_BYTES; at += SECTOR_BYTES) {
            byte[] source = random.nextBoolean() ? first : second;
            if (source.length > 0) {
                System.arraycopy(source, at, page, at, SECTOR_BYTES);
            }
        }
        return page;
    }

    private byte[] pageToChange(long number, RandomGenerator random) {
        byte[] page = pages.get(number);
        byte[] before = page == null ? ABSENT : page.clone();
        boolean waiting = unsynced.containsKey(number);
        // The device may have taken what was written last before it is written over.
        if (!waiting || random.nextInt(4) == 0) {
            keepDurable(number, before);
        }
        if (page == null) {
            page = new byte[PAGE_BYTES];
            pages.put(number, page);
        }
        return page;
    }

    /// Notes what is durable of a page that is about to change.
    private void keepDurable(long number, byte[] content) {
        byte[] lost = givenUp.remove(number);
        unsynced.put(number, lost == null ? content : lost);
    }

    private void markWritten(long from, long to) {
        long first = from;
        long end = to;
        Map.Entry<Long, Long> before = written.floorEntry(from);
        if (before != null && before.getValue() >= from) {
            first = before.getKey();
            end = Math.max(end, before.getValue());
        }
        for (Map.Entry<Long, Long> next = written.ceilingEntry(first); next != null
                && next.getKey() <= end; next = written.higherEntry(first)) {
            end = Math.max(end, next.getValue());
            written.remove(next.getKey());
        }
        written.put(first, end);
    }

    private static byte[] removed(Map<Long, byte[]> map, long number) {
        byte[] value = map.getOrDefault(number, ABSENT);
        map.remove(number);
        return value;
    }
}
