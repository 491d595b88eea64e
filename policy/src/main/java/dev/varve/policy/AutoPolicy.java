package dev.varve.policy;

import java.util.List;
import java.util.stream.IntStream;

/// Lets rivals run beside the policy in force as shadow caches, and puts in force the one that has
/// had more hits lately.
///
/// While the shadows are as large as the cache, the cache *follows* the one that leads (see
/// [Following]): a change of lead costs little, so it takes little evidence. Where there are more
/// blocks than shadows may have, the shadows see a sample (see [Miniatures]) and the leader's
/// policy has all blocks; then a change means that another policy takes the blocks over, without
/// a history (see [Handover]), and takes more evidence.
///
/// Hits are counted, not bytes: a miss costs a request its wait. Where blocks are alike in size, as
/// in a KV cache, it makes no difference.
///
/// Every call does a bounded amount of work: a few blocks are moved or looked at. About 100 bytes
/// for each rival and block of the sample.
///
/// Confined: the caller serialises all calls.
public final class AutoPolicy implements EvictionPolicy {
    /// Sampled references between two looks at who leads.
    private static final int LOOK_EVERY = 16;
    /// Sizes that the curve tells of, as multiples of the present one.
    private static final List<Double> CURVE = List.of(0.25, 0.5, 1.0, 2.0, 4.0);
    /// The curve costs as much as a rival: it sees a part of the sample.
    private static final int CURVE_PART = 8;

    private final List<Rival> rivals;
    private final Tuning tuning;
    private final Miniatures contest;
    private Miniatures curve;
    /// Sizes of the blocks present that belonged to the sample when they came.
    private final BlockLists sizes = new BlockLists(1);
    private int leader;
    private EvictionPolicy real;
    private long capacityBytes;
    private long announced = NONE;
    private long changes;

    /// What decides how fast the policy in force changes.
    ///
    /// @param sampleBlocks blocks that a shadow of the cache's size has at most
    /// @param halfLife     after how many references hits count half, in blocks of the sample
    /// @param minHalfLife  the least of it, in references
    /// @param followLead   lead that suffices where changing costs little; see [Miniatures#lead]
    /// @param switchLead   lead that suffices where blocks have to be handed over
    public record Tuning(
            int sampleBlocks,
            double halfLife,
            double minHalfLife,
            double followLead,
            double switchLead) {
        public static final Tuning DEFAULT = new Tuning(4096, 2, 512, 1, 2);
    }

    /// How things stand.
    ///
    /// @param active    the name of the policy in force
    /// @param changes   how often that has changed
    /// @param rate      the part of the blocks that the figures rest upon, 0 to 1
    /// @param seen      references that they rest upon, of which later ones count more
    /// @param hitRatio  what the cache itself reached of these, 0 to 1
    /// @param standings each rival's name and what it would have reached
    /// @param curve     what the policy in force reaches with other sizes of memory
    public record Report(
            String active,
            long changes,
            double rate,
            long seen,
            double hitRatio,
            List<Standing> standings,
            List<Point> curve) {

        /// What the best rival would have had over the cache itself, in hits of a reference; at
        /// least 0.
        public double regret() {
            return Math.max(0, standings.stream().mapToDouble(Standing::hitRatio).max().orElse(0)
                    - hitRatio);
        }
    }

    /// @param hitRatio of the references lately, 0 to 1
    public record Standing(String rival, double hitRatio) {}

    /// @param factor   size of memory as a multiple of the present one
    /// @param hitRatio of the references lately, 0 to 1
    public record Point(double factor, double hitRatio) {}

    /// @param rivals        1 to 16; the first is in force at the start
    /// @param capacityBytes what the blocks present may take together, at least 1
    public AutoPolicy(List<Rival> rivals, long capacityBytes, Tuning tuning) {
        if (rivals.isEmpty() || rivals.size() > 16 || capacityBytes < 1) {
            throw new IllegalArgumentException("rivals (" + rivals.size()
                    + ") must be 1 to 16, capacity (" + capacityBytes + " bytes) at least 1 byte");
        }
        this.rivals = List.copyOf(rivals);
        this.tuning = tuning;
        this.capacityBytes = capacityBytes;
        contest = new Miniatures(
                rivals.stream().map(rival -> new Miniatures.Model(rival.policy(), 1)).toList(),
                capacityBytes, tuning.sampleBlocks(), tuning.halfLife(), tuning.minHalfLife());
        curve = newCurve();
        real = new Following(contest.shadow(leader));
    }

    /// How things stand. Allocates.
    public Report report() {
        return new Report(rivals.get(leader).name(), changes, contest.rate(), contest.counted(),
                contest.realHitRatio(),
                IntStream.range(0, rivals.size())
                        .mapToObj(i -> new Standing(rivals.get(i).name(), contest.hitRatio(i)))
                        .toList(),
                IntStream.range(0, CURVE.size())
                        .mapToObj(i -> new Point(CURVE.get(i), curve.hitRatio(i)))
                        .toList());
    }

    @Override
    public void expected(long id, long sizeBytes) {
        reference(id, sizeBytes, false);
        announced = id;
        real.expected(id, sizeBytes);
    }

    @Override
    public void inserted(long id, long sizeBytes) {
        Arguments.checkBlock(id, sizeBytes);
        if (real.contains(id)) {
            throw Arguments.alreadyPresent(id);
        }
        if (id != announced) {
            reference(id, sizeBytes, false);
        }
        announced = NONE;
        real.inserted(id, sizeBytes);
        if (contest.isSampled(id)) {
            sizes.add(0, id, sizeBytes);
        }
        if (real.bytes() > capacityBytes) {
            resize(real.bytes());
        }
    }

    @Override
    public void accessed(long id) {
        if (contest.isSampled(id)) {
            int slot = sizes.find(id);
            if (slot != BlockLists.ABSENT) {
                reference(id, sizes.sizeBytes(slot), true);
            }
        }
        real.accessed(id);
    }

    @Override
    public void removed(long id) {
        real.removed(id);
        forget(id);
        contest.remove(id);
        curve.remove(id);
    }

    @Override
    public long victim() {
        long bytes = real.bytes();
        if (bytes > 0 && bytes < capacityBytes) {
            resize(bytes);
        }
        long id = real.victim();
        forget(id);
        return id;
    }

    @Override
    public void spared(long id, long sizeBytes) {
        Arguments.checkBlock(id, sizeBytes);
        if (!real.contains(id)) {
            real.spared(id, sizeBytes);
            if (contest.isSampled(id)) {
                sizes.add(0, id, sizeBytes);
            }
        }
    }

    @Override
    public boolean contains(long id) {
        return real.contains(id);
    }

    @Override
    public int count() {
        return real.count();
    }

    @Override
    public long bytes() {
        return real.bytes();
    }

    private void forget(long id) {
        int slot = sizes.find(id);
        if (slot != BlockLists.ABSENT) {
            sizes.remove(slot);
        }
    }

    private void resize(long bytes) {
        capacityBytes = bytes;
        contest.capacityBytes(bytes);
        curve.capacityBytes(bytes);
    }

    private void reference(long id, long sizeBytes, boolean present) {
        if (!contest.isSampled(id)) {
            return;
        }
        contest.reference(id, sizeBytes, present, this::left);
        if (curve.isSampled(id)) {
            curve.reference(id, sizeBytes, present, AutoPolicy::ignore);
        }
        if (contest.counted() % LOOK_EVERY == 0) {
            look();
        }
    }

    private static void ignore(int shadow, long id) {}

    private void left(int shadow, long id) {
        if (shadow == leader && real instanceof Following following) {
            following.left(id);
        }
    }

    private void look() {
        if (real instanceof Handover handover) {
            if (!handover.isDone()) {
                return;
            }
            real = handover.target();
        }
        curve.fit(real.count());
        if (contest.fit(real.count())) {
            if (real instanceof Following) {
                real = new Handover(real, fresh(leader));
            }
            return;
        }
        int best = IntStream.range(0, contest.count())
                .reduce(leader, (a, b) -> contest.hitRatio(b) > contest.hitRatio(a) ? b : a);
        double needed = real instanceof Following ? tuning.followLead() : tuning.switchLead();
        if (best != leader && contest.lead(best, leader) > needed) {
            leader = best;
            changes++;
            curve = newCurve();
            if (real instanceof Following following) {
                following.follow(contest.shadow(best));
            } else {
                real = new Handover(real, fresh(best));
            }
        }
    }

    private Miniatures newCurve() {
        var policy = rivals.get(leader).policy();
        return new Miniatures(
                CURVE.stream().map(factor -> new Miniatures.Model(policy, factor)).toList(),
                capacityBytes, tuning.sampleBlocks() / CURVE_PART, tuning.halfLife(),
                tuning.minHalfLife());
    }

    private EvictionPolicy fresh(int rival) {
        return rivals.get(rival).policy().apply(Math.max(1, capacityBytes));
    }

    /// Whether the structures underneath hold together; for assertions. Linear.
    boolean consistent() {
        return sizes.consistent() && !(real instanceof Following following && !following.consistent());
    }
}
