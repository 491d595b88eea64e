/// A client for a Varve server on the same host, which maps the server's memory instead of
/// receiving values through a socket. Needs nothing but the JDK, on Linux.
@NullMarked
package dev.varve.client.local;

import org.jspecify.annotations.NullMarked;
