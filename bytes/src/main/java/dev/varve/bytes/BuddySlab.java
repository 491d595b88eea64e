package dev.varve.bytes;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/// A slab that is cut by halves: the buddy system (Knowlton 1965), for blocks made of several runs.
///
/// Free memory lies in chunks of 2^k bytes, 256 bytes to 32 MiB, each aligned to its size. A chunk
/// that is too large is split into two buddies; two free buddies become one chunk again. The lowest
/// free address is taken first, which keeps the high end of the region whole.
///
/// A block of n bytes is rounded up to a multiple of its *grain*, `max(256, 2^floor(log2 n) /
/// 16)`, and made of the chunks that the binary digits of the result name, largest first. Where a
/// chunk of the wanted size is not to be had, two of half the size serve, down to the grain. From
/// this follow:
///
///   - **waste within a block**: less than 256 bytes or 1/16 of its length, whichever is more;
///   - **no waste between blocks** that the grain can reach: an allocation succeeds whenever the
///     free chunks of at least its grain add up to its rounded length. What lies free in smaller
///     chunks (only where much smaller blocks were freed singly) waits for its buddy;
///   - at most 32 runs for a block of up to 32 MiB, and one run for 2^k bytes in fresh memory.
///
/// Memory of a [MemoryFile] is reserved from its file system as it is first needed, lowest first
/// and a few MiB at a time, so that touching it never fails. Where the file system has no more,
/// what is missing counts as used.
///
/// Thread-safe: one lock, held for tens of nanoseconds; a second one while memory is reserved.
public final class BuddySlab implements Slab {
    private static final int MIN_SHIFT = 8;
    private static final int MAX_SHIFT = 25;
    private static final int GRAIN_SHIFT = 4;
    private static final long MAX_CHUNK = 1L << MAX_SHIFT;
    private static final System.Logger LOG = System.getLogger(BuddySlab.class.getName());

    private final Ground ground;
    private final MemorySegment memory;
    private final long capacityBytes;
    private final BitTree[] free = new BitTree[MAX_SHIFT + 1];
    /// Free bytes in chunks of exactly 2^shift bytes.
    private final long[] freeBytes = new long[MAX_SHIFT + 1];
    private final ReentrantLock lock = new ReentrantLock();
    private final ReentrantLock growing = new ReentrantLock();
    private final AtomicLong usedBytes = new AtomicLong();
    /// Changed under both locks.
    private long backedBytes;
    private boolean cannotGrow;

    private BuddySlab(Ground ground) {
        this.ground = ground;
        this.memory = ground.memory();
        this.capacityBytes = memory.byteSize();
        for (int shift = MIN_SHIFT; shift <= MAX_SHIFT; shift++) {
            free[shift] = new BitTree((capacityBytes >>> shift) + 1);
        }
        backedBytes = ground.backedBytes();
        addRange(0, backedBytes);
    }

    /// Opens a slab of its own memory.
    ///
    /// @param capacityBytes the budget, at least 1 MiB; rounded down to a multiple of 4 KiB
    public static BuddySlab open(long capacityBytes) {
        if (capacityBytes < 1 << 20) {
            throw new IllegalArgumentException(
                    "slab capacity (" + capacityBytes + ") must be at least 1 MiB");
        }
        long capacity = capacityBytes & -4096L;
        return new BuddySlab(MemoryRegion.open(capacity));
    }

    /// Opens a slab in a file.
    ///
    /// @param file closed with the slab
    public static BuddySlab on(MemoryFile file) {
        return new BuddySlab(file);
    }

    @Override
    public Optional<Block> allocate(int lengthBytes) {
        long rounded = footprintBytes(lengthBytes);
        int grainShift = grainShift(lengthBytes);
        while (true) {
            long backed;
            lock.lock();
            try {
                if (fits(rounded, grainShift)) {
                    usedBytes.addAndGet(rounded);
                    return Optional.of(cut(lengthBytes, rounded));
                }
                backed = backedBytes;
                if (cannotGrow || backed == capacityBytes) {
                    return Optional.empty();
                }
            } finally {
                lock.unlock();
            }
            grow(backed);
        }
    }

    @Override
    public Optional<Block> adopt(int lengthBytes, long[] chunks) {
        if (lengthBytes < 0 || !isPlaceFor(lengthBytes, chunks)) {
            return Optional.empty();
        }
        lock.lock();
        try {
            for (int i = 0; i < chunks.length; i++) {
                if (!takeAt(SlabBlock.offset(chunks[i]), SlabBlock.shift(chunks[i]))) {
                    for (int taken = 0; taken < i; taken++) {
                        merge(SlabBlock.offset(chunks[taken]), SlabBlock.shift(chunks[taken]));
                    }
                    return Optional.empty();
                }
            }
            usedBytes.addAndGet(footprintBytes(lengthBytes));
            return Optional.of(new SlabBlock(this, lengthBytes, chunks.clone()));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long[] chunks(Block block) {
        return ((SlabBlock) block).chunks();
    }

    @Override
    public MemorySegment notes() {
        return ground.notes();
    }

    @Override
    public long footprintBytes(int lengthBytes) {
        long grain = 1L << grainShift(lengthBytes);
        return Math.max(grain, (lengthBytes + grain - 1) & -grain);
    }

    @Override
    public long capacityBytes() {
        return capacityBytes;
    }

    @Override
    public long usedBytes() {
        return usedBytes.get();
    }

    /// What the memory is made of, for people: `memfd`, `plain file`, or the path of a
    /// [MemoryFile].
    public String backing() {
        return ground.backing();
    }

    @Override
    public void close() {
        ground.close();
    }

    MemorySegment memory() {
        return memory;
    }

    /// Takes back the chunks of a block; see [SlabBlock] for how they are written down.
    void free(long[] chunks) {
        lock.lock();
        try {
            long bytes = 0;
            for (long chunk : chunks) {
                int shift = SlabBlock.shift(chunk);
                bytes += 1L << shift;
                merge(SlabBlock.offset(chunk), shift);
            }
            usedBytes.addAndGet(-bytes);
        } finally {
            lock.unlock();
        }
    }

    private static int grainShift(int lengthBytes) {
        int floorLog = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(Math.max(1, lengthBytes));
        return Math.max(MIN_SHIFT, Math.min(MAX_SHIFT, floorLog - GRAIN_SHIFT));
    }

    private boolean fits(long bytes, int grainShift) {
        long found = 0;
        for (int shift = grainShift; shift <= MAX_SHIFT && found < bytes; shift++) {
            found += freeBytes[shift];
        }
        return found >= bytes;
    }

    /// Cuts chunks that add up to `rounded`; the caller has made sure that it fits.
    private SlabBlock cut(int lengthBytes, long rounded) {
        var chunks = new long[1];
        int count = 0;
        long missing = rounded;
        int shift = MAX_SHIFT;
        while (missing > 0) {
            shift = Math.min(shift, Long.SIZE - 1 - Long.numberOfLeadingZeros(missing));
            long at = take(shift);
            if (at < 0) {
                shift--;
                continue;
            }
            if (count == chunks.length) {
                chunks = Arrays.copyOf(chunks, count * 2);
            }
            chunks[count++] = SlabBlock.chunk(at, shift);
            missing -= 1L << shift;
        }
        return new SlabBlock(
                this, lengthBytes, count == chunks.length ? chunks : Arrays.copyOf(chunks, count));
    }

    /// Takes the lowest chunk of this size, splitting a larger one if need be; -1 if there is none.
    private long take(int shift) {
        int from = shift;
        while (from <= MAX_SHIFT && freeBytes[from] == 0) {
            from++;
        }
        if (from > MAX_SHIFT) {
            return -1;
        }
        long at = free[from].lowest() << from;
        removeFree(at, from);
        while (from > shift) {
            from--;
            addFree(at + (1L << from), from);
        }
        return at;
    }

    /// Reserves a few MiB more, unless another thread has done so.
    ///
    /// @param seen how much was backed when memory fell short
    private void grow(long seen) {
        growing.lock();
        try {
            if (backedBytes != seen || cannotGrow) {
                return;
            }
            long wanted = Math.min(capacityBytes, seen + MemoryFile.STEP_BYTES);
            boolean grown = ground.back(wanted);
            lock.lock();
            try {
                if (grown) {
                    addRange(seen, wanted);
                    backedBytes = wanted;
                } else {
                    cannotGrow = true;
                    usedBytes.addAndGet(capacityBytes - seen);
                }
            } finally {
                lock.unlock();
            }
            if (!grown) {
                LOG.log(System.Logger.Level.WARNING,
                        "{0} cannot grow beyond {1} bytes: the memory tier goes on without the rest"
                                + " of its budget",
                        ground.backing(), Long.toString(seen));
            }
        } finally {
            growing.unlock();
        }
    }

    /// Frees what has just been backed.
    private void addRange(long from, long to) {
        for (long at = from; at < to;) {
            int shift = Math.min(MAX_SHIFT, Long.SIZE - 1 - Long.numberOfLeadingZeros(to - at));
            if (at != 0) {
                shift = Math.min(shift, Long.numberOfTrailingZeros(at));
            }
            merge(at, shift);
            at += 1L << shift;
        }
    }

    private boolean isPlaceFor(int lengthBytes, long[] chunks) {
        long bytes = 0;
        long beforeLast = 0;
        for (long chunk : chunks) {
            if (!isChunk(chunk)) {
                return false;
            }
            beforeLast = bytes;
            bytes += 1L << SlabBlock.shift(chunk);
        }
        return bytes == footprintBytes(lengthBytes) && lengthBytes >= beforeLast;
    }

    private boolean isChunk(long chunk) {
        int shift = SlabBlock.shift(chunk);
        long offset = SlabBlock.offset(chunk);
        return shift >= MIN_SHIFT && shift <= MAX_SHIFT && offset >= 0
                && (offset & ((1L << shift) - 1)) == 0
                && offset <= capacityBytes - (1L << shift);
    }

    /// Takes one particular chunk out of the free chunk that it lies in.
    ///
    /// @return false if it is not free as a whole
    private boolean takeAt(long offset, int shift) {
        int from = shift;
        while (from <= MAX_SHIFT && !free[from].contains(offset >>> from)) {
            from++;
        }
        if (from > MAX_SHIFT) {
            return false;
        }
        long at = offset >>> from << from;
        removeFree(at, from);
        while (from > shift) {
            from--;
            long upper = at + (1L << from);
            addFree(offset >= upper ? at : upper, from);
            at = offset >= upper ? upper : at;
        }
        return true;
    }

    private void merge(long offset, int chunkShift) {
        long at = offset;
        int shift = chunkShift;
        while (1L << shift < MAX_CHUNK) {
            long buddy = at ^ (1L << shift);
            if (!free[shift].contains(buddy >>> shift)) {
                break;
            }
            removeFree(buddy, shift);
            at = Math.min(at, buddy);
            shift++;
        }
        addFree(at, shift);
    }

    private void addFree(long at, int shift) {
        free[shift].add(at >>> shift);
        freeBytes[shift] += 1L << shift;
    }

    private void removeFree(long at, int shift) {
        free[shift].remove(at >>> shift);
        freeBytes[shift] -= 1L << shift;
    }
}
