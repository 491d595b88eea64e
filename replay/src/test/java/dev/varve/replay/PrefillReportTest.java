package dev.varve.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.varve.replay.LoadCost.Measured;
import dev.varve.replay.LoadProbe.Loads;
import dev.varve.replay.LoadProbe.Tier;
import dev.varve.replay.TierCounters.Served;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class PrefillReportTest {
    private static final Latency ANY = new Latency(1, 1, 1, 1);
    /// 100 hits of 512 tokens, all of one prompt.
    private static final ReplayResult REPLAY = new ReplayResult(2, 200, 100, 6_553_600, 6_553_600,
            1_000_000_000, 102_400, 51_200, 0, 0, 0, ANY, ANY, ANY, 0, Optional.empty(),
            new ReplayResult.Loads(500_000_000, 1_500_000_000, 51_200. * 51_200), Optional.empty());
    /// 1 ms a request and 1 GB/s.
    private static final Tier MEMORY = new Tier(
            new Measured(1_000_000, 2_000_000), new Measured(10_000_000, 11_000_000));
    /// 10 ms a request and 0.1 GB/s.
    private static final Tier FLASH = new Tier(
            new Measured(1_000_000, 20_000_000), new Measured(10_000_000, 110_000_000));
    private static final Served SERVED = new Served(75, 1, 40, 1);

    @Test
    void weighsWhatTheHitsSavedAgainstWhatRealBlocksWouldTake() {
        var report = new PrefillReport(new PrefillModel(1000, 100_000, 0), 65_536, REPLAY,
                Optional.of(SERVED), new Loads(MEMORY, Optional.of(FLASH)));
        assertThat(report.savedSeconds()).isCloseTo(51.2, within(1e-9));
        // 51.2 MB a block: 52.2 ms from memory, 522 ms from flash.
        assertThat(report.loadingSeconds()).isCloseTo(.5 + 75 * .0522 + 25 * .522, within(1e-6));
        assertThat(report.text()).isEqualTo(
                """

                        Load or recompute? Prefill at 1.00 k tokens/s, 100 kB of KV a token.
                        Model of prefill: linear, n tokens take n / speed; attention is left out.

                        load times, one request at a time                  memory      flash
                        1.00 MB                                           2.00 ms    20.0 ms
                        10.0 MB                                           11.0 ms     110 ms
                        each request                                      1.00 ms    10.0 ms
                        beyond that                                     1.00 GB/s  0.10 GB/s
                        a block of 512 tokens (51.2 MB), extrapolated     52.2 ms     522 ms
                        pays as one chunk, from                          2 tokens      never
                        pays as a prefix of such blocks, from          512 tokens      never

                        this replay                                           seconds
                        prefill saved (51,200 tokens)                            51.2
                        EXISTS and GET as measured, blocks of 65.5 kB             2.0
                        the same for 51.2 MB (75 from memory, 25 from flash)     17.5
                        net, saved                                               33.7

                        Loading from memory pays from 512 tokens on; below that recompute.
                        Loading from flash never pays: a block takes 522 ms to load and 512 ms to
                        compute. It would pay above 0.10 GB/s, or with slower prefill.
                        """);
    }

    @Test
    void attentionMakesLongPrefixesPay() {
        var report = new PrefillReport(new PrefillModel(1000, 100_000, 30_000), 65_536, REPLAY,
                Optional.of(SERVED), new Loads(MEMORY, Optional.of(FLASH)));
        assertThat(report.savedSeconds())
                .isCloseTo(51.2 + 51.2 * 51_200 / 60_000, within(1e-9));
        assertThat(report.text())
                .contains("n tokens take (n + n² / (2 · 30,000)) / speed")
                .contains("Loading from flash pays from 1,536 tokens on; below that recompute.");
    }

    @Test
    void saysWhenTheReplayLost() {
        var report = new PrefillReport(new PrefillModel(100_000, 100_000, 0), 65_536, REPLAY,
                Optional.of(SERVED), new Loads(MEMORY, Optional.of(FLASH)));
        assertThat(report.text()).contains("net, lost")
                .contains(
                        "Loading from memory never pays: a block takes 52.2 ms to load and 5.12 ms"
                                + " to\ncompute.");
    }

    @Test
    void doesWithoutFiguresOfFlash() {
        var report = new PrefillReport(new PrefillModel(1000, 100_000, 0), 65_536, REPLAY,
                Optional.empty(), new Loads(MEMORY, Optional.empty()));
        assertThat(report.loadingSeconds()).isCloseTo(.5 + 100 * .0522, within(1e-6));
        assertThat(report.text()).contains("(100 from memory, 0 from flash)")
                .contains("What loading from flash costs is not known");
    }
}
