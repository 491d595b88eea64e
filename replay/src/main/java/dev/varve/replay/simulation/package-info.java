/// Modelled media, hierarchies of them in simulated time, and the planning of hierarchies.
@NullMarked
package dev.varve.replay.simulation;

import org.jspecify.annotations.NullMarked;
