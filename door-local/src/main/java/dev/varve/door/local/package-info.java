/// The door for clients on the same host: they map the memory tier, read-only, and are told where
/// in it a value lies. See `docs/local-protocol.md`.
@NullMarked
package dev.varve.door.local;

import org.jspecify.annotations.NullMarked;
