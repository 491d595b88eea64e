package dev.varve.policy;

import java.util.Arrays;
import java.util.SplittableRandom;

/// Evicts, of some blocks taken at random, the one that is least likely to come back soon for its
/// size, by what a model has learnt from the traffic ([LogisticReturns]).
///
/// The optimum evicts what comes back last (Belady, 1966). A cache may approach it by forecasting
/// that of a sample, and blocks far enough away need not be told apart (Song, Berger, Li, Lloyd:
/// "Learning relaxed Belady for content distribution network caching", NSDI 2020, whose features
/// these are, without the counters that decay). Few candidates and a cheap model make that fast
/// (Song et al.: "HALP", NSDI 2023; Zhou et al.: "3L-Cache", FAST 2025). Ours differs in that it
/// learns with each reference, from the first one on:
///
///   - Each reference *looks* at two remembered blocks, present or not, at random. A block that has
///     grown older since the last look is a lesson: it was worth what it is worth now, less for the
///     time that has passed (Sutton: "Learning to predict by the methods of temporal differences",
///     Machine Learning 3, 1988). One that comes back is a lesson of what that counts. So a block
///     teaches while it waits, and nobody has to wait for what never comes back.
///   - What was evicted is remembered without its bytes, three blocks for each one present. So what
///     is learnt does not depend on what the policy keeps.
///   - The victim is one of 24 blocks present, or the one that came in last: that one must go where
///     traffic goes round in a loop, and nothing else would find it among many.
///
/// Time is what is asked for, in bytes, so that a replay at any speed decides alike. A hit moves it
/// on by a quarter: what happens is that blocks come in and others leave. About 60 bytes for each
/// block remembered, so 240 for each one present.
///
/// Confined: the caller serialises all calls.
public final class LearnedPolicy implements EvictionPolicy {
    private static final int PRESENT = 0;
    private static final int GHOST = 1;

    private static final int GHOSTS_FOR_EACH = 3;
    private static final int CANDIDATES = 24;
    private static final int LOOKS = 2;
    private static final double TIME_OF_A_MISS = 1;
    private static final double TIME_OF_A_HIT = 0.25;
    private static final int FIRST_PLACES = 64;

    private final BlockLists blocks = new BlockLists(2);
    private final LogisticReturns returns = new LogisticReturns();
    private final SplittableRandom random;
    private double ticksPerByte;
    private double clock;

    /// The place of each slot. Blocks present have the first places, all others those behind.
    private int[] places = new int[FIRST_PLACES];
    // Of each place:
    private int[] slots = new int[FIRST_PLACES];
    private long[] histories = new long[FIRST_PLACES];
    /// How long the block had waited when it was last looked at, in ticks.
    private int[] looked = new int[FIRST_PLACES];

    /// @param capacityBytes what the blocks present may take together, at least 1; the caller keeps
    ///        to it, the policy measures time by it
    /// @param seed          of the choice of candidates
    public LearnedPolicy(long capacityBytes, long seed) {
        random = new SplittableRandom(seed);
        resized(capacityBytes);
    }

    @Override
    public void inserted(long id, long sizeBytes) {
        Arguments.checkNew(this, id, sizeBytes);
        advance(sizeBytes, TIME_OF_A_MISS);
        int slot = blocks.find(id);
        long history;
        if (slot == BlockLists.ABSENT) {
            history = TouchHistory.begun(now(), sizeBytes);
        } else {
            history = comesBack(places[slot], sizeBytes);
            // It may have another size now.
            drop(slot);
        }
        add(id, sizeBytes, history);
    }

    @Override
    public void accessed(long id) {
        int slot = blocks.find(id);
        if (isPresent(slot)) {
            long sizeBytes = blocks.sizeBytes(slot);
            advance(sizeBytes, TIME_OF_A_HIT);
            int place = places[slot];
            histories[place] = comesBack(place, sizeBytes);
            looked[place] = 0;
        }
    }

    /// Also forgets that the block ever was: what was deleted does not come back by itself.
    @Override
    public void removed(long id) {
        int slot = blocks.find(id);
        if (slot != BlockLists.ABSENT) {
            drop(slot);
        }
    }

    @Override
    public long victim() {
        int count = count();
        if (count == 0) {
            return NONE;
        }
        int worst = places[blocks.newest(PRESENT)];
        double least = worth(worst);
        for (int i = 0; i < CANDIDATES; i++) {
            int place = random.nextInt(count);
            double worth = worth(place);
            if (worth < least) {
                least = worth;
                worst = place;
            }
        }
        int slot = slots[worst];
        swap(worst, count - 1);
        blocks.moveTo(GHOST, slot);
        limitGhosts();
        return blocks.id(slot);
    }

    @Override
    public void learnFrom(EvictionPolicy other) {
        if (other instanceof LearnedPolicy experienced) {
            returns.learnFrom(experienced.returns);
        }
    }

    /// As if it had come back just now, but that is no lesson.
    @Override
    public void spared(long id, long sizeBytes) {
        Arguments.checkBlock(id, sizeBytes);
        int slot = blocks.find(id);
        if (isPresent(slot)) {
            return;
        }
        long history = TouchHistory.begun(now(), sizeBytes);
        int age = 0;
        if (slot != BlockLists.ABSENT) {
            history = histories[places[slot]];
            age = TouchHistory.age(TouchHistory.waited(history, now()));
            drop(slot);
        }
        add(id, sizeBytes, TouchHistory.cameBack(history, now(), age, sizeBytes));
    }

    /// Blocks keep the ages that they had reached.
    @Override
    public void resized(long capacityBytes) {
        Arguments.checkCapacity(capacityBytes);
        ticksPerByte = (double) TouchHistory.TICKS / capacityBytes;
    }

    @Override
    public boolean contains(long id) {
        return isPresent(blocks.find(id));
    }

    @Override
    public int count() {
        return blocks.count(PRESENT);
    }

    @Override
    public long bytes() {
        return blocks.bytes(PRESENT);
    }

    private boolean isPresent(int slot) {
        return slot != BlockLists.ABSENT && blocks.listOf(slot) == PRESENT;
    }

    /// How much a byte of a block seems worth, as a logarithm.
    private double worth(int place) {
        long history = histories[place];
        return returns.logChance(history, TouchHistory.age(TouchHistory.waited(history, now())))
                - TouchHistory.logBytes(history);
    }

    private int now() {
        return (int) (long) clock;
    }

    private void advance(long bytes, double times) {
        clock += times * bytes * ticksPerByte;
        int count = remembered();
        for (int i = 0; i < LOOKS && count > 0; i++) {
            look(random.nextInt(count));
        }
    }

    /// Learns from a block that still waits, if it has grown older since it was last looked at.
    private void look(int place) {
        long history = histories[place];
        int waited = TouchHistory.waited(history, now());
        int age = TouchHistory.age(waited);
        int ageBefore = TouchHistory.age(looked[place]);
        if (age != ageBefore) {
            double seems = age == TouchHistory.AGES - 1 ? 0 : returns.chance(history, age);
            returns.learn(history, ageBefore,
                    seems * LogisticReturns.faded(waited - looked[place]));
            looked[place] = waited;
        }
    }

    /// Learns from a block that comes back.
    ///
    /// @return its history from now on
    private long comesBack(int place, long sizeBytes) {
        long history = histories[place];
        int waited = TouchHistory.waited(history, now());
        returns.learn(history, TouchHistory.age(looked[place]),
                LogisticReturns.faded(waited - looked[place]));
        return TouchHistory.cameBack(history, now(), TouchHistory.age(waited), sizeBytes);
    }

    private void limitGhosts() {
        while (blocks.count(GHOST) > GHOSTS_FOR_EACH * (1L + count())) {
            int slot = blocks.oldest(GHOST);
            int place = places[slot];
            returns.learn(histories[place], TouchHistory.age(looked[place]), 0);
            drop(slot);
        }
    }

    /// Adds a block that is not remembered, as one that is present.
    private void add(long id, long sizeBytes, long history) {
        int slot = blocks.add(PRESENT, id, sizeBytes);
        int last = remembered() - 1;
        if (slot >= places.length) {
            places = Arrays.copyOf(places, 2 * slot);
        }
        if (last >= slots.length) {
            slots = Arrays.copyOf(slots, 2 * last);
            histories = Arrays.copyOf(histories, 2 * last);
            looked = Arrays.copyOf(looked, 2 * last);
        }
        slots[last] = slot;
        histories[last] = history;
        looked[last] = 0;
        places[slot] = last;
        swap(last, count() - 1);
    }

    /// Forgets a block.
    private void drop(int slot) {
        int place = places[slot];
        if (isPresent(slot)) {
            swap(place, count() - 1);
            place = count() - 1;
        }
        swap(place, remembered() - 1);
        blocks.remove(slot);
    }

    private void swap(int one, int other) {
        int slot = slots[one];
        long history = histories[one];
        int at = looked[one];
        put(one, slots[other], histories[other], looked[other]);
        put(other, slot, history, at);
    }

    private void put(int place, int slot, long history, int at) {
        slots[place] = slot;
        histories[place] = history;
        looked[place] = at;
        places[slot] = place;
    }

    /// How many blocks are remembered, present or not.
    int remembered() {
        return blocks.count(PRESENT) + blocks.count(GHOST);
    }

    /// Whether the structures underneath hold together; for assertions. Linear.
    boolean consistent() {
        for (int place = 0; place < remembered(); place++) {
            int slot = slots[place];
            if (places[slot] != place || isPresent(slot) != place < count()) {
                return false;
            }
        }
        return blocks.consistent();
    }
}
