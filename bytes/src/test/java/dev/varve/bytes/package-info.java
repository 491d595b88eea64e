@NullMarked
package dev.varve.bytes;

import org.jspecify.annotations.NullMarked;
