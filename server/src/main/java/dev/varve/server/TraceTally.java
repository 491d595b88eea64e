package dev.varve.server;

import java.util.concurrent.atomic.LongAdder;

/// What all recordings together have counted.
///
/// @param events  accesses written
/// @param dropped accesses of the sample that found no room on their way
///
/// Thread-safe.
record TraceTally(LongAdder events, LongAdder dropped) {}
