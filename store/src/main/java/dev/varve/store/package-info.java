/// Opens a folder as a store: wires tiers into the engine by hand.
@NullMarked
package dev.varve.store;

import org.jspecify.annotations.NullMarked;
