package dev.varve.checks;

/// One breach of a rule.
///
/// @param place   `module/TopLevelClass` or a path from the repository's root
/// @param message what is wrong there
///
/// Immutable.
record Finding(String place, String message) {

    @Override
    public String toString() {
        return place + ": " + message;
    }
}
