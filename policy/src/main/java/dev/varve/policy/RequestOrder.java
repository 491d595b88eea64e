package dev.varve.policy;

/// Tells from what one client does which of the objects that it touches belong to one request, such
/// as the blocks of a prompt, which engines ask for one after the other.
///
/// A client begins another request when it reads after it has written, when it has asked more than
/// once in a row whether something is there (so engines look up how much of a prompt is cached),
/// and when it has done nothing for a second.
///
/// Confined.
public final class RequestOrder {
    /// Smaller objects are no blocks of a KV cache, and their order says nothing.
    public static final long LEAST_BYTES = ReadAheadLead.LEAST_BYTES;

    private static final int SWEEP = 2;
    private static final long PAUSE_NANOS = 1_000_000_000;

    private long last = EvictionPolicy.NONE;
    private long lastNanos;
    private boolean wrote;
    private int asked;

    /// The client asked whether an object is there.
    public void asked() {
        asked++;
    }

    /// The client read or wrote an object of [#LEAST_BYTES] or more.
    ///
    /// @param nowNanos of a clock that does not go back
    /// @return what it touched before in the same request: the object itself where it touches it
    ///         again, [EvictionPolicy#NONE] where the request begins with it
    public long touched(long name, boolean write, long nowNanos) {
        boolean begins = asked >= SWEEP || (wrote && !write) || nowNanos - lastNanos >= PAUSE_NANOS;
        long before = begins ? EvictionPolicy.NONE : last;
        last = name;
        lastNanos = nowNanos;
        wrote = write;
        asked = 0;
        return before;
    }
}
