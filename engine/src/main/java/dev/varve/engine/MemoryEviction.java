package dev.varve.engine;

import dev.varve.bytes.Slab;
import dev.varve.engine.Residency.Resident;
import dev.varve.policy.EvictionPolicy;
import dev.varve.policy.SharedEviction;
import java.util.Collection;
import java.util.HashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;

/// Decides which block leaves memory next: a policy for each share of the [Division].
///
/// Thread-safe: one lock, which nests inside key locks and holds none.
final class MemoryEviction {
    private final Slab slab;
    private final LongFunction<EvictionPolicy> policy;
    private final ReentrantLock lock = new ReentrantLock();
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
                policy(resident).accessed(resident.info().id());
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
            policy(resident).removed(resident.info().id());
        } finally {
            lock.unlock();
        }
    }

    /// A block that [#victim] had named stays after all.
    void spared(Resident resident) {
        lock.lock();
        try {
            policy(resident).spared(resident.info().id(),
                    slab.footprintBytes(resident.info().lengthBytes()));
        } finally {
            lock.unlock();
        }
    }

    /// @return the id of the block that should go, or [EvictionPolicy#NONE]
    long victim() {
        lock.lock();
        try {
            return shared.victim();
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
            var byId = new HashMap<Long, Resident>();
            for (var resident : residents) {
                resident.shareSlot(slot(resident));
                byId.put(resident.info().id(), resident);
            }
            for (long id = before.victim(); id != EvictionPolicy.NONE; id = before.victim()) {
                var resident = byId.get(id);
                if (resident != null) {
                    insert(resident);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void insert(Resident resident) {
        resident.shareSlot(slot(resident));
        shared.of(resident.shareSlot())
                .inserted(resident.info().id(),
                        slab.footprintBytes(resident.info().lengthBytes()));
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
