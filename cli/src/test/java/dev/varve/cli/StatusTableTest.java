package dev.varve.cli;

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
import dev.varve.engine.EngineStatus.ShareStatus;
import dev.varve.engine.EngineStatus.Survival;
import dev.varve.engine.EngineStatus.TierStatus;
import dev.varve.engine.EngineStatus.Writes;
import dev.varve.server.EnergyReport;
import dev.varve.server.EnergyReport.Compressing;
import dev.varve.server.EnergyReport.Measured;
import dev.varve.server.EnergyReport.OwnerEnergy;
import dev.varve.server.EnergyReport.Power;
import dev.varve.server.EnergyReport.Sleep;
import dev.varve.server.EnergyReport.TierEnergy;
import dev.varve.server.StatusReport;
import dev.varve.server.StatusReport.DoorStatus;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StatusTableTest {

    @Test
    void showsAllFigures() {
        var engine = new EngineStatus(
                List.of(new TierStatus("memory", 1 << 30, 1 << 29, 77)),
                new Reads(3, 1, 3, 0, 3072, 0),
                new Writes(4, 1, 4096), new Movement(5, 6, 10, 7, 8, 9, 3000, 2000, 4000),
                new Pacing(64 << 20, 3L << 30, 1 << 20, 5_000_000_000L, 2, 60_000, 70_000),
                new Goal(true, 1.2, 64 << 20, 128 << 20, 3, 40, 200_000, 220_000),
                new Promises(1, 2, 3), Device.NONE,
                new Survival(1024, 70, 3, 60, 1 << 20, Map.of("damaged-slot", 2L)),
                new Admissions(11, 12, 13, 14, 15, 16, Long.MAX_VALUE), 2, true,
                List.of(new ShareStatus("", -1, -1, 1 << 20, 1 << 30, 0, 0, 0, 0),
                        new ShareStatus("ann", 1 << 20, 1 << 22, -1, -1, 5, 3, 1, 7)),
                List.of(), List.of(), List.of());
        var energy = new EnergyReport(
                List.of(new TierEnergy("memory", "ddr5", 500, 700, 800, Sleep.NONE),
                        new TierEnergy("flash", "tlc", 1, 2, 3,
                                new Sleep(90, 12, 5, 0.01, 6))),
                List.of(new OwnerEnergy(Owner.BUCKET, "kv", 5)), 0.0000125, 0.025,
                new Compressing(8 << 20, 2 << 20, 0.02, 0.03),
                List.of(new Measured("package-0", 12.5, 1e-6), new Measured("nvme0", 7200, 3600)),
                List.of(new Power("nvme0", 4.25)));
        var report = new StatusReport(
                "1.2.3", 3700, "/data", "127.0.0.1:6379", "127.0.0.1:9000", 1 << 20, engine, energy,
                List.of(new DoorStatus("redis", 2, 100, 1, 1024, 2048)),
                Map.of("ann", 1500L, "bert", 0L));

        assertThat(StatusTable.render(StatusReport.ofJson(report.toJson()))).isEqualTo("""
                Varve 1.2.3, up for 1 h 1 min
                data /data   redis 127.0.0.1:6379   s3 http://127.0.0.1:9000
                the process occupies 1 MiB of memory

                tier               used       budget     full         blocks
                memory          512 MiB        1 GiB   50.0 %             77

                tenant        memory     quota     flash     quota    hits over quota   waited
                (others)           -         -     1 MiB     1 GiB       -          0        -
                ann            1 MiB     4 MiB         -         -  75.0 %          7    1.5 s
                bert               -         -         -         -       -          -    0.0 s

                lookups    3 hits, 1 misses (75.0 % hits)
                read       3 KiB from memory, 0 B from flash
                written    4 KiB in 4 commits, 1 deletes
                moved      5 B to flash, 6 B to memory; 7 blocks dropped
                goal       energy: bursts of 64 MiB, 40 so far; halved 3 times
                goal       a read of flash takes 0.22 ms, 0.20 ms without bursts, at most 1.20x
                background 3 GiB at the pace of clients, 1 MiB at once; 64 MiB/s now
                flash      2.9 KiB written for 2 KiB of content (1.50x)
                start      60 blocks (1 MiB) found in memory, 2 dropped (2 damaged-slot)
                energy     memory as ddr5: 2.0 kJ modelled (40.0 % idle)
                energy     flash as tlc: 12.0 J modelled (25.0 % idle, 50.0 % asleep)
                sleep      flash: 1 min 30 s modelled, woken 12 times, 5 by a read (10.00 ms each)
                energy     12.5 uJ a read, 25.0 mJ a write, modelled
                compressed 8 MiB to 2 MiB: 20.0 mJ of processor for 30.0 mJ of flash, modelled
                energy     package-0: 12.5 J measured, of all programs
                energy     nvme0: 7.2 kJ measured in steps of 3.6 kJ, of all programs
                power      nvme0: 4.25 W measured, of all programs
                corrupt    2 blocks found, none served

                door        connections       requests     errors           in          out
                redis                 2            100          1        1 KiB        2 KiB
                """);
    }
}
