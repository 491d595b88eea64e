/// One load client for all servers under comparison, so that its cost is the same for each.
@NullMarked
package dev.varve.bench.load;

import org.jspecify.annotations.NullMarked;
