package dev.varve.engine;

import java.util.Optional;

/// What came of a change.
public sealed interface CommitOutcome {

    /// It took place.
    ///
    /// @param present  the object as it is now; empty after a removal
    /// @param previous the object that was there before
    record Done(Optional<ObjectInfo> present, Optional<ObjectInfo> previous)
            implements
                CommitOutcome {}

    /// The precondition did not hold; nothing changed.
    ///
    /// @param present the object that was found
    record Refused(Optional<ObjectInfo> present) implements CommitOutcome {}
}
