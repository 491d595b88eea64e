package dev.varve.checks.crash;

/// A promise that was not kept.
final class Violation extends Exception {
    private static final long serialVersionUID = 1L;

    Violation(String message) {
        super(message);
    }
}
