package dev.varve.policy;

/// A part of a [Partition]: a policy for the blocks of one group, or of all that have no part of
/// their own.
///
/// Confined.
final class Part {
    /// The group of the part of all others.
    static final int OTHERS = -1;

    private final int group;
    private final AutoPolicy policy;
    private double share;
    private double rate;

    /// @param share of memory that it should have, 0 to 1
    Part(int group, AutoPolicy policy, double share) {
        this.group = group;
        this.policy = policy;
        this.share = share;
    }

    int group() {
        return group;
    }

    AutoPolicy policy() {
        return policy;
    }

    /// The share of memory that it should have, 0 to 1.
    double share() {
        return share;
    }

    void share(double next) {
        share = next;
    }

    /// Its share of the references lately, 0 to 1.
    double rate() {
        return rate;
    }

    void rate(double next) {
        rate = next;
    }

    /// What it holds beyond its share; negative where it holds less, and beyond all bounds where it
    /// should hold nothing.
    double excessBytes(long capacityBytes) {
        return share <= 0
                ? Double.POSITIVE_INFINITY
                : policy.bytes() - share * capacityBytes;
    }

    /// Hits that more memory would bring it, of all references, 0 to 1; 0 where that is not known.
    ///
    /// @param more share of memory
    double gain(double more, long capacityBytes) {
        var curve = policy.watched().filter(HitCurve::isKnown);
        double has = Math.max((double) policy.bytes() / capacityBytes, share);
        return curve.isEmpty()
                ? 0
                : rate * (curve.get().hitRatio(has + more) - curve.get().hitRatio(has));
    }

    /// Hits that less memory would cost it, of all references, 0 to 1. Where that is not known: as
    /// if the last bit of memory brought as much as the average one, which it does at most.
    ///
    /// @param less share of memory, at most its own
    double loss(double less, long capacityBytes) {
        var curve = policy.watched().filter(HitCurve::isKnown);
        double has = Math.min((double) policy.bytes() / capacityBytes, share);
        double left = Math.max(0, has - less);
        if (curve.isEmpty()) {
            return has <= 0 ? 0 : rate * policy.hitRatio() * (has - left) / has;
        }
        return rate * (curve.get().hitRatio(has) - curve.get().hitRatio(left));
    }
}
