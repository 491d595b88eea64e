package dev.varve.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.engine.Departure.Reason;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What a cache promises about its objects, and tells about those that left.
final class HoldsTest {
    private static final ObjectKey KEY = ObjectKey.of("key");
    private static final Duration LEASE = EngineRig.SETTINGS.lease();
    private static final int LENGTH = 40_000;
    private static final int FLASH_BYTES = 6 << 20;

    /// Flash holds a few times what memory does, so that both evict soon.
    private final EngineRig rig = new EngineRig(7, FLASH_BYTES);
    private int written;

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void aLeasedObjectOutlivesAnyPressureUntilTheLeaseEnds() {
        rig.cache().put(KEY, bytes(1));
        assertThat(rig.cache().lease(KEY)).isPresent();
        for (int i = 0; i < 600; i++) {
            press(1);
            assertThat(rig.cache().get(KEY)).as("after %d writes", i).contains(bytes(1));
        }
        rig.clock.advance(LEASE.plusSeconds(1));
        press(600);
        assertThat(rig.cache().get(KEY)).isEmpty();
    }

    @Test
    void aLeaseTakenWhileTheObjectIsOnFlashAloneHoldsItThere() {
        rig.cache().put(KEY, bytes(1));
        press(40);
        assertThat(present(KEY).blocksInMemory()).isZero();
        assertThat(rig.cache().lease(KEY)).isPresent();
        press(600);
        assertThat(rig.cache().get(KEY)).contains(bytes(1));
    }

    @Test
    void aLeasedObjectOutlivesADeviceThatHasNoRoomForACopyOfIt() {
        rig.disk.quotaBytes(FLASH_BYTES / 2);
        rig.cache().put(KEY, bytes(1));
        press(40);
        assertThat(present(KEY).blocksInMemory()).isZero();
        assertThat(rig.cache().lease(KEY)).isPresent();
        for (int i = 0; i < 300; i++) {
            press(1);
            assertThat(rig.cache().get(KEY)).as("after %d writes", i).contains(bytes(1));
            rig.cache().demote(KEY);
        }
        rig.clock.advance(LEASE.plusSeconds(1));
        press(300);
        assertThat(rig.cache().get(KEY)).isEmpty();
    }

    @Test
    void leasesAreRenewedAndEndTogetherWithTheirTime() {
        rig.cache().put(KEY, bytes(1));
        for (int i = 0; i < 5; i++) {
            assertThat(rig.cache().tryLease(KEY)).isInstanceOf(Peek.Hit.class);
            rig.clock.advance(Duration.ofSeconds(4));
            rig.tasks.stepAll();
        }
        assertThat(rig.engine.holds().count()).isOne();
        assertThat(present(KEY).heldFor()).isEqualTo(LEASE.minusSeconds(4));
        rig.clock.advance(LEASE);
        rig.tasks.stepAll();
        assertThat(rig.engine.holds().count()).isZero();
        assertThat(rig.engine.holds().heldBytes()).isZero();
    }

    @Test
    void aLeaseThatRanOutIsTakenAnewThoughItWasNotSweptYet() {
        rig.cache().put(KEY, bytes(1));
        for (int i = 0; i < 3; i++) {
            assertThat(rig.cache().tryLease(KEY)).isInstanceOf(Peek.Hit.class);
            assertThat(rig.engine.holds().heldBytes()).isEqualTo(LENGTH);
            rig.clock.advance(LEASE.plusMillis(1));
            assertThat(rig.engine.holds().isHeld(((TieredBucket) rig.cache()).state(), KEY))
                    .isFalse();
            assertThat(present(KEY).heldFor()).isZero();
        }
        assertThat(rig.cache().tryLease(KEY)).isInstanceOf(Peek.Hit.class);
        assertThat(present(KEY).heldFor()).isEqualTo(LEASE);
        rig.tasks.stepAll();
        assertThat(rig.engine.holds().count()).isOne();
        assertThat(rig.engine.holds().heldBytes()).isEqualTo(LENGTH);
        rig.clock.advance(LEASE.plusSeconds(1));
        rig.tasks.stepAll();
        assertThat(rig.engine.holds().count()).isZero();
        assertThat(rig.engine.holds().heldBytes()).isZero();
    }

    @Test
    void aReleasedObjectIsHeldAgainByTheNextLease() {
        rig.cache().put(KEY, bytes(1));
        assertThat(rig.cache().tryLease(KEY)).isInstanceOf(Peek.Hit.class);
        rig.cache().release(KEY);
        assertThat(present(KEY).heldFor()).isZero();
        assertThat(rig.cache().tryLease(KEY)).isInstanceOf(Peek.Hit.class);
        assertThat(present(KEY).heldFor()).isEqualTo(LEASE);
        assertThat(rig.engine.holds().heldBytes()).isEqualTo(LENGTH);
    }

    @Test
    void aNewVersionIsHeldByWhatHeldTheOneBefore() {
        rig.cache().put(KEY, bytes(1));
        assertThat(rig.cache().tryLease(KEY)).isInstanceOf(Peek.Hit.class);
        rig.cache().put(KEY, bytes(2));
        rig.clock.advance(LEASE.dividedBy(2));
        assertThat(rig.cache().tryLease(KEY)).isInstanceOf(Peek.Hit.class);
        assertThat(present(KEY).heldFor()).isEqualTo(LEASE);
        assertThat(rig.engine.holds().count()).isOne();
        assertThat(rig.engine.holds().heldBytes()).isEqualTo(LENGTH);
    }

    @Test
    void aPinLastsAsLongAsWasAskedThoughTheWheelGoesRound() {
        rig.cache().put(KEY, bytes(1));
        assertThat(rig.cache().pin(KEY, Duration.ofMinutes(5))).isTrue();
        for (int i = 0; i < 29; i++) {
            rig.clock.advance(Duration.ofSeconds(10));
            rig.tasks.stepAll();
        }
        press(600);
        assertThat(rig.cache().get(KEY)).contains(bytes(1));
        rig.cache().release(KEY);
        assertThat(rig.engine.holds().heldBytes()).isZero();
        press(600);
        assertThat(rig.cache().get(KEY)).isEmpty();
    }

    @Test
    void holdsAreRefusedBeyondAShareOfMemoryAndFlash() {
        int pinned = 0;
        for (int i = 0; i < 40; i++) {
            var key = ObjectKey.of("p" + i);
            rig.cache().put(key, bytes(i));
            pinned += rig.cache().pin(key, Duration.ofMinutes(1)) ? 1 : 0;
        }
        assertThat(pinned).isEqualTo((EngineRig.MEMORY_BYTES / 4 + FLASH_BYTES / 8) / LENGTH);
        press(600);
        for (int i = 0; i < pinned; i++) {
            assertThat(rig.cache().get(ObjectKey.of("p" + i))).contains(bytes(i));
        }
    }

    @Test
    void aClientMayRemoveWhatIsHeld() {
        rig.cache().put(KEY, bytes(1));
        rig.cache().lease(KEY);
        assertThat(rig.cache().remove(KEY)).isTrue();
        assertThat(rig.cache().lease(KEY)).isEmpty();
    }

    @Test
    void nothingThatIsNotThereIsPinned() {
        assertThat(rig.cache().pin(KEY, Duration.ofMinutes(1))).isFalse();
        assertThat(rig.engine.holds().count()).isZero();
    }

    @Test
    void prefetchBringsAnObjectUpFromFlash() {
        rig.cache().put(KEY, bytes(1));
        press(40);
        assertThat(present(KEY).blocksInMemory()).isZero();
        assertThat(rig.cache().prefetch(KEY)).isTrue();
        rig.tasks.stepAll();
        assertThat(present(KEY).blocksInMemory()).isOne();
        assertThat(rig.cache().tryOpen(KEY)).isInstanceOfSatisfying(Peek.Hit.class,
                hit -> ((ObjectReader) hit.value()).close());
    }

    @Test
    void aDemotedObjectLeavesMemoryForFlash() {
        rig.cache().put(KEY, bytes(1));
        assertThat(present(KEY).onFlash()).isFalse();
        assertThat(rig.cache().demote(KEY)).isTrue();
        rig.tasks.stepAll();
        assertThat(present(KEY).onFlash()).isTrue();
        assertThat(present(KEY).blocksInMemory()).isZero();
        assertThat(rig.cache().get(KEY)).contains(bytes(1));
        assertThat(rig.cache().demote(ObjectKey.of("none"))).isFalse();
    }

    @Test
    void tellsWhyAKeyIsNotThere() {
        assertThat(rig.cache().explain(KEY)).isInstanceOf(Explanation.Unknown.class);
        rig.cache().put(KEY, bytes(1));
        rig.clock.advance(Duration.ofSeconds(3));
        rig.cache().remove(KEY);
        assertThat(reason()).isEqualTo(Reason.DELETED);
        assertThat(departure().ageMillis()).isEqualTo(3000);

        rig.cache().put(KEY, bytes(1));
        press(600);
        assertThat(reason()).isEqualTo(Reason.EVICTED);
        assertThat(departure().detail()).startsWith("segment ");

        rig.cache().forget(KEY, Precondition.NONE);
        assertThat(reason()).isEqualTo(Reason.NO_MEMORY);
    }

    @Test
    void tellsThatAKeyExpired() {
        long at = rig.clock.epochMillis() + 1000;
        rig.cache().put(KEY, bytes(1));
        rig.cache().touch(KEY, new ObjectAttributes(at, java.util.Map.of()), Precondition.NONE);
        rig.clock.advance(Duration.ofSeconds(2));
        assertThat(reason()).isEqualTo(Reason.EXPIRED);
        assertThat(departure().atMillis()).isEqualTo(at);
    }

    private Explanation.Present present(ObjectKey key) {
        return (Explanation.Present) rig.cache().explain(key);
    }

    private Departure departure() {
        return ((Explanation.Left) rig.cache().explain(KEY)).departure();
    }

    private Reason reason() {
        return departure().reason();
    }

    /// Writes other objects, enough of which push everything else out.
    private void press(int objects) {
        for (int i = 0; i < objects; i++) {
            rig.cache().put(ObjectKey.of("other" + written++), bytes(written));
            rig.tasks.stepAll();
        }
    }

    private static byte[] bytes(int seed) {
        var bytes = new byte[LENGTH];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
