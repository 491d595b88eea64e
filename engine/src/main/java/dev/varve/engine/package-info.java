/// Buckets, catalog, write path, read path, movement and recovery.
@NullMarked
package dev.varve.engine;

import org.jspecify.annotations.NullMarked;
