package dev.varve.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.engine.Catalog.Change;
import dev.varve.engine.Catalog.Numbers;
import dev.varve.engine.SimulatedCatalog.Operation;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SimulatedCatalogTest extends CatalogContract {

    @Override
    Catalog create() {
        return new SimulatedCatalog();
    }

    @Override
    Catalog reopen(Catalog catalog) {
        return ((SimulatedCatalog) catalog).restart();
    }

    @Override
    int openCursors(Catalog catalog) {
        return ((SimulatedCatalog) catalog).openCursorCount();
    }

    private static Change put(int number) {
        return new Change.PutObject(1, object(key(number)));
    }

    @Test
    void aCrashKeepsWhatWasSyncedAndLosesTheRestFromTheEnd() {
        var lengths = new HashSet<Integer>();
        for (long seed = 0; seed < 100; seed++) {
            var catalog = new SimulatedCatalog();
            for (int i = 0; i < 10; i++) {
                catalog.commit(List.of(put(i)));
                if (i == 3) {
                    catalog.sync();
                }
            }
            try (var found = catalog.crash(seed)) {
                var left = drain(found.objects(1, ObjectKey.EMPTY));
                for (int i = 0; i < left.size(); i++) {
                    assertThat(left.get(i).info().key()).isEqualTo(key(i));
                }
                lengths.add(left.size());
                assertThat(found.unsyncedCount()).isZero();
            }
            assertThatThrownBy(() -> catalog.object(1, key(1)))
                    .isInstanceOf(StorageException.class);
        }
        assertThat(lengths).containsExactlyInAnyOrder(4, 5, 6, 7, 8, 9, 10);
    }

    @Test
    void theSameSeedGivesTheSameCrash() {
        for (long seed = 0; seed < 20; seed++) {
            var one = new SimulatedCatalog();
            var other = new SimulatedCatalog();
            for (int i = 0; i < 10; i++) {
                one.commit(List.of(put(i)));
                other.commit(List.of(put(i)));
            }
            assertThat(drain(one.crash(seed).objects(1, ObjectKey.EMPTY)))
                    .isEqualTo(drain(other.crash(seed).objects(1, ObjectKey.EMPTY)));
        }
    }

    @Test
    void reservedNumbersSurviveACrash() {
        var catalog = new SimulatedCatalog();
        long first = catalog.reserve(Numbers.BLOCKS, 100);
        assertThat(catalog.crash(0).reserve(Numbers.BLOCKS, 1)).isEqualTo(first + 100);
    }

    @Test
    void failsOnceWhereItIsTold() {
        var catalog = new SimulatedCatalog();
        catalog.failNext(Operation.COMMIT, Kind.FULL);
        assertKind(Kind.FULL, () -> catalog.commit(List.of(put(1))));
        assertThat(catalog.object(1, key(1))).isEmpty();
        catalog.commit(List.of(put(1)));
        catalog.failNext(Operation.READ, Kind.CORRUPT);
        assertKind(Kind.CORRUPT, () -> catalog.object(1, key(1)));
        assertThat(catalog.object(1, key(1))).isPresent();
    }

    @Test
    void failsUntilItIsHealed() {
        var catalog = new SimulatedCatalog();
        catalog.fail(Operation.COMMIT, Kind.UNAVAILABLE);
        assertKind(Kind.UNAVAILABLE, () -> catalog.commit(List.of(put(1))));
        assertKind(Kind.UNAVAILABLE, () -> catalog.commit(List.of(put(1))));
        catalog.heal();
        catalog.commit(List.of(put(1)));
        assertThat(catalog.commitCount()).isEqualTo(1);
    }

    @Test
    void aFailedSyncIsFinalUntilTheCatalogIsOpenedAnew() {
        var catalog = new SimulatedCatalog();
        catalog.commit(List.of(put(1)));
        catalog.failNext(Operation.SYNC, Kind.UNAVAILABLE);
        assertKind(Kind.UNAVAILABLE, catalog::sync);
        assertKind(Kind.UNAVAILABLE, catalog::sync);
        assertKind(Kind.UNAVAILABLE, () -> catalog.commit(List.of(put(2))));
        assertThat(catalog.object(1, key(1))).isPresent();
        assertThat(catalog.syncCount()).isZero();
        var found = catalog.crash(1);
        found.commit(List.of(put(2)));
        found.sync();
        assertThat(found.syncCount()).isEqualTo(1);
    }

    private static void assertKind(Kind kind, Runnable call) {
        assertThatThrownBy(call::run).isInstanceOfSatisfying(StorageException.class,
                e -> assertThat(e.kind()).isEqualTo(kind));
    }
}
