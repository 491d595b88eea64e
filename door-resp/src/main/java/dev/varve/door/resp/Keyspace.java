package dev.varve.door.resp;

import dev.varve.bytes.Block;
import dev.varve.engine.Bucket;
import dev.varve.engine.BucketClass;
import dev.varve.engine.CommitOutcome;
import dev.varve.engine.ObjectAttributes;
import dev.varve.engine.ObjectInfo;
import dev.varve.engine.ObjectKey;
import dev.varve.engine.ObjectReader;
import dev.varve.engine.ObjectWriter;
import dev.varve.engine.Peek;
import dev.varve.engine.Precondition;
import java.util.Optional;

/// The selected database as commands see it: the same code for a command that runs on an event
/// loop and for one that may wait.
///
/// On an event loop ([#onLoop]) each method answers from memory or throws [WouldBlock], upon
/// which the connection drops the reply so far and runs the command again, from its start, on a
/// thread that may wait ([#blocking]). So a command must not call what can throw after it has
/// changed something, unless doing that again changes nothing more. One that is going to need
/// [#bucket] anyway asks for it first.
///
/// Confined to the thread that executes the command.
interface Keyspace {

    /// The bucket with all its methods that may wait.
    Bucket bucket();

    BucketClass bucketClass();

    Optional<ObjectInfo> head(ObjectKey key);

    /// See [Bucket#lease].
    Optional<ObjectInfo> lease(ObjectKey key);

    /// The caller closes the reader.
    Optional<ObjectReader> open(ObjectKey key);

    /// A block, leased to the caller.
    Block read(ObjectReader reader, int index);

    /// The caller closes the writer.
    ObjectWriter writer(ObjectKey key, long lengthBytes);

    CommitOutcome commit(
            ObjectWriter writer,
            ObjectAttributes attributes,
            Precondition precondition);

    static Keyspace onLoop(Databases databases, Session session) {
        return new OnLoop(databases, session);
    }

    static Keyspace blocking(Databases databases, Session session) {
        return new Blocking(databases, session);
    }

    /// Never waits.
    final class OnLoop implements Keyspace {
        private final Databases databases;
        private final Session session;

        private OnLoop(Databases databases, Session session) {
            this.databases = databases;
            this.session = session;
        }

        @Override
        public Bucket bucket() {
            throw new WouldBlock();
        }

        @Override
        public BucketClass bucketClass() {
            return opened().bucketClass();
        }

        @Override
        public Optional<ObjectInfo> head(ObjectKey key) {
            return known(opened().tryHead(key));
        }

        @Override
        public Optional<ObjectInfo> lease(ObjectKey key) {
            return known(opened().tryLease(key));
        }

        @Override
        public Optional<ObjectReader> open(ObjectKey key) {
            return known(opened().tryOpen(key));
        }

        @Override
        public Block read(ObjectReader reader, int block) {
            return orWouldBlock(reader.tryRead(block));
        }

        @Override
        public ObjectWriter writer(ObjectKey key, long lengthBytes) {
            return orWouldBlock(opened().tryWriter(key, lengthBytes));
        }

        @Override
        public CommitOutcome commit(
                ObjectWriter writer,
                ObjectAttributes attributes,
                Precondition precondition) {
            return orWouldBlock(writer.tryCommit(attributes, precondition));
        }

        private Bucket opened() {
            return orWouldBlock(session.opened(databases));
        }

        private static <T> Optional<T> known(Peek<T> peek) {
            return switch (peek) {
                case Peek.Hit<T> hit -> Optional.of(hit.value());
                case Peek.Miss<T> _ -> Optional.empty();
                case Peek.Unsure<T> _ -> throw new WouldBlock();
            };
        }

        private static <T> T orWouldBlock(Optional<T> found) {
            if (found.isEmpty()) {
                throw new WouldBlock();
            }
            return found.get();
        }
    }

    /// Waits for whatever it takes.
    record Blocking(Databases databases, Session session) implements Keyspace {
        @Override
        public Bucket bucket() {
            return session.bucket(databases);
        }

        @Override
        public BucketClass bucketClass() {
            return bucket().bucketClass();
        }

        @Override
        public Optional<ObjectInfo> head(ObjectKey key) {
            return bucket().head(key);
        }

        @Override
        public Optional<ObjectInfo> lease(ObjectKey key) {
            return bucket().lease(key);
        }

        @Override
        public Optional<ObjectReader> open(ObjectKey key) {
            return bucket().open(key);
        }

        @Override
        public Block read(ObjectReader reader, int block) {
            return reader.read(block);
        }

        @Override
        public ObjectWriter writer(ObjectKey key, long lengthBytes) {
            return bucket().writer(key, lengthBytes);
        }

        @Override
        public CommitOutcome commit(
                ObjectWriter writer,
                ObjectAttributes attributes,
                Precondition precondition) {
            return writer.commit(attributes, precondition);
        }
    }
}
