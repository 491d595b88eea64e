package dev.varve.policy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Divides a cache among groups of blocks, such as buckets, each with an [AutoPolicy] of its own,
/// so that a group that is scanned does not push out what another one needs, and each has the
/// policy that suits it.
///
/// **Who has a part.** At first all groups are in one, and everything goes as without a partition.
/// A group gets a part of its own when it makes a sixteenth of the references and is not the
/// largest of those without one: so the largest keeps the policy and its history, and a group that
/// is alone costs nothing more. Its blocks move when they are next read; the others leave as
/// the rest does. A part that has become empty is given up. There are 8 at most; then the least
/// used makes way, if it is hardly used.
///
/// **How large.** Until the cache was full for the first time, parts have what they take. A new one
/// later begins with what its group has. From then on memory goes, a little at a time, from the
/// part that loses least to the one that gains most, by their hit-ratio curves (see [HitCurve])
/// times the references lately (Qureshi, Patt: "Utility-based cache partitioning: a
/// low-overhead, high-performance, runtime mechanism to partition shared caches", MICRO 2006,
/// section 3, whose counters these curves stand for; in small steps as Cidon, Eisenman, Alizadeh,
/// Katti: "Cliffhanger: scaling performance cliffs in web memory caches", NSDI 2016, section 4).
/// As in the former's *lookahead* algorithm steps of several sizes are compared, so that a loop
/// gets memory although the first 64th would bring it nothing. A step must bring more than it
/// costs by a margin.
///
/// **Who loses a block.** The part that has most beyond its share. So what a part does not use,
/// others do.
///
/// A part costs as much as a policy for a quarter of the cache. Each call does a bounded amount of
/// work.
///
/// Confined: the caller serialises all calls.
public final class Partition implements EvictionPolicy {
    /// How many bits of a block's id say which group it is of: the highest.
    private static final int GROUP_BITS = 10;
    private static final int GROUPS = 1 << GROUP_BITS;
    private static final int NO_GROUP = -1;

    /// Parts beside that of all others.
    private static final int MAX_PARTS = 8;
    /// The share of references that a group needs for a part of its own.
    private static final double NOTABLE = 1.0 / 16;
    /// The one below which it may have to give it up to others.
    private static final double NEGLIGIBLE = 1.0 / 128;

    /// References between two looks, for each block present, and at least.
    private static final double WINDOW = 1.0 / 16;
    private static final int MIN_WINDOW = 128;
    /// What is left of earlier references from one look to the next.
    private static final double KEPT = 15.0 / 16;
    /// Looks before which nothing is said of the references.
    private static final int FIRST_LOOKS = 4;

    private final LongFunction<AutoPolicy> policy;
    private final long partBytes;
    private final Part others;
    private final List<Part> parts = new ArrayList<>();
    /// The part of each group.
    private final Part[] owners = new Part[GROUPS];
    /// References lately, of each group.
    private final double[] references = new double[GROUPS];
    /// What each group has in the part of all others.
    private final long[] amongOthers = new long[GROUPS];
    private long capacityBytes;
    private boolean isFull;
    private int untilLook = MIN_WINDOW;
    private int looks;

    /// How a part stands.
    ///
    /// @param isOwn       whether it is for one group alone
    /// @param groups      those that have something in it, as of [#group]
    /// @param bytes       what it holds
    /// @param targetBytes what it should hold
    public record Status(
            boolean isOwn,
            Set<Integer> groups,
            long bytes,
            long targetBytes,
            AutoPolicy.Report report) {

        public Status {
            groups = Set.copyOf(groups);
        }
    }

    /// @param policy        makes the policy of a part for so many bytes
    /// @param capacityBytes what the blocks present may take together, at least 1
    public Partition(LongFunction<AutoPolicy> policy, long capacityBytes) {
        Arguments.checkCapacity(capacityBytes);
        this.policy = policy;
        this.capacityBytes = capacityBytes;
        partBytes = Math.max(1, capacityBytes / 4);
        others = new Part(Part.OTHERS, policy.apply(capacityBytes), 1);
        parts.add(others);
        Arrays.fill(owners, others);
    }

    /// The id of a block of a group.
    ///
    /// @param group any number; of those that agree in their lowest ten bits, one is as another
    /// @param hash  tells the block from others; its lowest bits are lost
    public static long id(int group, long hash) {
        return ((long) group << (Long.SIZE - GROUP_BITS)) | (hash >>> GROUP_BITS);
    }

    /// What stands for a group, 0 to 1023: its lowest bits.
    public static int group(int group) {
        return group & (GROUPS - 1);
    }

    /// The policy of a group's blocks.
    public EvictionPolicy of(int group) {
        return owners[group(group)].policy();
    }

    private static int groupOf(long id) {
        return (int) (id >>> (Long.SIZE - GROUP_BITS));
    }

    /// How all parts stand, that of all others first. Allocates.
    public List<Status> status() {
        return parts.stream()
                .map(part -> new Status(
                        part != others, part == others ? remaining() : Set.of(part.group()),
                        part.policy().bytes(), Math.round(part.share() * capacityBytes),
                        part.policy().report()))
                .toList();
    }

    private Set<Integer> remaining() {
        return IntStream.range(0, GROUPS)
                .filter(group -> owners[group] == others && amongOthers[group] > 0)
                .boxed()
                .collect(Collectors.toSet());
    }

    @Override
    public void expected(long id, long sizeBytes) {
        if (!contains(id)) {
            owners[groupOf(id)].policy().expected(id, sizeBytes);
        }
    }

    @Override
    public void inserted(long id, long sizeBytes) {
        Arguments.checkNew(this, id, sizeBytes);
        add(id, sizeBytes);
        capacityBytes = Math.max(capacityBytes, bytes());
        heard(id);
    }

    @Override
    public void accessed(long id) {
        var part = owners[groupOf(id)];
        if (part == others || part.policy().contains(id)) {
            part.policy().accessed(id);
        } else if (others.policy().contains(id)) {
            add(id, removeFromOthers(id));
        } else {
            return;
        }
        heard(id);
    }

    @Override
    public void follows(long id, long predecessor) {
        owners[groupOf(id)].policy().follows(id, predecessor);
    }

    @Override
    public void broughtUp(long id) {
        holder(id).broughtUp(id);
    }

    @Override
    public void reached(long id) {
        holder(id).reached(id);
    }

    @Override
    public void removed(long id) {
        var part = owners[groupOf(id)];
        if (part != others) {
            part.policy().removed(id);
        }
        removeFromOthers(id);
    }

    @Override
    public long victim() {
        long bytes = bytes();
        if (bytes == 0 && count() == 0) {
            return NONE;
        }
        isFull = true;
        capacityBytes = bytes > 0 ? Math.min(capacityBytes, bytes) : capacityBytes;
        var fullest = others;
        double most = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < parts.size(); i++) {
            var part = parts.get(i);
            double excess = part.excessBytes(capacityBytes);
            if (part.policy().count() > 0 && excess > most) {
                fullest = part;
                most = excess;
            }
        }
        long id = fullest.policy().victim();
        if (fullest == others) {
            amongOthers[groupOf(id)] -= bytes - bytes();
        }
        return id;
    }

    @Override
    public void spared(long id, long sizeBytes) {
        Arguments.checkBlock(id, sizeBytes);
        if (!contains(id)) {
            var part = owners[groupOf(id)];
            part.policy().spared(id, sizeBytes);
            amongOthers[groupOf(id)] += part == others ? sizeBytes : 0;
        }
    }

    @Override
    public boolean contains(long id) {
        var part = owners[groupOf(id)];
        return part.policy().contains(id) || (part != others && others.policy().contains(id));
    }

    @Override
    public int count() {
        int count = 0;
        for (int i = 0; i < parts.size(); i++) {
            count += parts.get(i).policy().count();
        }
        return count;
    }

    @Override
    public long bytes() {
        long bytes = 0;
        for (int i = 0; i < parts.size(); i++) {
            bytes += parts.get(i).policy().bytes();
        }
        return bytes;
    }

    /// The policy that has a block, which may not have moved to its group's yet.
    private AutoPolicy holder(long id) {
        var part = owners[groupOf(id)];
        return part.policy().contains(id) ? part.policy() : others.policy();
    }

    private void add(long id, long sizeBytes) {
        var part = owners[groupOf(id)];
        part.policy().inserted(id, sizeBytes);
        amongOthers[groupOf(id)] += part == others ? sizeBytes : 0;
    }

    /// @return what the block took, or 0 if it was not there
    private long removeFromOthers(long id) {
        long before = others.policy().bytes();
        others.policy().removed(id);
        long sizeBytes = before - others.policy().bytes();
        amongOthers[groupOf(id)] -= sizeBytes;
        return sizeBytes;
    }

    private void heard(long id) {
        references[groupOf(id)]++;
        if (--untilLook == 0) {
            look();
            untilLook = Math.max(MIN_WINDOW, (int) (count() * WINDOW));
        }
    }

    private void look() {
        double all = measure();
        if (++looks >= FIRST_LOOKS) {
            giveUpEmpty();
            separate(all);
        }
        if (parts.size() > 1) {
            divide();
        }
        for (int group = 0; group < GROUPS; group++) {
            references[group] *= KEPT;
        }
    }

    private void divide() {
        long bytes = bytes();
        for (var part : parts) {
            part.policy().watched().ifPresent(curve -> curve.capacityBytes(capacityBytes));
            if (!isFull && bytes > 0) {
                part.share((double) part.policy().bytes() / bytes);
            }
        }
        if (isFull) {
            PartStep.best(parts, capacityBytes).ifPresent(PartStep::take);
        }
    }

    private double measure() {
        double all = 0;
        for (double some : references) {
            all += some;
        }
        double own = 0;
        for (int i = 1; i < parts.size(); i++) {
            var part = parts.get(i);
            part.rate(references[part.group()] / all);
            own += part.rate();
        }
        others.rate(Math.max(0, 1 - own));
        return all;
    }

    private void giveUpEmpty() {
        for (int i = parts.size() - 1; i > 0; i--) {
            var part = parts.get(i);
            if (part.policy().count() == 0 && (part.rate() < NEGLIGIBLE || part.share() == 0)) {
                give(part.share(), part, others);
                owners[part.group()] = others;
                parts.remove(i);
            }
        }
    }

    /// Gives the second largest of those without a part its own, if it is notable.
    private void separate(double all) {
        int second = largestOther(largestOther(NO_GROUP));
        if (second == NO_GROUP || references[second] < NOTABLE * all) {
            return;
        }
        if (parts.size() > MAX_PARTS) {
            makeWay();
            return;
        }
        double share = Math.min(
                Math.max(PartStep.SIZE, (double) amongOthers[second] / capacityBytes),
                Math.max(others.share() - PartStep.SIZE, others.share() / 2));
        var part = new Part(second, policy.apply(partBytes), 0);
        give(share, others, part);
        part.policy().watch(capacityBytes);
        others.policy().watch(capacityBytes);
        parts.add(part);
        owners[second] = part;
    }

    /// Of the groups without a part the most used one but another.
    private int largestOther(int except) {
        int largest = NO_GROUP;
        for (int group = 0; group < GROUPS; group++) {
            if (owners[group] == others && group != except && references[group] > 0
                    && (largest == NO_GROUP || references[group] > references[largest])) {
                largest = group;
            }
        }
        return largest;
    }

    /// Lets the least used part go without memory, so that it becomes empty.
    private void makeWay() {
        var least = parts.get(1);
        for (int i = 2; i < parts.size(); i++) {
            least = parts.get(i).rate() < least.rate() ? parts.get(i) : least;
        }
        if (least.rate() < NEGLIGIBLE) {
            give(least.share(), least, others);
        }
    }

    private static void give(double share, Part from, Part to) {
        from.share(from.share() - share);
        to.share(to.share() + share);
    }

    /// Whether the structures underneath hold together; for assertions. Linear.
    boolean consistent() {
        double shares = 0;
        for (var part : parts) {
            shares += part.share();
            if (!part.policy().consistent()) {
                return false;
            }
        }
        return Math.abs(shares - 1) < 1e-6
                && Arrays.stream(amongOthers).sum() == others.policy().bytes();
    }
}
