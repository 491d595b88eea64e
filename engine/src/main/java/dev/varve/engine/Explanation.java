package dev.varve.engine;

import java.time.Duration;

/// What became of a key.
public sealed interface Explanation {

    /// It is there.
    ///
    /// @param blocksInMemory how many of its blocks are in memory
    /// @param onFlash        whether all of them have a copy on flash
    /// @param heldFor        how long it is sure to stay; zero where nothing holds it
    record Present(
            ObjectInfo info,
            int blocks,
            int blocksInMemory,
            boolean onFlash,
            Duration heldFor) implements Explanation {}

    /// It was there, and left.
    record Left(Departure departure) implements Explanation {}

    /// It was never written, or left so long ago that the log has forgotten it.
    ///
    /// @param rememberedDepartures how many departures the log goes back
    record Unknown(int rememberedDepartures) implements Explanation {}
}
