package dev.varve.policy;

/// Decides what leaves a tier. Knows blocks only by id and size; the caller keeps the bytes.
///
/// A block is *present* from [#inserted] until [#removed] or until [#victim] names it. No method
/// allocates on a hit.
///
/// Confined: the caller serialises all calls.
public interface EvictionPolicy {

    /// A block that is not present will come in: said before the victims are named that make room
    /// for it, where the caller knows it then. A policy may learn from it, and must do without.
    ///
    /// @param id        any but [#NONE]
    /// @param sizeBytes at least 0
    default void expected(long id, long sizeBytes) {}

    /// A block came in. It must not be present.
    void inserted(long id, long sizeBytes);

    /// A present block was read. An id that is not present is ignored.
    void accessed(long id);

    /// A block that has just been touched, [#inserted] or [#accessed], belongs to a request that
    /// touched another one just before. A caller that knows no order says nothing; most policies do
    /// not care. Ignored for a block that is not present.
    ///
    /// @param predecessor what the block came after, or [#NONE] for the first of a request
    default void follows(long id, long predecessor) {}

    /// A block that has just been touched, [#inserted] or [#accessed], was not read: it was brought
    /// up ahead of its reader. Most policies do not care. Ignored for a block that is not present.
    default void broughtUp(long id) {}

    /// The reader has come for whom a block was brought up. That it came up was a reference
    /// already. Most policies do not care. Ignored for a block that is not present.
    default void reached(long id) {}

    /// How many misses are enough, if it knows what will be asked for: a sum that grows each time
    /// that all of it was. Whoever chooses among policies can tell by it whether others do well,
    /// and need not wait for one that knows to gain.
    ///
    /// @return [#UNSURE] where it guesses, as most do
    default long sureMisses() {
        return UNSURE;
    }

    /// A block left for another reason than eviction. An id that is not present is ignored.
    void removed(long id);

    /// Names the block that should go next and forgets that it was present.
    ///
    /// @return its id, or [#NONE] when nothing is present
    long victim();

    /// A block that [#victim] had named stays after all: it is present again, and asked for as late
    /// as one that has proved itself. Ignored for a block that is present.
    void spared(long id, long sizeBytes);

    /// What the blocks present may take together has changed, by little at a time or much. It only
    /// concerns how a policy divides that and what it remembers beside it: what is too much now
    /// goes by [#victim]. Nothing, for a policy that does neither.
    ///
    /// @param capacityBytes at least 1
    default void resized(long capacityBytes) {}

    /// Takes over what a policy of the same kind has learnt of the same traffic in a cache of any
    /// size, but none of its blocks. Nothing, for a policy that learns from the blocks it knows.
    default void learnFrom(EvictionPolicy other) {}

    /// Whether a block is present.
    boolean contains(long id);

    /// Number of blocks present.
    int count();

    /// Sum of the sizes of the blocks present.
    long bytes();

    /// The answer of [#victim] when nothing is present; no block has this id.
    long NONE = 0;

    /// The answer of [#sureMisses] where nothing is known.
    long UNSURE = -1;
}
