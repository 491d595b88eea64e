/// The `varve` command.
@NullMarked
package dev.varve.cli;

import org.jspecify.annotations.NullMarked;
