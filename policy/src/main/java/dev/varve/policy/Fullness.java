package dev.varve.policy;

/// How full shares are: what they hold for their quota.
public final class Fullness {
    private Fullness() {}

    /// Compares two shares; greater is fuller. Of those with a quota of 0 the larger is fuller, and
    /// each is fuller than all that have a quota.
    public static int compare(long bytes, long quota, long otherBytes, long otherQuota) {
        if (quota == 0 && otherQuota == 0) {
            return Long.compare(bytes, otherBytes);
        }
        return Double.compare(ratio(bytes, quota), ratio(otherBytes, otherQuota));
    }

    private static double ratio(long bytes, long quota) {
        if (quota == 0) {
            return bytes == 0 ? 0 : Double.POSITIVE_INFINITY;
        }
        return (double) bytes / quota;
    }
}
