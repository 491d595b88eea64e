package dev.varve.replay.simulation;

import dev.varve.replay.simulation.SegmentLog.Segment;
import org.jspecify.annotations.Nullable;

/// A block of a trace, and where it is now. A structure of its store's, without behaviour.
///
/// Confined.
final class SimulatedBlock {
    /// Its id in the trace.
    final long id;
    /// Changes with every write: the server gives each version an id of its own, so that a policy
    /// does not know a block again that was written anew.
    long version;
    boolean inMemory;
    /// On its way out of memory.
    boolean leaving;
    /// Whether it has been told to wait for a reader.
    boolean waited;
    /// Reads since it came into memory.
    int reads;
    int runPosition;
    @Nullable
    Run run;
    double heldUntilSeconds;
    /// When its bytes will have reached memory.
    double readableSeconds;
    double inMemorySinceSeconds;
    /// Where its copy in a log is.
    @Nullable
    Segment segment;
    int position;
    /// What was read after it the last time.
    @Nullable
    SimulatedBlock next;

    SimulatedBlock(long id) {
        this.id = id;
    }

    /// What a client writes without asking for anything in between.
    static final class Run {
        final boolean continued;
        int length;

        Run(boolean continued) {
            this.continued = continued;
        }
    }

    boolean isPresent() {
        return inMemory || segment != null;
    }

    boolean isFresh() {
        return segment == null;
    }
}
