package dev.varve.policy;

import dev.varve.policy.Rival.Suits;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// Lets rivals run beside the policy in force as shadow caches, and puts in force the one that has
/// gained on it.
///
/// **When it changes.** The hits of each rival's shadow are counted against those of the leader's:
/// one more where the rival alone hit, one fewer where the leader alone did, and never below 0
/// (Page: "Continuous inspection schemes", Biometrika 41, 1954, which finds a change soonest for a
/// given number of false alarms). A change costs the blocks that the rival's shadow has and the
/// cache has not, since each of them will be missed once. A rival takes the lead when its gain is
/// some times that cost, so that what is paid for changes stays a fraction of what they brought
/// (as with skis that are bought when the rent has come to their price). So policies that hold
/// much the same take turns easily, and a loop in which two hold different halves is left alone.
///
/// A rival that is sure of what comes need not gain; see [Certainty].
///
/// **How it changes.** While the shadows are as large as the cache, the cache *follows* the leader
/// (see [Following]), which has a history. Where there are more blocks than shadows may have, they
/// see a sample (see [Miniatures]) and a policy of the leader's kind has all blocks; then a change
/// means that another takes the blocks over, without a history (see [Handover]).
///
/// Hits are counted, not bytes: a miss costs a request its wait. Where blocks are alike in size, as
/// in a KV cache, it makes no difference.
///
/// Every call does a bounded amount of work: a few blocks are moved or looked at. About 100 bytes
/// for each rival and block of the sample.
///
/// Confined: the caller serialises all calls.
public final class AutoPolicy implements EvictionPolicy {
    /// How soon references are forgotten, in turnovers of the blocks.
    private static final double HALF_LIFE = 4;
    /// Sampled references between two looks at who leads.
    private static final int LOOK_EVERY = 16;
    private static final int MAX_RIVALS = 16;
    /// Where blocks are so few that their sizes say nothing of those to come.
    private static final int FEW_BLOCKS = 16;
    /// Sizes that the curve tells of, as multiples of the present one.
    private static final List<Double> CURVE = List.of(0.25, 0.5, 1.0, 2.0, 4.0);
    /// The curve costs less than a rival: it sees a part of the sample.
    private static final int CURVE_PART = 8;

    private final List<Rival> rivals;
    private final Tuning tuning;
    private final Miniatures contest;
    private final Certainty certainty;
    /// By how many hits each rival has gained on the leader.
    private final int[] gains;
    /// How many blocks each rival's shadow has that the cache has not.
    private final int[] costs;
    /// Sizes of the blocks present that belonged to the sample when they came.
    private final BlockLists sizes = new BlockLists(1);
    private final Beginning beginning = new Beginning();
    private Miniatures curve;
    private int leader;
    private EvictionPolicy real;
    private long capacityBytes;
    /// What the policy in force was told last.
    private long toldBytes;
    private Optional<HitCurve> watched = Optional.empty();
    private long announced = NONE;
    private long changes;
    /// Whether it is settled who is in force before there is evidence.
    private boolean isStarted;

    /// What decides how fast the policy in force changes, and what it costs to know.
    ///
    /// @param sampleBlocks blocks that a shadow of the cache's size has at most
    /// @param patience     how many times its cost a change must have gained
    /// @param minGain      hits that a change must have gained beyond that
    public record Tuning(int sampleBlocks, double patience, int minGain) {
        private static final int MIN_SAMPLE = 1024;
        private static final int MAX_SAMPLE = 65_536;
        private static final int BYTES_A_BLOCK = 1 << 19;

        /// As it was chosen on the shorter traces of `bench/run policies`, for blocks of some size:
        /// the sample may cost the 512th part of memory, but its least and its most are fixed.
        ///
        /// @param capacityBytes of the cache
        public static Tuning forCapacity(long capacityBytes) {
            return forSample(Math.clamp(
                    capacityBytes / BYTES_A_BLOCK, MIN_SAMPLE, MAX_SAMPLE));
        }

        /// As [#forCapacity], with a sample of its own size.
        public static Tuning forSample(int sampleBlocks) {
            return new Tuning(sampleBlocks, 1.5, 4);
        }
    }

    /// How things stand.
    ///
    /// @param active    the name of the policy in force
    /// @param changes   how often that has changed
    /// @param rate      the part of the blocks that the figures rest upon, 0 to 1
    /// @param seen      references that they rest upon, of which later ones count more
    /// @param hitRatio  what the cache itself reached of these, 0 to 1
    /// @param standings each rival's
    /// @param curve     what the policy in force reaches with other sizes of memory
    public record Report(
            String active,
            long changes,
            double rate,
            long seen,
            double hitRatio,
            List<Standing> standings,
            List<Point> curve) {

        public Report {
            standings = List.copyOf(standings);
            curve = List.copyOf(curve);
        }

        /// What the best rival has over the cache itself, in hits of a reference; at least 0.
        public double regret() {
            double best = standings.stream().mapToDouble(Standing::hitRatio).max().orElse(0);
            return Math.max(0, best - hitRatio);
        }
    }

    /// How a rival stands.
    ///
    /// @param hitRatio what its shadow has reached lately, 0 to 1
    /// @param gain     hits that it has gained on the policy in force
    /// @param needed   hits that it must gain to be put in force
    public record Standing(String rival, double hitRatio, double gain, double needed) {}

    /// @param factor   size of memory as a multiple of the present one
    /// @param hitRatio of the references lately, 0 to 1
    public record Point(double factor, double hitRatio) {}

    /// @param rivals        1 to 16; the first is in force at the start
    /// @param capacityBytes what the blocks present may take together, at least 1
    public AutoPolicy(List<Rival> rivals, long capacityBytes, Tuning tuning) {
        Arguments.checkCapacity(capacityBytes);
        if (rivals.isEmpty() || rivals.size() > MAX_RIVALS) {
            throw new IllegalArgumentException("rivals (" + rivals.size() + ") must be 1 to "
                    + MAX_RIVALS);
        }
        this.rivals = List.copyOf(rivals);
        this.tuning = tuning;
        this.capacityBytes = capacityBytes;
        toldBytes = capacityBytes;
        gains = new int[rivals.size()];
        costs = new int[rivals.size()];
        contest = new Miniatures(
                rivals.stream().map(rival -> new Miniatures.Model(rival.policy(), 1)).toList(),
                capacityBytes, tuning.sampleBlocks(), HALF_LIFE, this::left);
        certainty = new Certainty(rivals, contest, LOOK_EVERY);
        curve = newCurve();
        real = new Following(contest.shadow(leader));
    }

    /// How things stand. Allocates.
    public Report report() {
        return new Report(rivals.get(leader).name(), changes, contest.rate(), contest.counted(),
                contest.realHitRatio(),
                IntStream.range(0, rivals.size())
                        .mapToObj(i -> new Standing(rivals.get(i).name(), contest.hitRatio(i),
                                gains[i] / contest.rate(), i == leader
                                        ? 0
                                        : needed(i) / contest.rate()))
                        .toList(),
                IntStream.range(0, CURVE.size())
                        .mapToObj(i -> new Point(CURVE.get(i), curve.hitRatio(i)))
                        .toList());
    }

    /// Watches from now on what its blocks would hit in any part of a larger memory, that of all
    /// who share it. Forgets what it knows of other sizes: some references go elsewhere from now
    /// on.
    ///
    /// @param capacityBytes of the larger memory
    void watch(long capacityBytes) {
        curve = newCurve();
        watched = Optional.of(new HitCurve(rivals, capacityBytes, tuning.sampleBlocks()));
    }

    /// What [#watch] has shown.
    Optional<HitCurve> watched() {
        return watched;
    }

    /// Hits of the references lately, 0 to 1.
    double hitRatio() {
        return contest.realHitRatio();
    }

    @Override
    public void follows(long id, long predecessor) {
        if (contest.isSampled(id)) {
            beginning.ordered();
        }
        contest.follows(id, predecessor);
        curve.follows(id, predecessor);
        if (watched.isPresent()) {
            watched.get().follows(id, predecessor);
        }
        real.follows(id, predecessor);
    }

    @Override
    public void broughtUp(long id) {
        contest.broughtUp(id);
        curve.broughtUp(id);
        real.broughtUp(id);
    }

    @Override
    public void reached(long id) {
        contest.reached(id);
        curve.reached(id);
        real.reached(id);
    }

    @Override
    public void expected(long id, long sizeBytes) {
        Arguments.checkBlock(id, sizeBytes);
        if (!real.contains(id)) {
            reference(id, sizeBytes, false);
            announced = id;
            real.expected(id, sizeBytes);
        }
    }

    @Override
    public void inserted(long id, long sizeBytes) {
        Arguments.checkNew(this, id, sizeBytes);
        if (id != announced) {
            reference(id, sizeBytes, false);
        }
        announced = NONE;
        real.inserted(id, sizeBytes);
        remember(id, sizeBytes);
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
        sizes.forget(id);
        contest.remove(id);
        curve.remove(id);
        if (watched.isPresent()) {
            watched.get().remove(id);
        }
    }

    /// Before the cache was ever full, it may be known to be smaller than it was said to be: a
    /// caller that keeps some room free asks for victims earlier.
    @Override
    public long victim() {
        if (!isStarted) {
            start(beginning.traffic(real.count()));
        }
        long bytes = real.bytes();
        if (bytes > 0 && bytes < capacityBytes) {
            resize(bytes);
        }
        long id = real.victim();
        sizes.forget(id);
        if (id != NONE && contest.isSampled(id)) {
            for (int i = 0; i < rivals.size(); i++) {
                costs[i] += contest.shadow(i).contains(id) ? 1 : 0;
            }
        }
        return id;
    }

    @Override
    public void spared(long id, long sizeBytes) {
        Arguments.checkBlock(id, sizeBytes);
        if (!real.contains(id)) {
            real.spared(id, sizeBytes);
            remember(id, sizeBytes);
        }
    }

    @Override
    public long sureMisses() {
        return real instanceof Following
                ? contest.shadow(leader).sureMisses()
                : real.sureMisses();
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

    private void remember(long id, long sizeBytes) {
        if (contest.isSampled(id)) {
            sizes.add(0, id, sizeBytes);
            beginning.came(sizeBytes);
        }
    }

    private void resize(long bytes) {
        capacityBytes = bytes;
        contest.capacityBytes(bytes);
        curve.capacityBytes(bytes);
        if (Shadow.isAnother(toldBytes, bytes)) {
            toldBytes = bytes;
            real.resized(bytes);
        }
    }

    private void reference(long id, long sizeBytes, boolean present) {
        if (!contest.isSampled(id)) {
            return;
        }
        beginning.referenced();
        int hitters = contest.reference(id, sizeBytes, present);
        boolean leaderHit = (hitters >> leader & 1) != 0;
        if (!leaderHit) {
            certainty.leaderMissed();
        }
        for (int i = 0; i < rivals.size(); i++) {
            boolean hit = (hitters >> i & 1) != 0;
            if (hit != leaderHit) {
                gains[i] = Math.max(0, gains[i] + (hit ? 1 : -1));
            }
            if (hit && !present) {
                costs[i]--;
            }
        }
        curve.reference(id, sizeBytes, present);
        if (watched.isPresent()) {
            watched.get().reference(id, sizeBytes, present);
        }
        if (contest.counted() % LOOK_EVERY == 0) {
            look();
        }
    }

    private void left(int shadow, long id) {
        if (shadow == leader && real instanceof Following following) {
            following.left(id);
        }
        if (!real.contains(id)) {
            costs[shadow]--;
        }
    }

    private void look() {
        if (real instanceof Handover handover) {
            if (!handover.isDone()) {
                return;
            }
            real = handover.target();
        }
        int blocks = blocksWhenFull();
        curve.fit(blocks);
        if (watched.isPresent() && real.count() > 0) {
            watched.get().fit((double) real.bytes() / real.count());
        }
        if (contest.fit(blocks)) {
            Arrays.fill(gains, 0);
            Arrays.fill(costs, 0);
            if (real instanceof Following) {
                real = new Handover(real, fresh(leader));
            }
        } else {
            int next = certainty.leader(leader);
            if (next == leader) {
                change();
            } else {
                leadAtOnce(next);
            }
        }
    }

    private void leadAtOnce(int rival) {
        Arrays.fill(gains, 0);
        changes++;
        lead(rival);
    }

    private int blocksWhenFull() {
        int count = real.count();
        return count < FEW_BLOCKS || real.bytes() == 0
                ? count
                : (int) Math.min(Integer.MAX_VALUE, (double) capacityBytes / real.bytes() * count);
    }

    private void change() {
        int best = leader;
        double most = 0;
        for (int i = 0; i < rivals.size(); i++) {
            double margin = gains[i] - needed(i);
            boolean guesses = contest.shadow(i).sureMisses() == UNSURE;
            if (margin > most && guesses) {
                most = margin;
                best = i;
            }
        }
        if (best == leader) {
            return;
        }
        int gain = gains[best];
        for (int i = 0; i < rivals.size(); i++) {
            gains[i] = Math.max(0, gains[i] - gain);
        }
        changes++;
        certainty.refuted();
        lead(best);
    }

    /// Nothing had to leave yet, so that the shadows have the same blocks and nobody loses any.
    private void start(Suits traffic) {
        isStarted = true;
        if (traffic != Suits.ANY) {
            IntStream.range(0, rivals.size())
                    .filter(i -> rivals.get(i).suits() == traffic)
                    .findFirst()
                    .ifPresent(this::lead);
        }
    }

    private void lead(int rival) {
        leader = rival;
        certainty.startAnew();
        curve = newCurve();
        if (real instanceof Following following) {
            following.follow(contest.shadow(rival));
        } else {
            real = new Handover(real, fresh(rival));
        }
    }

    private double needed(int rival) {
        return tuning.minGain() + tuning.patience() * Math.max(0, costs[rival]);
    }

    private Miniatures newCurve() {
        var policy = rivals.get(leader).policy();
        return new Miniatures(
                CURVE.stream().map(factor -> new Miniatures.Model(policy, factor)).toList(),
                capacityBytes, Math.max(1, tuning.sampleBlocks() / CURVE_PART), HALF_LIFE,
                (_, _) -> {});
    }

    private EvictionPolicy fresh(int rival) {
        var policy = rivals.get(rival).policy().apply(Math.max(1, capacityBytes));
        contest.shadow(rival).teach(policy);
        return policy;
    }

    /// Whether the structures underneath hold together; for assertions. Linear.
    boolean consistent() {
        return sizes.consistent()
                && !(real instanceof Following following && !following.consistent());
    }
}
