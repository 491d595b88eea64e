package dev.varve.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.env.SystemTasks;
import dev.varve.trace.TraceEvent;
import dev.varve.trace.TraceEvent.Operation;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class EventRingTest {
    @Test
    void keepsTheOrderAndDropsWhatFindsNoRoom() {
        var ring = new EventRing(4);
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 6; i++) {
                ring.offer(event(0, i));
            }
            for (int i = 0; i < 4; i++) {
                assertThat(ring.poll().orElseThrow().timeMicros()).isEqualTo(i);
            }
            assertThat(ring.poll()).isEmpty();
            assertThat(ring.dropped()).isEqualTo(2L * (round + 1));
        }
    }

    @Test
    void losesNothingUncountedAmongManyThreads() {
        var ring = new EventRing(1 << 10);
        int writers = 4;
        int each = 50_000;
        var next = new int[writers];
        var running = new AtomicInteger(writers);
        long taken = 0;
        try (var tasks = new SystemTasks()) {
            for (int i = 0; i < writers; i++) {
                int writer = i;
                tasks.start("writer", () -> {
                    for (int n = 0; n < each; n++) {
                        ring.offer(event(writer, n));
                    }
                    running.decrementAndGet();
                });
            }
            while (true) {
                boolean last = running.get() == 0;
                var event = ring.poll();
                if (event.isPresent()) {
                    taken++;
                    int writer = event.get().connection();
                    assertThat(event.get().timeMicros()).isGreaterThanOrEqualTo(next[writer]);
                    next[writer] = (int) event.get().timeMicros() + 1;
                } else if (last) {
                    break;
                } else {
                    Thread.onSpinWait();
                }
            }
        }
        assertThat(taken + ring.dropped()).isEqualTo((long) writers * each);
        assertThat(taken).isPositive();
    }

    private static TraceEvent event(int writer, int number) {
        return new TraceEvent(number, Operation.READ_MISS, number, 0, 0, 0, writer);
    }
}
