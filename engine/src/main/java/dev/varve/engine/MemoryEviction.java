package dev.varve.engine;

import static dev.varve.policy.EvictionPolicy.NONE;

import dev.varve.bytes.Slab;
import dev.varve.engine.EngineStatus.PlacementStatus;
import dev.varve.engine.Residency.Resident;
import dev.varve.policy.EvictionPolicy;
import dev.varve.policy.Partition;
import dev.varve.policy.SharedEviction;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;
import java.util.stream.Stream;

/// Decides which block leaves memory next: a policy for each share of the [Division], which may be
/// a [Partition] among buckets.
///
/// Policies know a block by its *name*, a hash of bucket and key and of the block's number in its
/// object: unlike the block's id it is the same when the block comes back, so that what a policy
/// remembers of blocks that left is of use. Where two blocks that are present would have one name,
/// the later one gets the next free number instead: it is only not recognised when it comes back.
///
/// Thread-safe: one lock, which nests inside key locks and holds none.
final class MemoryEviction {
    private final Slab slab;
    private final LongFunction<EvictionPolicy> policy;
    private final ReentrantLock lock = new ReentrantLock();
    /// The blocks that policies know of.
    private final Map<Long, Resident> named = new HashMap<>();
    private Division division;
    private SharedEviction shared;

    /// @param policy makes a policy for so many bytes
    MemoryEviction(Slab slab, LongFunction<EvictionPolicy> policy, Division division) {
        this.slab = slab;
        this.policy = policy;
        this.division = division;
        shared = new SharedEviction(division.memoryQuotas(), policy);
    }

    /// A block was read. Where another thread is at it, losing one hint is cheaper than waiting.
    void accessed(Resident resident) {
        if (lock.tryLock()) {
            try {
                policy(resident).accessed(resident.name());
            } finally {
                lock.unlock();
            }
        }
    }

    /// The reader of a block has come that was brought up ahead of it; as [#accessed] else.
    void reached(Resident resident) {
        if (lock.tryLock()) {
            try {
                policy(resident).reached(resident.name());
            } finally {
                lock.unlock();
            }
        }
    }

    /// A block that was just touched came after another one of a client's request; see
    /// [EvictionPolicy#follows]. Of objects with several blocks nothing is known. Where another
    /// thread is at it, the hint is lost.
    void follows(long name, long predecessor) {
        if (lock.tryLock()) {
            try {
                var resident = named.get(name);
                if (resident != null) {
                    policy(resident).follows(name, predecessor);
                }
            } finally {
                lock.unlock();
            }
        }
    }

    void inserted(Resident resident) {
        lock.lock();
        try {
            insert(resident);
        } finally {
            lock.unlock();
        }
    }

    void removed(Resident resident) {
        lock.lock();
        try {
            if (named.remove(resident.name(), resident)) {
                policy(resident).removed(resident.name());
                resident.name(NONE);
            }
        } finally {
            lock.unlock();
        }
    }

    /// A block that [#victim] had named stays after all.
    void spared(Resident resident) {
        lock.lock();
        try {
            if (resident.name() == NONE) {
                name(resident);
                policy(resident).spared(resident.name(), footprint(resident));
            }
        } finally {
            lock.unlock();
        }
    }

    /// A block has another owner, and is described anew for it.
    void passed(Resident before, Resident after) {
        lock.lock();
        try {
            after.shareSlot(before.shareSlot());
            after.name(before.name());
            named.replace(before.name(), before, after);
        } finally {
            lock.unlock();
        }
    }

    /// @return the id of the block that should go, or [EvictionPolicy#NONE]
    long victim() {
        lock.lock();
        try {
            var resident = named.remove(shared.victim());
            if (resident == null) {
                return NONE;
            }
            resident.name(NONE);
            return resident.info().id();
        } finally {
            lock.unlock();
        }
    }

    /// Whether the policy that decides about an object knows what will be asked for.
    boolean isSure(BucketState bucket, ObjectKey key) {
        lock.lock();
        try {
            var policy = shared.of(division.of(bucket, key).memorySlot());
            return (policy instanceof Partition parts ? parts.of(bucket.id()) : policy)
                    .sureMisses() != EvictionPolicy.UNSURE;
        } finally {
            lock.unlock();
        }
    }

    /// What a share's blocks take that are not on their way out.
    long bytes(Share share) {
        lock.lock();
        try {
            return shared.bytes(share.memorySlot());
        } finally {
            lock.unlock();
        }
    }

    /// What the policies say of themselves, for each part of each share with a quota, where they
    /// choose among rivals.
    ///
    /// @param buckets those there are
    List<PlacementStatus> placement(List<BucketState> buckets) {
        lock.lock();
        try {
            return division.shares()
                    .stream()
                    .filter(share -> share.memoryBytes().isPresent())
                    .flatMap(share -> shared.of(share.memorySlot()) instanceof Partition parts
                            ? parts.status()
                                    .stream()
                                    .map(part -> new PlacementStatus(share.name(),
                                            part.isOwn(), bucketsOf(part, buckets),
                                            part.bytes(), part.targetBytes(), part.report()))
                            : Stream.of())
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    private static List<String> bucketsOf(Partition.Status part, List<BucketState> buckets) {
        return buckets.stream()
                .filter(bucket -> part.groups().contains(Partition.group(bucket.id())))
                .map(bucket -> bucket.record().name())
                .toList();
    }

    /// Puts another division in force. The blocks stay, each in its new share, in the order in
    /// which they would have left their old ones. Takes as long as going through all of them.
    ///
    /// @param residents all blocks in memory
    void divide(Division next, Collection<Resident> residents) {
        lock.lock();
        try {
            division = next;
            var before = shared;
            shared = new SharedEviction(next.memoryQuotas(), policy);
            residents.forEach(resident -> resident.shareSlot(slot(resident)));
            for (long name = before.victim(); name != NONE; name = before.victim()) {
                var resident = named.get(name);
                if (resident != null) {
                    shared.of(resident.shareSlot()).inserted(name, footprint(resident));
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void insert(Resident resident) {
        resident.shareSlot(slot(resident));
        long name = BlockNames.of(resident.owner(), resident.info());
        var before = named.get(name);
        if (before != null && isReplaced(before, resident)) {
            before.name(NONE);
            named.put(name, resident);
            resident.name(name);
            if (before.shareSlot() == resident.shareSlot()
                    && footprint(before) == footprint(resident)) {
                policy(resident).accessed(name);
                return;
            }
            policy(before).removed(name);
        } else {
            name(resident);
        }
        policy(resident).inserted(resident.name(), footprint(resident));
        if (resident.isAwaited()) {
            policy(resident).broughtUp(resident.name());
        }
    }

    /// Whether a block is the same one of a new version of the object. The old version is taken out
    /// next, under the key's lock; that it is here at all is so that nobody misses the key.
    private static boolean isReplaced(Resident before, Resident after) {
        return before.owner().bucket() == after.owner().bucket()
                && before.owner().key().equals(after.owner().key());
    }

    private void name(Resident resident) {
        long name = BlockNames.of(resident.owner(), resident.info());
        while (name == NONE || named.containsKey(name)) {
            name++;
        }
        resident.name(name);
        named.put(name, resident);
    }

    private long footprint(Resident resident) {
        return slab.footprintBytes(resident.info().lengthBytes());
    }

    /// A block that was just given another owner may not have been told its new slot.
    private EvictionPolicy policy(Resident resident) {
        return shared
                .of(resident.shareSlot() < division.shares().size() ? resident.shareSlot() : 0);
    }

    private int slot(Resident resident) {
        var owner = resident.owner();
        return division.of(owner.bucket(), owner.key()).memorySlot();
    }
}
