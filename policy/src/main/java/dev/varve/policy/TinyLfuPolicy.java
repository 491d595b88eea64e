package dev.varve.policy;

/// New blocks live in an LRU *window*. What falls out of it is admitted to the main part only if it
/// was asked for more often lately than what would have to go, by the estimate of a
/// [CountMinSketch]. The main part is a segmented LRU: blocks read there move from *probation* to
/// *protected*, four fifths of it (Einziger, Friedman, Manes: "TinyLFU: a highly efficient cache
/// admission policy", ACM Transactions on Storage 13(4), 2017, sections 3 and 4).
///
/// The window begins with 1 % of the capacity, and hill climbing moves its border: after each ten
/// capacities of requests it goes on in its direction if hits became more frequent, and turns if
/// they did not, by a sixteenth of the capacity at first and 2 % less each time, until a change of
/// the hit ratio by 5 points starts it anew (Einziger, Eytan, Friedman, Manes: "Adaptive software
/// cache management", Middleware 2018, section 3.2).
///
/// As in the authors' program a candidate asked for six times or more that loses is admitted with a
/// chance of 1 in 128, so that nobody can keep the cache from learning by crafted collisions.
///
/// Where [#expected] is told, its block counts as in the window already, and the victim is chosen
/// between what that pushes out and what has been in probation for longest. Where it is not, what
/// the last insertion pushed out is judged. A window smaller than one block holds none, and what
/// comes in is judged with the next miss.
///
/// Confined: the caller serialises all calls.
public final class TinyLfuPolicy implements EvictionPolicy {
    private static final int WINDOW = 0;
    private static final int PROBATION = 1;
    private static final int PROTECTED = 2;

    private static final double MAIN_SHARE = 0.99;
    private static final double PROTECTED_SHARE = 0.8;
    private static final int WARM = 6;
    private static final int CHANCES = 128;
    /// What the sketch is made for at first, at most: 64 KiB.
    private static final int FIRST_BLOCKS = 8192;

    private static final double SAMPLE_CAPACITIES = 10;
    private static final double STEP_SHARE = 1.0 / 16;
    private static final double STEP_DECAY = 0.98;
    private static final double RESTART_CHANGE = 0.05;

    private final BlockLists blocks = new BlockLists(3);
    private final CountMinSketch popularity = new CountMinSketch();
    private long capacityBytes;
    private double windowBytes;
    private double protectedBytes;
    private long random;

    private long expectedId = NONE;
    private long expectedBytes;
    /// The block in probation that left the window last, unless it was judged or read since; else
    /// [BlockLists#ABSENT].
    private int candidate = BlockLists.ABSENT;

    private boolean isFull;
    private long sampleHits;
    private long sampleRequests;
    private double sampleBytes;
    private double lastHitRatio;
    private boolean growsWindow;
    private double stepBytes;

    /// @param capacityBytes what the blocks present may take together, at least 1
    /// @param seed          of the few decisions left to chance
    public TinyLfuPolicy(long capacityBytes, long seed) {
        Arguments.checkCapacity(capacityBytes);
        this.capacityBytes = capacityBytes;
        long mainBytes = (long) (capacityBytes * MAIN_SHARE);
        windowBytes = capacityBytes - mainBytes;
        protectedBytes = (long) (mainBytes * PROTECTED_SHARE);
        stepBytes = capacityBytes * STEP_SHARE;
        random = seed;
    }

    @Override
    public void expected(long id, long sizeBytes) {
        if (!contains(id)) {
            popularity.add(id);
            expectedId = id;
            expectedBytes = sizeBytes;
        }
    }

    @Override
    public void inserted(long id, long sizeBytes) {
        Arguments.checkNew(this, id, sizeBytes);
        if (id != expectedId) {
            popularity.add(id);
        }
        expectedId = NONE;
        expectedBytes = 0;
        blocks.add(WINDOW, id, sizeBytes);
        reservePopularity(sizeBytes);
        while (blocks.bytes(WINDOW) > windowBytes) {
            pushOutOfWindow();
        }
        sample(false, sizeBytes);
    }

    @Override
    public void accessed(long id) {
        int slot = blocks.find(id);
        if (slot == BlockLists.ABSENT) {
            return;
        }
        popularity.add(id);
        if (blocks.listOf(slot) == WINDOW) {
            blocks.moveTo(WINDOW, slot);
        } else {
            if (slot == candidate) {
                candidate = BlockLists.ABSENT;
            }
            blocks.moveTo(PROTECTED, slot);
            limitProtected();
        }
        sample(true, blocks.sizeBytes(slot));
    }

    @Override
    public void removed(long id) {
        int slot = blocks.find(id);
        if (slot != BlockLists.ABSENT) {
            remove(slot);
        }
    }

    @Override
    public long victim() {
        if (count() == 0) {
            return NONE;
        }
        isFull = true;
        if (blocks.count(WINDOW) > 0 && blocks.bytes(WINDOW) + expectedBytes > windowBytes) {
            pushOutOfWindow();
        }
        int slot = oldestOfMain();
        if (candidate != BlockLists.ABSENT && !admits(blocks.id(candidate), blocks.id(slot))) {
            slot = candidate;
        }
        candidate = BlockLists.ABSENT;
        long id = blocks.id(slot);
        blocks.remove(slot);
        return id;
    }

    @Override
    public void spared(long id, long sizeBytes) {
        Arguments.checkBlock(id, sizeBytes);
        if (!contains(id)) {
            blocks.add(PROTECTED, id, sizeBytes);
            limitProtected();
        }
    }

    @Override
    public void resized(long nextBytes) {
        Arguments.checkCapacity(nextBytes);
        double ratio = (double) nextBytes / capacityBytes;
        windowBytes *= ratio;
        protectedBytes *= ratio;
        stepBytes *= ratio;
        capacityBytes = nextBytes;
        limitProtected();
        shrinkWindow(0);
    }

    @Override
    public boolean contains(long id) {
        return blocks.find(id) != BlockLists.ABSENT;
    }

    @Override
    public int count() {
        return blocks.count(WINDOW) + blocks.count(PROBATION) + blocks.count(PROTECTED);
    }

    @Override
    public long bytes() {
        return blocks.bytes(WINDOW) + blocks.bytes(PROBATION) + blocks.bytes(PROTECTED);
    }

    /// For as many blocks of this size as fit, or as there are. A sketch that starts too small for
    /// the cache halves its counts too often while it grows.
    private void reservePopularity(long sizeBytes) {
        long fitting = Math.min(FIRST_BLOCKS, capacityBytes / Math.max(1, sizeBytes));
        popularity.reserve(Math.max(count(), (int) fitting));
    }

    private boolean admits(long candidateId, long victimId) {
        int popularityOfCandidate = popularity.estimate(candidateId);
        return popularityOfCandidate > popularity.estimate(victimId)
                || (popularityOfCandidate >= WARM && nextRandom() % CHANCES == 0);
    }

    private int oldestOfMain() {
        int slot = blocks.oldest(PROBATION);
        if (slot == BlockLists.ABSENT) {
            slot = blocks.oldest(PROTECTED);
        }
        return slot == BlockLists.ABSENT ? blocks.oldest(WINDOW) : slot;
    }

    private void pushOutOfWindow() {
        candidate = blocks.oldest(WINDOW);
        blocks.moveTo(PROBATION, candidate);
    }

    private void limitProtected() {
        while (blocks.bytes(PROTECTED) > protectedBytes) {
            blocks.moveTo(PROBATION, blocks.oldest(PROTECTED));
        }
    }

    private void remove(int slot) {
        if (slot == candidate) {
            candidate = BlockLists.ABSENT;
        }
        blocks.remove(slot);
    }

    private void sample(boolean isHit, long sizeBytes) {
        if (!isFull) {
            return;
        }
        sampleRequests++;
        sampleHits += isHit ? 1 : 0;
        sampleBytes += sizeBytes;
        if (sampleBytes >= SAMPLE_CAPACITIES * capacityBytes) {
            climb((double) sampleHits / sampleRequests);
            sampleRequests = 0;
            sampleHits = 0;
            sampleBytes = 0;
        }
    }

    private void climb(double hitRatio) {
        if (hitRatio < lastHitRatio) {
            growsWindow = !growsWindow;
        }
        if (Math.abs(hitRatio - lastHitRatio) >= RESTART_CHANGE) {
            stepBytes = capacityBytes * STEP_SHARE;
        }
        lastHitRatio = hitRatio;
        if (growsWindow) {
            growWindow(Math.min(stepBytes, protectedBytes));
        } else {
            shrinkWindow(Math.min(stepBytes, windowBytes));
        }
        stepBytes *= STEP_DECAY;
    }

    private void growWindow(double bytes) {
        windowBytes += bytes;
        protectedBytes -= bytes;
        limitProtected();
        int slot;
        while ((slot = blocks.oldest(PROBATION)) != BlockLists.ABSENT
                && blocks.bytes(WINDOW) + blocks.sizeBytes(slot) <= windowBytes) {
            if (slot == candidate) {
                candidate = BlockLists.ABSENT;
            }
            blocks.moveTo(WINDOW, slot);
        }
    }

    private void shrinkWindow(double bytes) {
        windowBytes -= bytes;
        protectedBytes += bytes;
        while (blocks.bytes(WINDOW) > windowBytes) {
            blocks.moveToOldest(PROBATION, blocks.oldest(WINDOW));
        }
    }

    /// A counter and a hash of it, as in SplitMix64; not negative.
    private long nextRandom() {
        random += 0x9e3779b97f4a7c15L;
        long x = random * 0xd1342543de82ef95L;
        return (x ^ x >>> 32) >>> 1;
    }

    /// Whether the structure underneath holds together; for assertions. Linear.
    boolean consistent() {
        return blocks.consistent();
    }
}
