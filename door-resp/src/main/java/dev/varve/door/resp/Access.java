package dev.varve.door.resp;

import dev.varve.engine.ObjectKey;
import java.util.ArrayList;
import java.util.List;

/// Which keys a user may touch, and how fast.
///
/// @param prefixes       a key must begin with one of them; none means that the user may touch all
///                       keys. In order, and none begins with another
/// @param bytesPerSecond what all connections of the user may receive and send together; 0 means
///                       no limit
///
/// Immutable.
public record Access(List<ObjectKey> prefixes, long bytesPerSecond) {
    /// Everything, at any rate.
    public static final Access ALL = new Access(List.of(), 0);

    /// @param prefixes in any order
    public Access {
        if (bytesPerSecond < 0) {
            throw new IllegalArgumentException(
                    "bytesPerSecond (" + bytesPerSecond + ") must be at least 0");
        }
        var least = new ArrayList<ObjectKey>();
        for (var prefix : prefixes.stream().sorted().toList()) {
            if (least.isEmpty() || !prefix.startsWith(least.getLast())) {
                least.add(prefix);
            }
        }
        prefixes = List.copyOf(least);
    }

    /// Whether there are keys that the user may not touch.
    boolean restricted() {
        return !prefixes.isEmpty();
    }

    /// Whether the user may touch a key. Asked before anybody looks for the key, so that neither
    /// the answer nor its time tells whether the key is there.
    boolean allows(byte[] key) {
        if (prefixes.isEmpty()) {
            return true;
        }
        for (var prefix : prefixes) {
            if (begins(key, prefix.bytes())) {
                return true;
            }
        }
        return false;
    }

    /// What of the keys that begin so the user may see: prefixes in order, of which none begins
    /// with another.
    List<ObjectKey> within(ObjectKey prefix) {
        if (!restricted() || allows(prefix.bytes())) {
            return List.of(prefix);
        }
        return prefixes.stream().filter(own -> own.startsWith(prefix)).toList();
    }

    private static boolean begins(byte[] key, byte[] prefix) {
        if (key.length < prefix.length) {
            return false;
        }
        for (int i = 0; i < prefix.length; i++) {
            if (key[i] != prefix[i]) {
                return false;
            }
        }
        return true;
    }
}
