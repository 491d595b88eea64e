/// Simulated environment, faulty disk and the tier contract suite. For tests only.
@NullMarked
package dev.varve.testkit;

import org.jspecify.annotations.NullMarked;
