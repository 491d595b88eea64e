package dev.varve.engine;

import static dev.varve.testkit.GuardedCalls.assertUnavailable;
import static dev.varve.testkit.GuardedCalls.awaitAnswers;
import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.engine.Catalog.Change;
import dev.varve.env.NativeThreads;
import dev.varve.env.SystemTasks;
import dev.varve.testkit.ManualClock;
import dev.varve.testkit.SimulatedDisk;
import dev.varve.testkit.WedgedDisk;
import dev.varve.tier.DeviceGuard;
import dev.varve.tier.DeviceGuard.Patience;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

final class GuardedCatalogTest extends CatalogContract {
    private static final int THREADS = 2;
    private static final List<String> WITHOUT_DISK = List.of(
            "tryObject", "tryBlock", "mayHaveObject", "close");

    private final ManualClock clock = new ManualClock();
    private final WedgedDisk disk = new WedgedDisk(new SimulatedDisk(1));
    private final DeviceGuard guard = new DeviceGuard(
            "flash", Patience.DEFAULT, clock, new SystemTasks());
    private final Map<Catalog, SimulatedCatalog> simulated = new ConcurrentHashMap<>();

    @Override
    Catalog create() {
        return guarded(new SimulatedCatalog());
    }

    @Override
    Catalog reopen(Catalog catalog) {
        return guarded(below(catalog).restart());
    }

    @Override
    int openCursors(Catalog catalog) {
        return below(catalog).openCursorCount();
    }

    private SimulatedCatalog below(Catalog guarded) {
        return Objects.requireNonNull(simulated.get(guarded));
    }

    private Catalog guarded(SimulatedCatalog catalog) {
        var guarded = new GuardedCatalog(
                on(disk, catalog), guard, new NativeThreads("catalog", THREADS));
        simulated.put(guarded, catalog);
        return guarded;
    }

    /// A catalog that hangs when the disk does.
    private static Catalog on(WedgedDisk disk, Catalog catalog) {
        return (Catalog) wedged(Catalog.class, disk, catalog);
    }

    private static Object wedged(Class<?> type, WedgedDisk disk, Object wrapped) {
        return Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[]{type},
                (_, method, arguments) -> {
                    if (!WITHOUT_DISK.contains(method.getName())) {
                        disk.pass();
                    }
                    try {
                        var result = method.invoke(wrapped, arguments);
                        return result instanceof Catalog.Cursor<?>
                                ? wedged(Catalog.Cursor.class, disk, result)
                                : result;
                    } catch (InvocationTargetException failed) {
                        throw failed.getCause();
                    }
                });
    }

    private static List<Change> put(int number) {
        return List.of(new Change.PutObject(1, object(key(number))));
    }

    @Test
    void tellsOfACommitThatWasGivenUpWhenItComesAbout() throws Exception {
        BlockingQueue<Boolean> heard = new LinkedBlockingQueue<>();
        try (var catalog = create();
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            disk.hang();
            var commit = callers.submit(() -> catalog.commit(put(1), heard::add));
            disk.awaitStuck(1);
            clock.advance(Patience.DEFAULT.write().plusNanos(1));
            assertUnavailable(commit, "did not answer a catalog commit within 10000 ms");
            assertThat(heard).isEmpty();
            assertUnavailable(callers.submit(() -> catalog.object(1, key(1))),
                    "does not answer");
            disk.work();
            assertThat(heard.take()).isTrue();
            awaitAnswers(guard);
            assertThat(catalog.object(1, key(1))).isPresent();
        }
    }

    @Test
    void neverBeginsACommitThatWasGivenUpBefore() throws Exception {
        BlockingQueue<Boolean> heard = new LinkedBlockingQueue<>();
        try (var catalog = create();
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            disk.hang();
            var reads = new ArrayList<Future<?>>();
            for (int i = 0; i < THREADS; i++) {
                reads.add(callers.submit(() -> catalog.block(1)));
            }
            disk.awaitStuck(THREADS);
            var commit = callers.submit(() -> catalog.commit(put(1), heard::add));
            while (!commit.isDone()) {
                clock.advance(Patience.DEFAULT.write());
            }
            assertUnavailable(commit, "did not answer a catalog commit");
            reads.forEach(read -> assertUnavailable(read, "did not answer a catalog read"));
            disk.work();
            assertThat(heard.take()).isFalse();
            awaitAnswers(guard);
            assertThat(catalog.object(1, key(1))).isEmpty();
        }
    }

    @Test
    void tellsAtOnceOfACommitThatItDoesNotBegin() throws Exception {
        BlockingQueue<Boolean> heard = new LinkedBlockingQueue<>();
        try (var catalog = create();
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            disk.hang();
            var read = callers.submit(() -> catalog.block(1));
            disk.awaitStuck(1);
            clock.advance(Patience.DEFAULT.read().plusNanos(1));
            assertUnavailable(read, "did not answer a catalog read");
            assertUnavailable(callers.submit(() -> catalog.commit(put(1), heard::add)),
                    "does not answer");
            assertThat(heard).containsExactly(false);
            disk.work();
            awaitAnswers(guard);
        }
    }

    @Test
    void closesAWalkThatHungWhenItIsNoLongerUsed() throws Exception {
        try (var catalog = create();
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            catalog.commit(put(1));
            var walk = catalog.objects(1, ObjectKey.EMPTY);
            disk.hang();
            var opening = callers.submit(() -> catalog.objects(1, ObjectKey.EMPTY));
            var step = callers.submit(walk::next);
            disk.awaitStuck(2);
            clock.advance(Patience.DEFAULT.read().plusNanos(1));
            assertUnavailable(opening, "did not answer a catalog read");
            assertUnavailable(step, "did not answer a catalog read");
            walk.close();
            assertThat(openCursors(catalog)).as("one is in use, the other not yet there")
                    .isEqualTo(1);
            disk.work();
            awaitAnswers(guard);
            assertThat(openCursors(catalog)).isZero();
        }
    }
}
