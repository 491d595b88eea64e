package dev.varve.policy;

/// What every policy refuses.
final class Arguments {
    private Arguments() {}

    static void checkBlock(long id, long sizeBytes) {
        if (id == EvictionPolicy.NONE || sizeBytes < 0) {
            throw new IllegalArgumentException("block id (" + id + ") must not be "
                    + EvictionPolicy.NONE + ", size (" + sizeBytes + " bytes) must be at least 0");
        }
    }

    /// As [#checkBlock], for a block that must not be present.
    static void checkNew(EvictionPolicy policy, long id, long sizeBytes) {
        checkBlock(id, sizeBytes);
        if (policy.contains(id)) {
            throw alreadyPresent(id);
        }
    }

    static void checkCapacity(long capacityBytes) {
        if (capacityBytes < 1) {
            throw new IllegalArgumentException(
                    "capacity (" + capacityBytes + " bytes) must be at least 1 byte");
        }
    }

    static IllegalStateException alreadyPresent(long id) {
        return new IllegalStateException("block " + id + " is present already");
    }
}
