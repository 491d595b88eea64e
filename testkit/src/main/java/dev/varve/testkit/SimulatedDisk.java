package dev.varve.testkit;

import dev.varve.env.Disk;
import dev.varve.env.DiskFile;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// A [Disk] in memory that can fail in every way that a real one may, and repeats itself when it is
/// used in the same order with the same seed.
///
/// **Power failure.** [#crash] returns the disk as the next process finds it. Of each 4 KiB page
/// written since the last successful sync, the new content may be there, or the old, or a mixture
/// of 512-byte sectors of both, each page by itself; pages written several times may also show a
/// content in between. A file may have its synced length, or its last one; what lies within the
/// length and was lost reads as zeros. Names created or deleted since the last `syncNames` may be
/// there or not, each by itself. The old object answers UNAVAILABLE from then on, so that its user
/// can be closed. [#powerOffAfter] lets the power fail in the middle of later work.
///
/// **Failed transfers.** Reads, writes and syncs fail with UNAVAILABLE at a given probability. A
/// failed write has changed any number of its sectors, from the first on. After a failed sync each
/// unsynced page is still waiting, or durable, or will never become durable although it reads as
/// written and later syncs succeed.
///
/// **Lack of room.** [#quotaBytes] limits the pages of all files, deleted ones that are still open
/// included; a write that meets the limit has written some of its sectors and answers FULL.
///
/// **Stricter than reality.** Transfers that are not aligned, reads of bytes that were never
/// written (unless [#allowHoles]), use of a closed file, and files left open when the disk is
/// closed fail the test.
///
/// Thread-safe: by its monitor. Only use by one thread at a time can be repeated.
public final class SimulatedDisk implements Disk {
    private final RandomGenerator random;
    private final int alignmentBytes;
    private final Map<String, SimulatedFile> files = new TreeMap<>();
    private final Map<String, SimulatedFile> durableNames = new TreeMap<>();
    private final List<SimulatedHandle> open = new ArrayList<>();
    private double readFailures;
    private double writeFailures;
    private double syncFailures;
    private long quotaBytes = Long.MAX_VALUE;
    private long operationsLeft = Long.MAX_VALUE;
    private long operations;
    private boolean holesAllowed;

    /// A disk that wants transfers aligned to 4 KiB.
    public SimulatedDisk(long seed) {
        this(seed, SimulatedFile.PAGE_BYTES);
    }

    /// @param alignmentBytes a power of two, 1 to 4096
    public SimulatedDisk(long seed, int alignmentBytes) {
        this(new SplittableRandom(seed), alignmentBytes);
    }

    private SimulatedDisk(RandomGenerator random, int alignmentBytes) {
        this.random = random;
        this.alignmentBytes = alignmentBytes;
    }

    /// Lets reads fail at a probability of 0 to 1.
    public synchronized void failReads(double probability) {
        readFailures = probability;
    }

    /// Lets writes fail at a probability of 0 to 1.
    public synchronized void failWrites(double probability) {
        writeFailures = probability;
    }

    /// Lets syncs, of files and of names, fail at a probability of 0 to 1.
    public synchronized void failSyncs(double probability) {
        syncFailures = probability;
    }

    /// Sets how many bytes all files together may take.
    public synchronized void quotaBytes(long bytes) {
        quotaBytes = bytes;
    }

    /// Lets the power fail during the operation after the next `count` ones. Operations are writes,
    /// syncs, truncations, and creations and deletions of names.
    public synchronized void powerOffAfter(long count) {
        operationsLeft = count;
    }

    /// How many operations, as [#powerOffAfter] counts them, were begun so far.
    public synchronized long operations() {
        return operations;
    }

    /// Lets bytes that were never written read as zeros, for programs that search what a failure
    /// left.
    public synchronized void allowHoles() {
        holesAllowed = true;
    }

    /// Turns one bit of a file over, durably.
    public synchronized void flipBit(String name, long bitOffset) {
        existing(name).flipBit(bitOffset);
    }

    /// How many files are open.
    public synchronized int openFiles() {
        return open.size();
    }

    /// Cuts the power.
    ///
    /// @return what the next process finds, without faults, and with the same room
    public synchronized SimulatedDisk crash() {
        operationsLeft = -1;
        var next = new SimulatedDisk(random, alignmentBytes);
        next.quotaBytes = quotaBytes;
        next.holesAllowed = holesAllowed;
        double keep = switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> 1;
            default -> random.nextDouble();
        };
        var names = new TreeSet<>(files.keySet());
        names.addAll(durableNames.keySet());
        for (String name : names) {
            SimulatedFile last = files.get(name);
            SimulatedFile synced = durableNames.get(name);
            SimulatedFile kept = last == synced || random.nextDouble() < keep ? last : synced;
            if (kept != null) {
                SimulatedFile survivor = kept.afterCrash(random, keep);
                next.files.put(name, survivor);
                next.durableNames.put(name, survivor);
            }
        }
        return next;
    }

    @Override
    public synchronized DiskFile create(String name) {
        begin(() -> "creating " + name);
        if (files.containsKey(name)) {
            throw new StorageException(Kind.CONFLICT,
                    "creating " + name + ": the file exists already");
        }
        files.put(name, new SimulatedFile(name));
        return handle(name);
    }

    @Override
    public synchronized DiskFile open(String name) {
        checkPower(() -> "opening " + name);
        return handle(name);
    }

    @Override
    public synchronized void delete(String name) {
        begin(() -> "deleting " + name);
        files.remove(name);
    }

    @Override
    public synchronized List<String> names() {
        checkPower(() -> "listing names");
        return List.copyOf(files.keySet());
    }

    @Override
    public synchronized void syncNames() {
        begin(() -> "syncing names");
        if (random.nextDouble() < syncFailures) {
            throw new StorageException(Kind.UNAVAILABLE, "syncing names failed as told");
        }
        durableNames.clear();
        durableNames.putAll(files);
    }

    @Override
    public synchronized long usableBytes() {
        return Math.max(0, quotaBytes - usedBytes());
    }

    @Override
    public int alignmentBytes() {
        return alignmentBytes;
    }

    @Override
    public synchronized void close() {
        if (!open.isEmpty() && operationsLeft >= 0) {
            throw new AssertionError("files left open: " + open);
        }
    }

    synchronized void forget(SimulatedHandle handle) {
        open.remove(handle);
    }

    void checkAligned(long offset, long length, long address) {
        if (((offset | length | address) & (alignmentBytes - 1)) != 0) {
            throw new AssertionError(
                    "offset " + offset + ", length " + length + " and address " + address
                            + " must be multiples of " + alignmentBytes);
        }
    }

    synchronized void read(SimulatedFile file, long offset, byte[] target) {
        Supplier<String> what = () -> "reading " + target.length + " bytes of " + file
                + " at offset " + offset;
        checkPower(what);
        if (random.nextDouble() < readFailures) {
            throw new StorageException(Kind.UNAVAILABLE, what.get() + " failed as told");
        }
        file.read(offset, target, holesAllowed);
    }

    /// Writes, or as much of it as the faults of the moment allow.
    synchronized void write(SimulatedFile file, long offset, byte[] bytes) {
        Supplier<String> what = () -> "writing " + bytes.length + " bytes to " + file
                + " at offset " + offset;
        boolean fails = random.nextDouble() < writeFailures;
        boolean lacksRoom = quotaBytes < Long.MAX_VALUE
                && usedBytes() + file.growthBytes(offset, bytes.length) > quotaBytes;
        if (operationsLeft == 0 || fails) {
            file.write(offset, partOf(bytes, Long.MAX_VALUE), random);
        }
        begin(what);
        if (fails) {
            throw new StorageException(Kind.UNAVAILABLE, what.get() + " failed as told");
        }
        if (lacksRoom) {
            file.write(offset, partOf(bytes, quotaBytes - usedBytes()), random);
            throw new StorageException(Kind.FULL,
                    what.get() + ": no room within " + quotaBytes + " bytes");
        }
        file.write(offset, bytes, random);
    }

    synchronized void sync(SimulatedFile file) {
        begin(() -> "syncing " + file);
        if (random.nextDouble() < syncFailures) {
            file.failSync(random);
            throw new StorageException(Kind.UNAVAILABLE, "syncing " + file + " failed as told");
        }
        file.sync();
    }

    synchronized void truncate(SimulatedFile file, long sizeBytes) {
        begin(() -> "truncating " + file);
        file.truncate(sizeBytes);
    }

    synchronized long sizeBytes(SimulatedFile file) {
        checkPower(() -> "asking for the size of " + file);
        return file.sizeBytes();
    }

    /// The first sectors, some or all or none, and no more than a number of bytes.
    private byte[] partOf(byte[] bytes, long maxBytes) {
        int sectors = random.nextInt(bytes.length / SimulatedFile.SECTOR_BYTES + 1);
        long length = Math.min((long) sectors * SimulatedFile.SECTOR_BYTES, Math.max(0, maxBytes));
        return Arrays.copyOf(bytes, (int) length);
    }

    /// Counts an operation, during which the power may fail.
    private void begin(Supplier<String> what) {
        checkPower(what);
        operations++;
        operationsLeft--;
        checkPower(what);
    }

    private void checkPower(Supplier<String> what) {
        if (operationsLeft < 0) {
            throw new StorageException(Kind.UNAVAILABLE, what.get() + ": the power is off");
        }
    }

    private SimulatedFile existing(String name) {
        SimulatedFile file = files.get(name);
        if (file == null) {
            throw new StorageException(Kind.ABSENT, name + ": no such file");
        }
        return file;
    }

    private SimulatedHandle handle(String name) {
        var handle = new SimulatedHandle(this, existing(name));
        open.add(handle);
        return handle;
    }

    private long usedBytes() {
        Set<SimulatedFile> all = new HashSet<>(files.values());
        open.forEach(handle -> all.add(handle.file()));
        return all.stream().mapToLong(SimulatedFile::allocatedBytes).sum();
    }
}
