package dev.varve.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.engine.EngineStatus;
import dev.varve.engine.EngineStatus.Admissions;
import dev.varve.engine.EngineStatus.Device;
import dev.varve.engine.EngineStatus.Goal;
import dev.varve.engine.EngineStatus.Movement;
import dev.varve.engine.EngineStatus.Owner;
import dev.varve.engine.EngineStatus.Pacing;
import dev.varve.engine.EngineStatus.Promises;
import dev.varve.engine.EngineStatus.Reads;
import dev.varve.engine.EngineStatus.Survival;
import dev.varve.engine.EngineStatus.TierStatus;
import dev.varve.engine.EngineStatus.TrafficStatus;
import dev.varve.engine.EngineStatus.Writes;
import dev.varve.server.EnergyReport.Compressing;
import dev.varve.server.EnergyReport.OwnerEnergy;
import dev.varve.server.EnergyReport.Sleep;
import dev.varve.server.EnergyReport.TierEnergy;
import dev.varve.testkit.ManualClock;
import dev.varve.tier.SegmentTierCounters.Compressed;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// The formulas of docs/energy.md, with figures that are easy to follow: memory takes 1 J a byte
/// read and 2 J a byte written, flash 10 and 100.
final class EnergyMeterTest {
    private static final EnergyFigures MEMORY = new EnergyFigures(
            "ddr5", 1, 2, 0.5, EnergyFigures.Sleep.NEVER);
    private static final EnergyFigures FLASH = new EnergyFigures(
            "tlc", 10, 100, 0.25, new EnergyFigures.Sleep(1_000_000_000L, 0.125, 2, 0.5));
    private static final Path NOWHERE = Path.of("/absent");

    private final ManualClock clock = new ManualClock();
    private Device device = Device.NONE;
    private final EnergyMeter meter = new EnergyMeter(
            MEMORY, FLASH, PowerZones.in(NOWHERE), new NvmeDrives(NOWHERE, _ -> Optional.empty()),
            clock);

    @Test
    void aTierTakesWhatItsBytesAndItsTimeTake() {
        clock.advance(Duration.ofSeconds(10));
        // Handed out: 3 bytes from memory, 4 from flash. Taken in: 5. The device: 8 read, 6 taken.
        var report = meter
                .report(status(new Reads(7, 0, 0, 0, 3, 4), new Writes(5, 0, 5), 6, 3, 8));
        assertThat(report.tiers()).containsExactly(
                new TierEnergy("memory", "ddr5", 3 + 4 + 6, 2 * (5 + 8), 64 * 0.5 * 10,
                        Sleep.NONE),
                new TierEnergy("flash", "tlc", 10 * 8, 100 * 6, 1024 * 0.25 * 10,
                        new Sleep(0, 0, 0, 0.5, 0)));
        assertThat(report.measured()).isEmpty();
        assertThat(report.power()).isEmpty();
    }

    /// It sleeps for six of ten seconds, and is woken three times, once by a read.
    @Test
    void aTierThatSleepsTakesLessAndWhatWakingItUpTakes() {
        clock.advance(Duration.ofSeconds(10));
        device = new Device(0, 0, true, 6_000_000_000L, 3, 1, Compressed.NONE);
        var flash = meter.report(status(new Reads(0, 0, 0, 0, 0, 0), new Writes(0, 0, 0), 0, 0, 0))
                .tiers()
                .getLast();
        assertThat(flash.idleJoules()).isEqualTo(1024 * 0.25 * 4);
        assertThat(flash.sleep())
                .isEqualTo(new Sleep(6, 3, 1, 0.5, 1024 * (0.125 * 6 + 2 * 3)));
    }

    @Test
    void aRequestTakesWhatItsBytesTakeOnTheAverage() {
        var report = meter
                .report(status(new Reads(2, 5, 0, 0, 3, 4), new Writes(5, 0, 5), 6, 3, 8));
        assertThat(report.readJoules()).isEqualTo((3 + 4 + 4 * (10 + 2)) / 2.0);
        assertThat(report.writeJoules()).isEqualTo((5 * 2 + 6 * (1 + 100)) / 5.0);
    }

    @Test
    void aBucketTakesItsBytesAndItsPartOfWhatIsWrittenBeside() {
        // The device took 6 bytes for 3 of content.
        var report = meter.report(status(new Reads(0, 0, 0, 0, 0, 0), new Writes(0, 0, 0), 6, 3, 0,
                new TrafficStatus(Owner.BUCKET, "kv", 3, 4, 5, 2),
                new TrafficStatus(Owner.TENANT, "ann", 1, 0, 0, 0)));
        assertThat(report.owners()).containsExactly(
                new OwnerEnergy(Owner.BUCKET, "kv",
                        3 + 4 + 4 * (10 + 2) + 5 * 2 + 2 * 2 * (1 + 100)),
                new OwnerEnergy(Owner.TENANT, "ann", 1));
    }

    /// Of 12 bytes of content 8 were written as 4, so that 8 went to flash; it took 16 in all. Of
    /// the 8, 6 were read again, as 3. Processor: 3 s at 4 W.
    @Test
    void compressingTakesTheProcessorAndSavesWhatFlashDoesNotDo() {
        device = new Device(0, 0, true, 0, 0, 0,
                new Compressed(9, 8, 4, 6, 2_000_000_000L, 1_000_000_000L));
        var report = meter.report(
                status(new Reads(0, 0, 0, 0, 0, 0), new Writes(0, 0, 0), 16, 12, 0));
        assertThat(report.compressing()).isEqualTo(
                new Compressing(8, 4, 3 * 4, 4 * 2 * 100 + 3 * 10));
    }

    @Test
    void nothingTakesNothing() {
        var report = meter
                .report(status(new Reads(0, 9, 0, 0, 0, 0), new Writes(0, 0, 0), 0, 0, 0));
        assertThat(report.readJoules()).isZero();
        assertThat(report.writeJoules()).isZero();
        assertThat(report.tiers()).allMatch(tier -> tier.joules() == 0);
    }

    private EngineStatus status(
            Reads reads,
            Writes writes,
            long deviceWritten,
            long contentWritten,
            long deviceRead,
            TrafficStatus... traffic) {
        return new EngineStatus(
                List.of(new TierStatus("memory", 64, 0, 0), new TierStatus("flash", 1024, 0, 0)),
                reads, writes,
                new Movement(0, 0, 0, 0, 0, 0, deviceWritten, contentWritten, deviceRead),
                Pacing.NONE, Goal.LATENCY, new Promises(0, 0, 0), device, Survival.NONE,
                Admissions.NONE, 0, true, List.of(), List.of(), List.of(traffic), List.of());
    }
}
