/// Kills the real server at random instants under load and checks what it promised.
@NullMarked
package dev.varve.checks.crash;

import org.jspecify.annotations.NullMarked;
