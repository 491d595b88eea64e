/// Settings, admin, metrics and lifecycle of the Varve process.
@NullMarked
package dev.varve.server;

import org.jspecify.annotations.NullMarked;
