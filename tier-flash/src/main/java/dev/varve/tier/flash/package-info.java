/// Blocks in append-only segment files on flash.
@NullMarked
package dev.varve.tier.flash;

import org.jspecify.annotations.NullMarked;
