package dev.varve.policy;

import java.util.Arrays;
import java.util.Optional;

/// The eviction policies by name.
public enum PolicyName {
    FIFO("fifo"),
    LRU("lru"),
    SIEVE("sieve"),
    S3_FIFO("s3-fifo"),
    ARC("arc"),
    LIRS("lirs"),
    CLOCK_PRO_PLUS("clock-pro-plus"),
    W_TINYLFU("w-tinylfu"),
    GDSF("gdsf"),
    LEARNED("learned"),
    CHAIN("chain"),
    EPOCH("epoch");

    private final String text;

    PolicyName(String text) {
        this.text = text;
    }

    /// As people write it, in lower case.
    public String text() {
        return text;
    }

    /// The policy that people write so.
    public static Optional<PolicyName> of(String text) {
        return Arrays.stream(values()).filter(name -> name.text.equals(text)).findFirst();
    }

    /// A fresh policy.
    ///
    /// @param capacityBytes what its blocks may take together, at least 1
    /// @param seed          for those that leave something to chance
    public EvictionPolicy policy(long capacityBytes, long seed) {
        return switch (this) {
            case FIFO -> new FifoPolicy();
            case LRU -> new LruPolicy();
            case SIEVE -> new SievePolicy();
            case S3_FIFO -> new S3FifoPolicy(capacityBytes);
            case ARC -> new ArcPolicy(capacityBytes);
            case LIRS -> new LirsPolicy(capacityBytes);
            case CLOCK_PRO_PLUS -> new ClockProPlusPolicy(capacityBytes);
            case W_TINYLFU -> new TinyLfuPolicy(capacityBytes, seed);
            case GDSF -> new GdsfPolicy(GdsfPolicy.MissCost.SAME);
            case LEARNED -> new LearnedPolicy(capacityBytes, seed);
            case CHAIN -> new ChainPolicy(capacityBytes);
            case EPOCH -> new EpochPolicy();
        };
    }
}
