/// Every source of chance and delay (clock, randomness, tasks, disk), and the real ones.
@NullMarked
package dev.varve.env;

import org.jspecify.annotations.NullMarked;
