package dev.varve.checks.crash;

import java.util.Set;
import java.util.TreeSet;

/// What a store may hold for one key, given what it acknowledged and what was under way when it
/// died.
///
/// An acknowledged change leaves one possibility. A change without an answer adds one. Reading one
/// of the possibilities makes it the only one: having shown it, the store may not go back.
///
/// Confined to the worker that owns the key, then to the checker.
final class KeyHistory {
    /// Stands for a key that is not there.
    static final long ABSENT = 0;

    private final long key;
    private final boolean mayVanish;
    private final Set<Long> possible = new TreeSet<>(Set.of(ABSENT));
    private long lastVersion;
    private long pending;

    /// @param mayVanish whether the store may drop the key at any time, as a cache does
    KeyHistory(long key, boolean mayVanish) {
        this.key = key;
        this.mayVanish = mayVanish;
    }

    long key() {
        return key;
    }

    /// Begins a put and returns its version.
    long beginPut() {
        pending = ++lastVersion;
        return pending;
    }

    void beginDelete() {
        pending = ABSENT;
    }

    /// The change that was begun is acknowledged.
    void acknowledge() {
        possible.clear();
        possible.add(pending);
    }

    /// The change that was begun has no answer, and may or may not have happened.
    void leaveOpen() {
        possible.add(pending);
    }

    /// Judges what was read.
    ///
    /// @param version what the key had, or [#ABSENT]
    /// @throws Violation if it cannot be that
    void observe(long version) throws Violation {
        if (!possible.contains(version)) {
            if (version == ABSENT && mayVanish) {
                return;
            }
            throw new Violation("key " + key + " is " + name(version) + " but may only be "
                    + possible.stream().map(KeyHistory::name).toList()
                    + (version != ABSENT && version < lastVersion ? ": an older version" : ""));
        }
        // A cache that says "absent" may have dropped the key or deleted it: nothing is learned.
        if (!mayVanish || version != ABSENT) {
            possible.clear();
            possible.add(version);
        }
    }

    /// Whether the key must be there.
    boolean isCertain() {
        return !mayVanish && !possible.contains(ABSENT);
    }

    /// Whether the key cannot be there.
    boolean isGone() {
        return possible.equals(Set.of(ABSENT));
    }

    private static String name(long version) {
        return version == ABSENT ? "absent" : "version " + version;
    }
}
