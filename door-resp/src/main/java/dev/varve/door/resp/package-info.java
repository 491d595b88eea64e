/// The Redis protocol on the engine.
@NullMarked
package dev.varve.door.resp;

import org.jspecify.annotations.NullMarked;
