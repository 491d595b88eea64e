package dev.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.engine.EngineStatus;
import dev.varve.engine.EngineStatus.Admissions;
import dev.varve.engine.EngineStatus.Movement;
import dev.varve.engine.EngineStatus.Promises;
import dev.varve.engine.EngineStatus.Reads;
import dev.varve.engine.EngineStatus.TierStatus;
import dev.varve.engine.EngineStatus.Writes;
import dev.varve.server.StatusReport;
import dev.varve.server.StatusReport.DoorStatus;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatusTableTest {

    @Test
    void showsAllFigures() {
        var engine = new EngineStatus(
                List.of(new TierStatus("memory", 1 << 30, 1 << 29, 77)),
                new Reads(3, 1, 3, 0, 3072, 0),
                new Writes(4, 1, 4096), new Movement(5, 6, 10, 7, 8, 9, 3000, 2000),
                new Promises(1, 2, 3),
                new Admissions(11, 12, 13, 14, 15, 16, 17, 18, Long.MAX_VALUE), 2, true);
        var report = new StatusReport(
                "1.2.3", 3700, "/data", "127.0.0.1:6379", "127.0.0.1:9000", 1 << 20, engine,
                List.of(new DoorStatus("redis", 2, 100, 1, 1024, 2048)));

        assertThat(StatusTable.render(StatusReport.ofJson(report.toJson()))).isEqualTo("""
                Varve 1.2.3, up for 1 h 1 min
                data /data   redis 127.0.0.1:6379   s3 http://127.0.0.1:9000
                the process occupies 1 MiB of memory

                tier               used       budget     full         blocks
                memory          512 MiB        1 GiB   50.0 %             77

                lookups    3 hits, 1 misses (75.0 % hits)
                read       3 KiB from memory, 0 B from flash
                written    4 KiB in 4 commits, 1 deletes
                moved      5 B to flash, 6 B to memory; 7 blocks dropped
                flash      2.9 KiB written for 2 KiB of content (1.50x)
                corrupt    2 blocks found, none served

                door        connections       requests     errors           in          out
                redis                 2            100          1        1 KiB        2 KiB
                """);
    }
}
