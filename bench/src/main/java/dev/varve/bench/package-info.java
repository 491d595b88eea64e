/// Side-by-side comparisons of Varve with its peers and its limits; nothing depends on them.
@NullMarked
package dev.varve.bench;

import org.jspecify.annotations.NullMarked;
