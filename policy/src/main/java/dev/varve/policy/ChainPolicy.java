package dev.varve.policy;

import java.util.function.IntToDoubleFunction;

/// Evicts the block that is least likely to return for the room it takes, as the traffic itself
/// teaches it; made for the KV caches of language models, where blocks come in chains.
///
/// A request touches the blocks of its prompt in order, each after the one that precedes it in the
/// prompt ([#follows]). What it touches shares its fate: a conversation goes on, and all of it is
/// asked for again, or it does not. So blocks are kept and judged in *runs*, those of one request
/// that were touched equally often, and told apart by
///
///   - whether they are new or came *back*. New ones by how many the request brought, in powers of
///     two, and whether it *went on* from blocks that were known: short prompts return more often
///     than long ones, and a long addition to a known beginning is mostly a template filled in,
///     which does not return. Those that came back by how often;
///   - whether anything *followed*: the last block of a prompt is rarely whole, and then nobody
///     asks for it again;
///   - whether they were *left*: a request came as far as the run and then went another way.
///
/// How likely each category returns at each age, and what that is worth, [ReturnOdds] learns: there
/// is no figure about any traffic here. That reuse can be told from category, turn and age is what
/// Wang et al. found in production ("KVCache Cache in the Wild", USENIX ATC 2025); value per byte
/// and leaves before their trunk is Marconi's way (Pan et al., MLSys 2025).
///
/// The victim is the tail of the oldest run of the category and age with the least value, which may
/// be the youngest of all: what will not return is let go at once. A head outlives what follows it,
/// which is of no use without it. What was evicted is remembered without its bytes, up to eight
/// capacities and eight blocks for each one present, about 50 bytes each: its return is a lesson,
/// and it comes in as what it is.
///
/// Without [#follows] each block is a chain of its own, told apart by touches and age alone.
///
/// Confined: the caller serialises all calls.
public final class ChainPolicy implements EvictionPolicy {
    private static final int PRESENT = 0;
    private static final int GHOST = 1;
    /// Marks of a block: what is known of its request since it was touched.
    private static final int ALONE = 0;
    private static final int IN_CHAIN = 1;
    /// It is in a chain, and another block followed it.
    private static final int FOLLOWED = 2;

    private static final int GHOSTS_FOR_EACH = 8;
    private static final int TICKS = 64;
    private static final int LESSONS = 16;
    /// A tick and a lesson take as long as some dozens of touches, so in a small cache there are at
    /// least as many in between.
    private static final int TICK_TOUCHES = 16;
    private static final int LESSON_TOUCHES = 32;
    /// How many requests may be under way between each other. One more ends the one that has not
    /// moved for longest.
    private static final int OPEN_CHAINS = 16;

    private static final int MAX_TOUCHES = 8;
    private static final int LENGTHS = 8;
    private static final int UNFOLLOWED = 0;
    private static final int LEFT = 1;
    private static final int NEW = 2;
    private static final int WENT_ON = NEW + LENGTHS;
    private static final int BACK = WENT_ON + LENGTHS;
    private static final int CATEGORIES = BACK + MAX_TOUCHES - 1;

    private static final int KIND_REST = 0;
    private static final int KIND_NEW = 1;
    private static final int KIND_WENT_ON = 2;
    private static final int KIND_BACK = 3;
    /// What returned once is twice as likely to return, until traffic says otherwise.
    private static final double[] BELIEFS = {1, 1, 1, 2};

    private final BlockLists blocks = new BlockLists(2);
    private final Ranking ranking = new Ranking(CATEGORIES * ReturnOdds.AGES);
    private final Runs runs = new Runs(CATEGORIES, ReturnOdds.AGES, ranking);
    private final ReturnOdds odds;
    private final IntToDoubleFunction worth;
    private final Chain[] chains = new Chain[OPEN_CHAINS];
    private long ghostBytes;
    private double tickBytes;
    private double lessonBytes;

    /// Bytes touched so far.
    private long time;
    private double nextTick;
    private double nextLesson;
    private int touchesSinceTick = TICK_TOUCHES;
    private int touchesSinceLesson;

    /// Counts the touches of all requests; for their order.
    private long moves;

    /// A request under way: what it has touched so far. Runs are known by name, for they may be
    /// gone meanwhile.
    private static final class Chain {
        /// Slot of the block touched last.
        private int tail = BlockLists.ABSENT;
        private int newBlocks;
        private int backBlocks;
        /// The runs that its next block may join.
        private long newRun = Runs.NONE;
        private long backRun = Runs.NONE;
        /// The run that its last block came out of.
        private long origin = Runs.NONE;
        private long movedAt = -1;

        void begin() {
            tail = BlockLists.ABSENT;
            newBlocks = 0;
            backBlocks = 0;
            newRun = Runs.NONE;
            backRun = Runs.NONE;
            origin = Runs.NONE;
        }
    }

    /// @param capacityBytes what the blocks present may take together, at least 1; the caller keeps
    ///        to it, the policy measures time by it
    public ChainPolicy(long capacityBytes) {
        Arguments.checkCapacity(capacityBytes);
        odds = new ReturnOdds(capacityBytes, kinds(), BELIEFS);
        worth = place -> odds.value(place / ReturnOdds.AGES, place % ReturnOdds.AGES);
        for (int i = 0; i < OPEN_CHAINS; i++) {
            chains[i] = new Chain();
        }
        ranking.order(worth);
        resize(capacityBytes);
    }

    private void resize(long capacityBytes) {
        ghostBytes = (long) Math.min(Long.MAX_VALUE, (double) GHOSTS_FOR_EACH * capacityBytes);
        tickBytes = (double) capacityBytes / TICKS;
        lessonBytes = (double) capacityBytes / LESSONS;
    }

    private static int[] kinds() {
        int[] kinds = new int[CATEGORIES];
        for (int category = 0; category < CATEGORIES; category++) {
            kinds[category] = category < NEW
                    ? KIND_REST
                    : category < WENT_ON ? KIND_NEW : category < BACK ? KIND_WENT_ON : KIND_BACK;
        }
        return kinds;
    }

    @Override
    public void inserted(long id, long sizeBytes) {
        Arguments.checkBlock(id, sizeBytes);
        int slot = blocks.find(id);
        if (slot != BlockLists.ABSENT && blocks.listOf(slot) == PRESENT) {
            throw Arguments.alreadyPresent(id);
        }
        advance(sizeBytes);
        int touches = 1;
        long origin = Runs.NONE;
        if (slot != BlockLists.ABSENT) {
            touches += runs.touches(slot);
            origin = comesBack(slot);
            // It may have another size now.
            drop(slot);
        }
        standAlone(blocks.add(PRESENT, id, sizeBytes), touches, origin);
    }

    @Override
    public void accessed(long id) {
        int slot = blocks.find(id);
        if (slot != BlockLists.ABSENT && blocks.listOf(slot) == PRESENT) {
            advance(blocks.sizeBytes(slot));
            standAlone(slot, runs.touches(slot) + 1, comesBack(slot));
        }
    }

    @Override
    public void follows(long id, long predecessor) {
        int slot = blocks.find(id);
        if (slot != BlockLists.ABSENT && blocks.listOf(slot) == PRESENT
                && blocks.mark(slot) == ALONE) {
            var chain = chainAfter(predecessor);
            goesOn(chain, runs.origin(runs.of(slot)));
            leaveRun(slot);
            join(chain, slot);
        }
    }

    /// Also forgets that the block ever was: what was deleted does not come back by itself.
    @Override
    public void removed(long id) {
        int slot = blocks.find(id);
        if (slot != BlockLists.ABSENT) {
            leaveRun(slot);
            drop(slot);
        }
    }

    @Override
    public long victim() {
        int worst = Runs.NONE;
        int place = ranking.least();
        while (place != Ranking.NONE) {
            int run = runs.oldest(place);
            if (worst == Runs.NONE || runs.since(run) < runs.since(worst)) {
                worst = run;
            }
            place = ranking.nextEqual(place);
        }
        if (worst == Runs.NONE) {
            return NONE;
        }
        int slot = runs.tail(worst);
        long id = blocks.id(slot);
        runs.evicted(slot);
        blocks.moveTo(GHOST, slot);
        limitGhosts();
        return id;
    }

    @Override
    public void spared(long id, long sizeBytes) {
        Arguments.checkBlock(id, sizeBytes);
        int slot = blocks.find(id);
        if (slot != BlockLists.ABSENT && blocks.listOf(slot) == PRESENT) {
            return;
        }
        int touches = 1;
        if (slot != BlockLists.ABSENT) {
            touches = runs.touches(slot);
            leaveRun(slot);
            drop(slot);
        }
        standAlone(blocks.add(PRESENT, id, sizeBytes), touches + 1, Runs.NONE);
    }

    /// Blocks keep the ages that they had reached.
    @Override
    public void resized(long capacityBytes) {
        Arguments.checkCapacity(capacityBytes);
        odds.resize(capacityBytes);
        resize(capacityBytes);
    }

    @Override
    public void learnFrom(EvictionPolicy other) {
        if (other instanceof ChainPolicy experienced) {
            odds.learnFrom(experienced.odds);
            ranking.order(worth);
        }
    }

    /// The chance that a block comes back before 1.25 capacities have been asked for, 0 to 1; 0 for
    /// one that is not remembered.
    double chance(long id) {
        int slot = blocks.find(id);
        if (slot == BlockLists.ABSENT) {
            return 0;
        }
        int run = runs.of(slot);
        return odds.chance(runs.category(run), runs.age(run));
    }

    @Override
    public boolean contains(long id) {
        int slot = blocks.find(id);
        return slot != BlockLists.ABSENT && blocks.listOf(slot) == PRESENT;
    }

    @Override
    public int count() {
        return blocks.count(PRESENT);
    }

    @Override
    public long bytes() {
        return blocks.bytes(PRESENT);
    }

    /// The request whose last block is this one; a new one where there is none.
    private Chain chainAfter(long predecessor) {
        int before = predecessor == NONE ? BlockLists.ABSENT : blocks.find(predecessor);
        var stalest = chains[0];
        for (var chain : chains) {
            if (before != BlockLists.ABSENT && chain.tail == before) {
                chain.movedAt = ++moves;
                blocks.mark(before, FOLLOWED);
                return chain;
            }
            stalest = chain.movedAt < stalest.movedAt ? chain : stalest;
        }
        end(stalest);
        stalest.begin();
        stalest.movedAt = ++moves;
        if (before != BlockLists.ABSENT) {
            takeBack(before);
        }
        return stalest;
    }

    /// The last block of a request becomes one that nothing followed.
    private void end(Chain chain) {
        int slot = chain.tail;
        if (slot != BlockLists.ABSENT && blocks.mark(slot) == IN_CHAIN) {
            int run = runs.of(slot);
            long since = runs.since(run);
            int age = runs.age(run);
            leaveRun(slot);
            runs.add(runs.open(UNFOLLOWED, age, since), slot, blocks.sizeBytes(slot),
                    blocks.listOf(slot) == PRESENT);
        }
    }

    /// The request of a block that was thought to be the last goes on after all.
    private void takeBack(int slot) {
        blocks.mark(slot, FOLLOWED);
        int run = runs.of(slot);
        if (runs.category(run) == UNFOLLOWED) {
            int touches = runs.touches(slot);
            runs.move(run, single(touches), runs.age(run));
        }
    }

    /// A block that is known was asked for: a lesson. It leaves its run.
    ///
    /// @return the name of that run
    private long comesBack(int slot) {
        int run = runs.of(slot);
        long name = runs.name(run);
        odds.returned(runs.category(run), runs.age(run), blocks.sizeBytes(slot));
        leaveRun(slot);
        return name;
    }

    /// A block is touched that nobody has said anything about yet.
    private void standAlone(int slot, int touches, long origin) {
        int run = runs.open(single(touches), 0, time);
        runs.origin(run, origin);
        runs.touches(slot, touches);
        runs.add(run, slot, blocks.sizeBytes(slot), true);
        blocks.mark(slot, ALONE);
    }

    /// A request has touched a block that came out of this run. What remains of the run that its
    /// block before came out of has been left, if that is another.
    private void goesOn(Chain chain, long name) {
        if (chain.origin != name) {
            int left = runs.named(chain.origin);
            if (left != Runs.NONE && chain.origin != chain.newRun && chain.origin != chain.backRun
                    && runs.category(left) >= NEW) {
                runs.renew(left, LEFT, time);
            }
            chain.origin = name;
            chain.backRun = Runs.NONE;
        }
    }

    private void join(Chain chain, int slot) {
        int touches = runs.touches(slot);
        int run;
        if (touches == 1) {
            chain.newBlocks++;
            int category = (chain.backBlocks > 1 ? WENT_ON : NEW) + length(chain.newBlocks);
            run = runs.named(chain.newRun);
            if (run == Runs.NONE) {
                run = runs.open(category, 0, time);
            } else if (runs.category(run) != category) {
                runs.move(run, category, runs.age(run));
            }
            chain.newRun = runs.name(run);
        } else {
            chain.backBlocks++;
            int category = back(touches);
            run = runs.named(chain.backRun);
            if (run == Runs.NONE || runs.category(run) != category) {
                run = runs.open(category, 0, time);
            }
            chain.backRun = runs.name(run);
        }
        runs.add(run, slot, blocks.sizeBytes(slot), true);
        blocks.mark(slot, IN_CHAIN);
        chain.tail = slot;
    }

    /// The category of a block alone.
    private static int single(int touches) {
        return touches == 1 ? NEW : back(touches);
    }

    private static int back(int touches) {
        return BACK + Math.min(touches, MAX_TOUCHES) - 2;
    }

    /// The logarithm of a number of blocks, rounded up: 0 for 1, 1 for 2, 2 for 3 and 4.
    private static int length(int count) {
        return Math.min(LENGTHS - 1, Integer.SIZE - Integer.numberOfLeadingZeros(count - 1));
    }

    /// Time goes on by as much as is asked for.
    private void advance(long sizeBytes) {
        time += sizeBytes;
        touchesSinceTick++;
        if (time >= nextTick && touchesSinceTick >= TICK_TOUCHES) {
            touchesSinceTick = 0;
            nextTick = time + tickBytes;
            for (int category = 0; category < CATEGORIES; category++) {
                for (int age = 0; age < ReturnOdds.AGES - 1; age++) {
                    grow(category, age);
                }
            }
        }
        touchesSinceLesson++;
        if (time >= nextLesson && touchesSinceLesson >= LESSON_TOUCHES) {
            touchesSinceLesson = 0;
            nextLesson = time + lessonBytes;
            odds.learn();
            ranking.order(worth);
        }
    }

    /// Moves what is old enough to the next age.
    private void grow(int category, int age) {
        int place = runs.place(category, age);
        double end = odds.beginBytes(age + 1);
        for (int run; (run = runs.oldest(place)) != Runs.NONE
                && time - runs.since(run) >= end;) {
            odds.passed(category, age, runs.bytes(run));
            runs.move(run, category, age + 1);
        }
        for (int run; (run = runs.oldestAbsent(place)) != Runs.NONE
                && time - runs.since(run) >= end;) {
            odds.passed(category, age, runs.bytes(run));
            runs.move(run, category, age + 1);
        }
    }

    private void limitGhosts() {
        while (blocks.bytes(GHOST) > ghostBytes
                || blocks.count(GHOST) > GHOSTS_FOR_EACH * (1L + count())) {
            int slot = blocks.oldest(GHOST);
            leaveRun(slot);
            drop(slot);
        }
    }

    private void leaveRun(int slot) {
        runs.remove(slot, blocks.sizeBytes(slot), blocks.listOf(slot) == PRESENT);
    }

    /// Forgets a block that is in no run.
    private void drop(int slot) {
        for (var chain : chains) {
            chain.tail = chain.tail == slot ? BlockLists.ABSENT : chain.tail;
        }
        blocks.remove(slot);
    }

    /// How many blocks are remembered that are not present.
    int remembered() {
        return blocks.count(GHOST);
    }

    /// Whether the structures underneath hold together; for assertions. Linear.
    boolean consistent() {
        return blocks.consistent() && runs.consistent(blocks, PRESENT);
    }
}
