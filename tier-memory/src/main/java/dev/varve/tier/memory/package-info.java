/// Blocks in memory.
@NullMarked
package dev.varve.tier.memory;

import org.jspecify.annotations.NullMarked;
