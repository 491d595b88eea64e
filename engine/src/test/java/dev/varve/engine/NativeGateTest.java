package dev.varve.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

final class NativeGateTest {

    @Test
    void letsNobodyInOnceClosed() {
        var gate = new NativeGate("thing");
        gate.enter();
        gate.leave();
        gate.close();
        assertThat(gate.tryEnter()).isFalse();
        assertThatThrownBy(gate::enter).isInstanceOfSatisfying(StorageException.class,
                e -> assertThat(e.kind()).isEqualTo(Kind.CLOSED))
                .hasMessageContaining("thing");
    }

    @Test
    void closingWaitsForThoseInside() throws Exception {
        var gate = new NativeGate("thing");
        var inside = new CountDownLatch(2);
        var mayLeave = new CountDownLatch(1);
        for (int i = 0; i < 2; i++) {
            Thread.ofVirtual().start(() -> {
                gate.enter();
                inside.countDown();
                try {
                    mayLeave.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                } finally {
                    gate.leave();
                }
            });
        }
        inside.await();
        var closed = new AtomicBoolean();
        var closer = Thread.ofPlatform().start(() -> {
            gate.close();
            closed.set(true);
        });
        while (gate.tryEnter()) {
            gate.leave();
            Thread.onSpinWait();
        }
        assertThat(closed).isFalse();
        mayLeave.countDown();
        closer.join();
        assertThat(closed).isTrue();
    }

    @Test
    void whatIsBehindTheGateStaysWhileSomebodyIsInside() throws Exception {
        for (int round = 0; round < 200; round++) {
            var gate = new NativeGate("thing");
            var alive = new AtomicBoolean(true);
            CatalogContract.together(5, thread -> {
                if (thread == 0) {
                    gate.close();
                    alive.set(false);
                    return List.of();
                }
                while (gate.tryEnter()) {
                    try {
                        assertThat(alive).isTrue();
                    } finally {
                        gate.leave();
                    }
                }
                return List.of();
            });
        }
    }
}
