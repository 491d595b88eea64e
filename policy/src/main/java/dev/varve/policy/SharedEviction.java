package dev.varve.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

/// Divides a tier among shares, each with an eviction policy of its own, so that nobody's blocks go
/// for another's.
///
/// The next to lose a block is the share that is fullest: the one that holds most for its quota. So
/// a share that keeps within its quota loses nothing while another is above its own, and room that
/// nobody else wants may be used by whoever does. Where quotas promise more than there is, all are
/// filled to the same degree.
///
/// A share with a quota of 0 is the fullest as soon as it holds something.
///
/// Confined: the caller serialises all calls.
public final class SharedEviction {
    private final List<EvictionPolicy> policies = new ArrayList<>();
    private final long[] quotas;

    /// @param quotaBytes each share's quota, at least 0; there is at least one
    /// @param policy     makes the policy of a share of so many bytes, at least 1
    public SharedEviction(List<Long> quotaBytes, LongFunction<EvictionPolicy> policy) {
        if (quotaBytes.isEmpty()) {
            throw new IllegalArgumentException("shares (0) must be at least 1");
        }
        quotas = quotaBytes.stream().mapToLong(Long::longValue).toArray();
        for (long quota : quotas) {
            if (quota < 0) {
                throw new IllegalArgumentException(
                        "quota (" + quota + " bytes) must be at least 0");
            }
            policies.add(policy.apply(Math.max(1, quota)));
        }
    }

    /// The policy of one share: it hears of all that happens to the share's blocks. Victims come
    /// from [#victim].
    ///
    /// @param share its index
    public EvictionPolicy of(int share) {
        return policies.get(share);
    }

    /// What a share holds, in bytes.
    public long bytes(int share) {
        return policies.get(share).bytes();
    }

    /// What a share may hold before the others.
    public long quotaBytes(int share) {
        return quotas[share];
    }

    /// Names the block that should go next, of the fullest share, and forgets that it was present.
    ///
    /// @return its id, or [EvictionPolicy#NONE] when nothing is present
    public long victim() {
        int fullest = -1;
        for (int i = 0; i < quotas.length; i++) {
            if (policies.get(i).count() > 0 && (fullest < 0 || isFuller(i, fullest))) {
                fullest = i;
            }
        }
        return fullest < 0 ? EvictionPolicy.NONE : policies.get(fullest).victim();
    }

    private boolean isFuller(int share, int other) {
        return Fullness.compare(bytes(share), quotas[share], bytes(other), quotas[other]) > 0;
    }
}
