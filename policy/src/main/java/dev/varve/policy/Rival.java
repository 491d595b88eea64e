package dev.varve.policy;

import java.util.function.LongFunction;

/// A policy that may be put in force: its name, and how one is made for a cache of so many bytes.
///
/// @param name   as in settings and figures: lower case, words joined by hyphens
/// @param policy makes a fresh one for a capacity of at least 1 byte
public record Rival(String name, LongFunction<EvictionPolicy> policy) {}
