package dev.varve.tier.flash;

import static dev.varve.testkit.GuardedCalls.assertUnavailable;
import static dev.varve.testkit.GuardedCalls.awaitAnswers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.varve.env.StorageException;
import dev.varve.env.SystemTasks;
import dev.varve.testkit.ManualClock;
import dev.varve.testkit.SegmentTierContract;
import dev.varve.testkit.SimulatedDisk;
import dev.varve.testkit.WedgedDisk;
import dev.varve.tier.DeviceGuard;
import dev.varve.tier.DeviceGuard.Patience;
import dev.varve.tier.DutyMeter;
import dev.varve.tier.DutyMeter.Duty;
import dev.varve.tier.GuardedTier;
import dev.varve.tier.Place;
import dev.varve.tier.Purpose;
import dev.varve.tier.SegmentTier;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class GuardedTierTest {
    private static final Patience PATIENCE = new Patience(
            Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(3));

    private static final Duration SLEEP_AFTER = Duration.ofMillis(500);

    private final ManualClock clock = new ManualClock();

    private final DeviceGuard device = new DeviceGuard(
            "flash", PATIENCE, clock, new SystemTasks());

    private GuardedTier guard(SegmentTier tier) {
        return new GuardedTier(
                tier, device, new DutyMeter(SLEEP_AFTER.toNanos(), clock), new SystemTasks());
    }

    private static FlashTier flash(WedgedDisk disk) {
        return FlashTier.open(disk, new FlashSettings(8 << 20, 1 << 20, 8), new ManualClock(),
                new SplittableRandom(1));
    }

    @Nested
    final class IsATier extends SegmentTierContract {
        private final WedgedDisk disk = new WedgedDisk(new SimulatedDisk(1));

        @Override
        protected SegmentTier open() {
            return guard(flash(disk));
        }

        @Override
        protected void checkClosed() {
            disk.close();
        }
    }

    @Nested
    final class OverADiskThatHangs {
        private final WedgedDisk disk = new WedgedDisk(new SimulatedDisk(1));
        private final GuardedTier tier = guard(flash(disk));
        private final Samples samples = new Samples(1);

        @AfterEach
        void close() {
            disk.work();
            awaitAnswers(device);
            tier.close();
            samples.assertNoLeases();
            disk.close();
        }

        @Test
        void givesUpWhatIsOverdueAndFailsTheRestAtOnce() throws Exception {
            var sample = samples.make(100_000);
            Place place = samples.write(tier, Purpose.CACHE, List.of(sample)).getFirst();
            try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
                giveUpARead(callers, place, sample);
                assertThat(device.answers()).isFalse();
                assertUnavailable(callers.submit(() -> samples.read(tier, place, sample.info())),
                        "flash does not answer");
                assertUnavailable(callers.submit(() -> samples.write(
                        tier, Purpose.CACHE, samples.make(5000, 6000))), "flash does not answer");
                assertThat(disk.stuck()).isEqualTo(1);
            }
            assertThat(tier.counters().overdueOperations()).isEqualTo(1);
            assertThat(tier.counters().unwell()).isTrue();
            disk.work();
            awaitAnswers(device);
            assertThat(samples.read(tier, place, sample.info())).isEqualTo(sample.bytes());
        }

        @Test
        void tellsHowLongTheDeviceCouldHaveSlept() throws Exception {
            var sample = samples.make(100_000);
            Place place = samples.write(tier, Purpose.CACHE, List.of(sample)).getFirst();
            clock.advance(SLEEP_AFTER.plusMillis(200));
            samples.read(tier, place, sample.info());
            assertThat(tier.counters().duty())
                    .isEqualTo(new Duty(Duration.ofMillis(200).toNanos(), 1, 1));
        }

        /// The device is at work as long as it has not answered, though nobody waits any more.
        @Test
        void doesNotTakeADeviceThatHangsForOneThatSleeps() throws Exception {
            var sample = samples.make(100_000);
            Place place = samples.write(tier, Purpose.CACHE, List.of(sample)).getFirst();
            try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
                giveUpARead(callers, place, sample);
                assertThat(tier.counters().duty()).isEqualTo(Duty.NONE);
            }
        }

        @Test
        void releasesWhatWasWrittenTooLate() throws Exception {
            samples.write(tier, Purpose.CACHE, samples.make(5000, 6000));
            long wanted = wantedBytes();
            disk.hang();
            try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
                var write = callers.submit(() -> samples.write(
                        tier, Purpose.CACHE, samples.make(100_000, 7000)));
                disk.awaitStuck(1);
                clock.advance(PATIENCE.read().plusNanos(1));
                assertThat(write.isDone()).as("a write may take longer than a read").isFalse();
                clock.advance(PATIENCE.write());
                assertUnavailable(write, "flash did not answer a write within 2000 ms");
            }
            disk.work();
            awaitAnswers(device);
            tier.seal(Purpose.CACHE);
            assertThat(wantedBytes()).isEqualTo(wanted);
        }

        @Test
        void aSlowAnswerIsStillAnAnswer() throws Exception {
            var sample = samples.make(100_000);
            Place place = samples.write(tier, Purpose.CACHE, List.of(sample)).getFirst();
            disk.hang();
            try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
                var read = callers.submit(() -> samples.read(tier, place, sample.info()));
                disk.awaitStuck(1);
                clock.advance(PATIENCE.read());
                disk.work();
                assertThat(read.get()).isEqualTo(sample.bytes());
            }
            assertThat(device.answers()).isTrue();
            assertThat(tier.counters().overdueOperations()).isZero();
        }

        @Test
        void passesOnWhatTheDeviceRefuses() {
            var sample = samples.make(100_000);
            Place place = samples.write(tier, Purpose.CACHE, List.of(sample)).getFirst();
            disk.fail();
            assertThatExceptionOfType(StorageException.class)
                    .isThrownBy(() -> samples.read(tier, place, sample.info()))
                    .withMessageContaining("the test lets the disk fail");
            assertThat(device.answers()).isTrue();
            disk.work();
            assertThat(samples.read(tier, place, sample.info())).isEqualTo(sample.bytes());
        }

        /// A read that takes longer than anybody waits; the disk hangs from now on.
        private void giveUpARead(ExecutorService callers, Place place, Samples.Sample sample)
                throws Exception {
            disk.hang();
            var read = callers.submit(() -> samples.read(tier, place, sample.info()));
            disk.awaitStuck(1);
            clock.advance(PATIENCE.read().plusNanos(1));
            assertUnavailable(read, "flash did not answer a read within 1000 ms");
        }

        private long wantedBytes() {
            return tier.segments().stream().mapToLong(SegmentTier.Segment::wantedBytes).sum();
        }
    }
}
