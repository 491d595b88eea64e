/// The seam between the engine and any medium: the tier contract and what a medium is made of.
@NullMarked
package dev.varve.tier;

import org.jspecify.annotations.NullMarked;
