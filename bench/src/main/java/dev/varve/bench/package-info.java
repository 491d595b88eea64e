/// Side-by-side comparisons and micro-benchmarks.
@NullMarked
package dev.varve.bench;

import org.jspecify.annotations.NullMarked;
