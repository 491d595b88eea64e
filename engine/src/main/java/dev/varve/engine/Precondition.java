package dev.varve.engine;

import java.util.Optional;

/// What must hold of the present object, if any, for a change to take place. Evaluated at the
/// moment of the change, under a lock: it must be quick and must not call the engine.
@FunctionalInterface
public interface Precondition {
    Precondition NONE = present -> true;
    Precondition IF_ABSENT = Optional::isEmpty;
    Precondition IF_PRESENT = Optional::isPresent;

    boolean holds(Optional<ObjectInfo> present);

    /// Holds while the object is the one that was seen before.
    static Precondition ifVersion(long version) {
        return present -> present.isPresent() && present.get().version() == version;
    }
}
