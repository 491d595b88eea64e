package dev.varve.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BacklogTest {
    private final List<Integer> taken = new ArrayList<>();

    @Test
    void takesStepsABatchAtATimeInOrder() {
        var backlog = new Backlog(() -> 4);
        backlog.add(() -> taken.add(0)); // asks how large a batch is
        for (int i = 1; i < 4; i++) {
            int step = i;
            backlog.add(() -> taken.add(step));
        }
        assertThat(taken).containsExactly(0);
        backlog.offer(() -> taken.add(4));
        assertThat(taken).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void answersWithOrWithoutWhatWaits() {
        var backlog = new Backlog(() -> 100);
        backlog.add(() -> taken.add(0));
        backlog.add(() -> taken.add(1));
        assertThat(backlog.<Integer>ask(taken::size)).isEqualTo(1);
        assertThat(backlog.<Integer>askAfterAll(taken::size)).isEqualTo(2);
        backlog.add(() -> taken.add(2));
        backlog.take(() -> taken.add(3));
        assertThat(taken).containsExactly(0, 1, 2, 3);
    }

    @Test
    void takesOneStepAtATimeAndAllOfThem() throws InterruptedException {
        var backlog = new Backlog(() -> 8);
        var start = new CountDownLatch(1);
        var threads = IntStream.range(0, 4).mapToObj(t -> Thread.ofPlatform().start(() -> {
            try {
                start.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            for (int i = 0; i < 5000; i++) {
                int step = 5000 * t + i;
                backlog.add(() -> taken.add(step)); // a list that two threads would break
            }
        })).toList();
        start.countDown();
        for (var thread : threads) {
            thread.join();
        }
        assertThat(backlog.<Integer>askAfterAll(taken::size)).isEqualTo(20_000);
        for (int t = 0; t < 4; t++) {
            int thread = t;
            assertThat(taken.stream().filter(step -> step / 5000 == thread)).isSorted();
        }
        assertThat(taken).doesNotHaveDuplicates();
    }

    @Test
    void goesOnAfterAStepThatFails() {
        var backlog = new Backlog(() -> 1);
        try {
            backlog.add(() -> {
                throw new IllegalStateException("broken");
            });
        } catch (IllegalStateException e) {
            taken.add(0);
        }
        backlog.add(() -> taken.add(1));
        assertThat(taken).containsExactly(0, 1);
    }
}
