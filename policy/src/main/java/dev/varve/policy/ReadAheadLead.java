package dev.varve.policy;

/// How far ahead of one reader to read, along an order that the caller knows.
///
/// Two objects once the reader has taken one that was expected, and twice as far for each further
/// one; what was not expected sets it back. So a reader that keeps no order costs nothing.
///
/// Confined.
public final class ReadAheadLead {
    /// Less is read as fast as it is asked for.
    public static final long LEAST_BYTES = 64 << 10;

    /// The most, in objects, and in bytes of the present size.
    private static final int MAX_AHEAD = 16;
    private static final long MAX_AHEAD_BYTES = 64L << 20;

    /// Objects between the reader and the point up to which was read.
    private int distance;
    private int expectedInARow;

    /// The reader took what was not expected: the point is where the reader is.
    public void lost() {
        distance = 0;
        expectedInARow = 0;
    }

    /// The reader took what was expected.
    ///
    /// @return whether it has caught up, so that the point is where the reader is
    public boolean taken() {
        expectedInARow = Math.min(expectedInARow + 1, MAX_AHEAD);
        if (distance == 0) {
            return true;
        }
        distance--;
        return false;
    }

    /// Whether the point is to go one object on.
    ///
    /// @param sizeBytes of what the reader took
    public boolean goesOn(long sizeBytes) {
        int reach = Math.clamp(MAX_AHEAD_BYTES / Math.max(1 << 20, sizeBytes), 1, MAX_AHEAD);
        return distance < Math.min(reach, 1 << expectedInARow);
    }

    /// The point went one object on.
    public void went() {
        distance++;
    }
}
