package dev.varve.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.engine.Access.Operation;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class AccessesTest {
    private static final ObjectKey KEY = ObjectKey.of("key");
    private static final ObjectKey OTHER = ObjectKey.of("other");

    private final EngineRig rig = new EngineRig(1, 16 << 20);
    private final List<Access> heard = new ArrayList<>();

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void hearsOfEverythingThatIsDoneToAnObject() {
        listen();
        var bucket = rig.cache().as(7);
        bucket.open(KEY);
        bucket.put(KEY, new byte[10]);
        bucket.get(KEY);
        bucket.head(KEY);
        bucket.lease(OTHER);
        bucket.touch(KEY, ObjectAttributes.NONE, Precondition.NONE);
        bucket.remove(KEY);
        assertThat(heard).extracting(Access::operation)
                .containsExactly(Operation.READ_MISS,
                        Operation.WRITE, Operation.READ_HIT, Operation.EXISTS_HIT,
                        Operation.EXISTS_MISS,
                        Operation.TOUCH, Operation.DELETE);
        assertThat(heard).extracting(Access::sizeBytes)
                .containsExactly(0L, 10L, 10L, 10L, 0L, 10L, 0L);
        assertThat(heard).extracting(Access::client).containsOnly(7);
        assertThat(heard.get(4).key()).isEqualTo(OTHER);
    }

    @Test
    void hearsOnceOfWhatWasTriedFirst() {
        var bucket = rig.cache();
        bucket.put(KEY, new byte[10]);
        listen();
        try (var reader = ((Peek.Hit<ObjectReader>) bucket.tryOpen(KEY)).value()) {
            assertThat(reader.info().sizeBytes()).isEqualTo(10);
        }
        bucket.tryHead(KEY);
        bucket.tryLease(KEY);
        bucket.tryOpen(OTHER);
        // Nobody knew it without asking the catalog, and whoever asks it is heard of.
        assertThat(heard).extracting(Access::operation)
                .startsWith(Operation.READ_HIT, Operation.EXISTS_HIT, Operation.EXISTS_HIT);
        var reads = rig.engine.status().reads();
        assertThat(reads.hits() + reads.misses()).isEqualTo(heard.size());
    }

    @Test
    void hearsOfNothingThatDidNotHappen() {
        var bucket = rig.cache();
        bucket.put(KEY, new byte[10]);
        listen();
        try (var writer = bucket.writer(KEY, 1)) {
            writer.write(ByteBuffer.wrap(new byte[1]));
            writer.commit(ObjectAttributes.NONE, Precondition.IF_ABSENT);
        }
        bucket.delete(OTHER, Precondition.IF_PRESENT);
        try (var abandoned = bucket.writer(OTHER, 1)) {
            assertThat(abandoned.lengthBytes()).isZero();
        }
        assertThat(heard).isEmpty();
    }

    @Test
    void tellsSharesAndBucketsApart() {
        rig.engine.divide(List.of(new ShareSettings("app", List.of(ObjectKey.of("app/")),
                OptionalLong.of(1 << 20), OptionalLong.empty())));
        listen();
        rig.cache().put(ObjectKey.of("app/x"), new byte[1]);
        rig.cache().put(KEY, new byte[1]);
        rig.durable().put(KEY, new byte[1]);
        assertThat(heard).extracting(Access::share).containsExactly(1, 0, 0);
        assertThat(heard.get(1).bucket()).isEqualTo(heard.get(0).bucket());
        assertThat(heard.get(2).bucket()).isNotEqualTo(heard.get(0).bucket());
    }

    @Test
    void saysNothingOfHiddenBucketsNorAfterTheEnd() {
        listen();
        rig.engine.openBucket(".parts", BucketClass.CACHE).put(KEY, new byte[1]);
        rig.engine.listen(Optional.empty());
        rig.cache().put(KEY, new byte[1]);
        assertThat(heard).isEmpty();
    }

    @Test
    void numbersClientsFromOne() {
        assertThat(rig.engine.newClient()).isEqualTo(1);
        assertThat(rig.engine.newClient()).isEqualTo(2);
    }

    private void listen() {
        rig.engine.listen(Optional.of(heard::add));
    }
}
