/// The format in which accesses to a store are recorded: `docs/format-trace.md`.
@NullMarked
package dev.varve.trace;

import org.jspecify.annotations.NullMarked;
