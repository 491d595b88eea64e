package dev.varve.server;

/// A setting's value as it was written.
///
/// @param text   the value
/// @param origin where it was: a file, a variable, an option
record Given(String text, String origin) {}
