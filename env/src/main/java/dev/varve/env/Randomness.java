package dev.varve.env;

import java.security.SecureRandom;
import java.util.random.RandomGenerator;

/// The real source of chance; tests and simulations pass seeded generators instead.
public final class Randomness {
    private Randomness() {}

    /// Numbers that nobody can foretell. Thread-safe.
    public static RandomGenerator system() {
        return new SecureRandom();
    }
}
