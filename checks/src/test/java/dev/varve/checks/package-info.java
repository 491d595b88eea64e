/// Architecture and tidiness tests over all modules.
@NullMarked
package dev.varve.checks;

import org.jspecify.annotations.NullMarked;
