package dev.varve.door.resp;

import dev.varve.env.Clock;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.Map;

/// Who may come in.
///
/// Passwords are compared by digest, in a time that tells nothing about them; a user who does not
/// exist takes as long as one who does.
///
/// Immutable but for what limits rates.
public final class Users {
    /// The user that `AUTH password` means.
    static final String DEFAULT = "default";

    private static final byte[] NO_DIGEST = new byte[32];

    private final Map<String, byte[]> digestByName;
    private final Map<String, Access> accessByName;
    private final Map<String, Throttle> throttleByName = new HashMap<>();
    private final Throttle unlimited;

    /// @param accessByName what users may do who may not do everything
    Users(Map<String, String> passwordByName, Map<String, Access> accessByName, Clock clock) {
        this(passwordByName, accessByName, Map.of(), new Throttle(clock, 0));
    }

    private Users(
            Map<String, String> passwordByName,
            Map<String, Access> accessByName,
            Map<String, Throttle> before,
            Throttle unlimited) {
        var digests = new HashMap<String, byte[]>();
        passwordByName.forEach(
                (name, password) -> digests.put(name,
                        digest(password.getBytes(StandardCharsets.UTF_8))));
        digestByName = Map.copyOf(digests);
        this.accessByName = Map.copyOf(accessByName);
        this.unlimited = unlimited;
        accessByName.forEach((name, access) -> {
            if (access.bytesPerSecond() > 0) {
                throttleByName.put(name,
                        before.getOrDefault(name, unlimited).at(access.bytesPerSecond()));
            }
        });
    }

    /// Other users, of whom those who stay go on paying back what they have used.
    Users replaced(Map<String, String> passwordByName, Map<String, Access> access) {
        return new Users(passwordByName, access, throttleByName, unlimited);
    }

    /// What limits the rate of a user, by name.
    Throttle throttleOf(String name) {
        return throttleByName.getOrDefault(name, unlimited);
    }

    /// Those whose rate is limited.
    Map<String, Throttle> throttles() {
        return Map.copyOf(throttleByName);
    }

    /// Whether everybody may come in.
    public boolean open() {
        return digestByName.isEmpty();
    }

    /// Whether there is such a user. False where everybody may come in.
    public boolean has(String name) {
        return digestByName.containsKey(name);
    }

    /// What a user may do, by name.
    Access accessOf(String name) {
        return accessByName.getOrDefault(name, Access.ALL);
    }

    /// Whether this is the user's password. Where everybody may come in, the user `default` has
    /// every password and there is no other user.
    public boolean admits(byte[] name, byte[] password) {
        var user = new String(name, StandardCharsets.UTF_8);
        if (open()) {
            return user.equals(DEFAULT);
        }
        var expected = digestByName.get(user);
        boolean same = MessageDigest.isEqual(
                expected == null ? NO_DIGEST : expected, digest(password));
        return expected != null && same;
    }

    private static byte[] digest(byte[] password) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(password);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
