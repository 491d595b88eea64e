package dev.varve.engine;

/// What memory alone can say about a key.
///
/// @param <T> what there is to be had
public sealed interface Peek<T> {

    /// It is here.
    record Hit<T>(T value) implements Peek<T> {}

    /// There is no such object.
    record Miss<T>() implements Peek<T> {}

    /// Only the blocking method can tell.
    record Unsure<T>() implements Peek<T> {}
}
