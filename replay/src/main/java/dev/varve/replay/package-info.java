/// Trace readers and generators, and their replay against a server.
@NullMarked
package dev.varve.replay;

import org.jspecify.annotations.NullMarked;
