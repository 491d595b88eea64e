package dev.varve.door.local;

import dev.varve.engine.Bucket;
import dev.varve.engine.ObjectKey;
import dev.varve.engine.Peek;
import io.netty.buffer.ByteBuf;

/// Is it there? One byte for each key. What is found stays in the store for a while, see
/// [Bucket#lease].
///
/// Confined to one thread at a time.
///
/// @param answers borrowed
record ExistsQuestion(Bucket bucket, ByteBuf answers) implements Question {

    @Override
    public boolean tryAsk(ObjectKey key) {
        return switch (bucket.tryLease(key)) {
            case Peek.Hit<?> _ -> say(true);
            case Peek.Miss<?> _ -> say(false);
            case Peek.Unsure<?> _ -> false;
        };
    }

    @Override
    public void ask(ObjectKey key) {
        say(bucket.lease(key).isPresent());
    }

    @Override
    public void withdraw() {}

    private boolean say(boolean exists) {
        answers.writeByte(exists ? 1 : 0);
        return true;
    }
}
