/// Turns bits of a data folder over and reads everything back.
@NullMarked
package dev.varve.checks.flips;

import org.jspecify.annotations.NullMarked;
