package dev.varve.door.local;

import dev.varve.engine.ObjectKey;

/// What is asked about each key of a request; the answers gather in one body, in the same order.
///
/// Confined to one thread at a time.
interface Question {

    /// Answers from memory alone. Never blocks.
    ///
    /// @return false if it cannot, and then nothing was answered
    boolean tryAsk(ObjectKey key);

    /// Answers, waiting for whatever it takes.
    void ask(ObjectKey key);

    /// Undoes what was promised, because the answers will not be sent.
    void withdraw();
}
