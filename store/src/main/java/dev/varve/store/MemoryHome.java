package dev.varve.store;

import java.nio.file.Path;

/// Where the memory tier lives, and so whether it outlives the process.
///
/// Immutable.
public sealed interface MemoryHome {

    /// In memory that ends with the process.
    record Nameless() implements MemoryHome {}

    /// In a file of the system's tmpfs, where there is one with room; else as [Nameless].
    record Found(AtStop atStop) implements MemoryHome {}

    /// In a file of this folder, which should be on a tmpfs.
    record In(Path folder, AtStop atStop) implements MemoryHome {}

    /// What an orderly stop does. After any other end the file is there for the next start.
    enum AtStop {
        /// What only memory has goes to flash, and the file is removed.
        FLASH,
        /// The file stays for the next start.
        KEEP
    }
}
