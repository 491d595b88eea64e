/// Owned off-heap memory: one slab, the blocks cut from it, and checksums over them.
@NullMarked
package dev.varve.bytes;

import org.jspecify.annotations.NullMarked;
