/// Placement as pure decisions: numbers in, decisions out.
@NullMarked
package dev.varve.policy;

import org.jspecify.annotations.NullMarked;
