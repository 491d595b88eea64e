package dev.varve.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Chunks that are kept under two keys.
final class PairsTest {
    private static final ObjectKey LABEL = ObjectKey.of("model@1@0@02783dafmetadata");
    private static final ObjectKey BODY = ObjectKey.of("model@1@0@02783dafkv_bytes");

    private final EngineRig rig = new EngineRig(3, 6 << 20);
    private int written;

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void knowsBothHalvesByTheirNames() {
        assertThat(Pairs.bodyOf(LABEL)).contains(BODY);
        assertThat(Pairs.labelOf(BODY)).contains(LABEL);
        assertThat(Pairs.bodyOf(BODY)).isEmpty();
        assertThat(Pairs.bodyOf(ObjectKey.of("metadata"))).isEmpty();
    }

    @Test
    void bothHalvesLeaveTogetherWhicheverIsOlder() {
        for (int round = 0; round < 20; round++) {
            store();
            int presses = 0;
            while (rig.cache().head(BODY).isPresent()) {
                assertThat(rig.cache().head(LABEL)).as("round %d, %d", round, presses).isPresent();
                assertThat(presses++).isLessThan(2000);
                press(1);
            }
            assertThat(rig.cache().head(LABEL)).as("round %d", round).isEmpty();
            assertThat(rig.cache().explain(LABEL)).isInstanceOf(Explanation.Left.class);
        }
    }

    @Test
    void aLabelWithoutItsBodyIsNotThere() {
        rig.cache().put(LABEL, bytes(28));
        assertThat(rig.cache().lease(LABEL)).isEmpty();
        assertThat(rig.cache().tryLease(LABEL)).isNotInstanceOf(Peek.Hit.class);
        rig.cache().put(BODY, bytes(50_000));
        assertThat(rig.cache().lease(LABEL)).isPresent();
        assertThat(rig.cache().tryLease(LABEL)).isInstanceOf(Peek.Hit.class);
    }

    @Test
    void aLeaseOnTheLabelHoldsTheBody() {
        store();
        assertThat(rig.cache().lease(LABEL)).isPresent();
        press(800);
        assertThat(rig.cache().get(LABEL)).contains(bytes(28));
        assertThat(rig.cache().get(BODY)).contains(bytes(50_000));
        rig.clock.advance(Duration.ofSeconds(11));
        press(800);
        assertThat(rig.cache().get(LABEL)).isEmpty();
        assertThat(rig.cache().get(BODY)).isEmpty();
    }

    @Test
    void durableBucketsKnowNoPairs() {
        rig.durable().put(LABEL, bytes(28));
        assertThat(rig.durable().lease(LABEL)).isPresent();
    }

    /// In the order of LMCache: the bytes first.
    private void store() {
        rig.cache().put(BODY, bytes(50_000));
        rig.cache().put(LABEL, bytes(28));
    }

    private void press(int objects) {
        for (int i = 0; i < objects; i++) {
            rig.cache().put(ObjectKey.of("other" + written++), bytes(40_000));
            rig.tasks.stepAll();
        }
    }

    private static byte[] bytes(int length) {
        var bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}
