package dev.varve.tier;

/// What a tier is made of, as far as the machine tells.
///
/// @param name            for people, such as `memory` or `flash`
/// @param survivesRestart whether copies are there again when the process starts anew
///
/// Immutable.
public record Medium(String name, boolean survivesRestart) {}
