package dev.varve.replay.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.data.Percentage.withPercentage;

import java.io.StringReader;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class ModelledDeviceTest {
    private static final MediaCatalogue SHIPPED = MediaCatalogue.shipped();
    private static final double NEVER = Double.POSITIVE_INFINITY;

    /// 10 us to read, 100 us to write, 1 GB/s and 0.5 GB/s, two requests at a time.
    private static ModelledMedium plain() {
        return with("");
    }

    private static ModelledMedium with(String more) {
        return SHIPPED.extended("plain.yaml", new StringReader("""
                media:
                  plain:
                    read-latency: {value: 10 us, evidence: assumed, source: test}
                    write-latency: {value: 100 us, evidence: assumed, source: test}
                    read-bandwidth: {value: 1 GB/s, evidence: assumed, source: test}
                    write-bandwidth: {value: 0.5 GB/s, evidence: assumed, source: test}
                    parallel: {value: 2, evidence: assumed, source: test}
                    write-granule: {value: 4 kB, evidence: assumed, source: test}
                    read-energy: {value: 1 nJ/B, evidence: assumed, source: test}
                    write-energy: {value: 4 nJ/B, evidence: assumed, source: test}
                    idle-power: {value: 5 W, evidence: assumed, source: test}
                    endurance: {value: 1000 cycles, evidence: assumed, source: test}
                    retention: {value: 100 s, evidence: assumed, source: test}
                    capacity: {value: 1 GB, evidence: assumed, source: test}
                    price: {value: 1 USD/GB, evidence: assumed, source: test, dated: 2026-01-01}
                """ + more)).medium("plain");
    }

    private static ModelledMedium sleeper() {
        return with("""
                    sleep-power: {value: 1 W, evidence: assumed, source: test}
                    wake-time: {value: 2 s, evidence: assumed, source: test}
                    wake-energy: {value: 30 J, evidence: assumed, source: test}
                """);
    }

    @Test
    void answersAfterLatencyAndTransferWhenIdle() {
        var device = new ModelledDevice(plain(), 1, NEVER, 1);
        assertThat(device.read(1, 100_000)).isEqualTo(1 + 10e-6 + 100e-6, within(1e-9));
        assertThat(device.write(2, 100_000)).isEqualTo(2 + 100e-6 + 200e-6, within(1e-9));
    }

    @Test
    void sharesItsBandwidthAmongRequestsAtATime() {
        var device = new ModelledDevice(plain(), 1, NEVER, 1);
        device.read(0, 100_000);
        assertThat(device.read(0, 100_000)).isEqualTo(10e-6 + 200e-6, within(1e-9));
    }

    @Test
    void letsARequestWaitThatFindsNoPlace() {
        var device = new ModelledDevice(plain(), 1, NEVER, 1);
        device.write(0, 4000);
        device.write(0, 4000);
        double third = device.read(0, 1000);
        assertThat(third).isEqualTo(8e-6 + 100e-6 + 1e-6 + 10e-6, within(1e-9));
    }

    @Test
    void isTwiceAsFastWithTwiceTheDevices() {
        var device = new ModelledDevice(plain(), 2, NEVER, 1);
        assertThat(device.read(0, 100_000)).isEqualTo(10e-6 + 50e-6, within(1e-9));
    }

    @Test
    void roundsWritesUpToItsGranule() {
        var device = new ModelledDevice(plain(), 1, NEVER, 1);
        device.write(0, 100);
        assertThat(device.writtenBytes()).isEqualTo(4000);
        assertThat(device.requestJoules()).isEqualTo(4000 * 4e-9, within(1e-12));
    }

    @Test
    void takesEnergyForBytesAndForTime() {
        var device = new ModelledDevice(plain(), 1, NEVER, 1);
        device.read(0, 1_000_000);
        device.read(10, 1_000_000);
        device.end(100);
        assertThat(device.requestJoules()).isEqualTo(2e6 * 1e-9, within(1e-12));
        assertThat(device.idleJoules()).isEqualTo(500, within(1e-6));
    }

    @Test
    void sleepsWhenLeftAloneAndMakesTheNextOneWait() {
        var device = new ModelledDevice(sleeper(), 1, 20, 1);
        double end = device.read(0, 1000);
        assertThat(device.read(100, 1000)).isEqualTo(102 + 11e-6, within(1e-9));
        device.end(110);
        assertThat(device.wakes()).isEqualTo(1);
        assertThat(device.asleepSeconds()).isEqualTo(100 - end - 20, within(1e-9));
        assertThat(device.idleJoules()).isEqualTo(5 * 30 + 80 + 30, within(1e-3));
    }

    @Test
    void doesNotSleepBetweenRequestsThatAreNearer() {
        var device = new ModelledDevice(sleeper(), 1, 20, 1);
        device.read(0, 1000);
        assertThat(device.read(19, 1000)).isEqualTo(19 + 11e-6, within(1e-9));
        assertThat(device.wakes()).isZero();
    }

    @Test
    void breaksEvenWhenSleepHasSavedWhatWakingCosts() {
        assertThat(sleeper().breakEvenSeconds()).isEqualTo((30 + 2 * 5) / 4.0);
        assertThat(plain().breakEvenSeconds()).isInfinite();
    }

    @Test
    void refreshesBytesBeforeTheirRetentionEnds() {
        var tier = new ModelledTier(TierSettings.of(plain(), 1_000_000));
        tier.kept(0, 49, 4000);
        assertThat(tier.end(49, 0).writtenBytes()).isZero();
        tier = new ModelledTier(TierSettings.of(plain(), 1_000_000));
        tier.kept(0, 3600, 4000);
        assertThat(tier.end(3600, 0).writtenBytes()).isEqualTo(72 * 4000.0);
    }

    @Test
    void wearsOutByWhatIsWritten() {
        var tier = new ModelledTier(TierSettings.of(plain(), 1_000_000_000));
        tier.write(0, 0, 1_000_000_000);
        // One of 1000 cycles in a thousandth of a year.
        double seconds = 365.25 * 86.4;
        assertThat(tier.end(seconds, 0).endurancePerYear()).isEqualTo(1, within(1e-9));
    }

    @Test
    void buysWholeDevicesUnlessItIsASlice() {
        var whole = TierSettings.of(plain(), 1_500_000_000);
        assertThat(new ModelledTier(whole).end(10, 0).price()).isEqualTo(2, within(1e-9));
        var slice = new ModelledTier(whole.sliced()).end(10, 0);
        assertThat(slice.price()).isEqualTo(1.5, within(1e-9));
        assertThat(slice.idleJoules()).isEqualTo(75, within(1e-9));
    }

    @Test
    void letsConcentratedDevicesSleepByThemselves() {
        var tier = new ModelledTier(TierSettings.of(sleeper(), 2_000_000_000).concentrated(20));
        for (int second = 0; second < 100; second++) {
            tier.read(0, second, 1000);
        }
        assertThat(tier.placeCount()).isEqualTo(2);
        assertThat(tier.end(100, 0).idleJoules()).isEqualTo(500 + 100 + 80, within(1e-3));
    }

    /// DRAMsim3, 1 M cycles of DDR4-3200: random 64 B, two thirds read, 18.7 GB/s, 21.2 pJ/bit; a
    /// stream, 17.3 GB/s, 13.5 pJ/bit. The figures of the catalogue were derived from these and the
    /// energy of a burst, so this holds the model to what they were derived from.
    @Test
    void hasTheEnergyOfDramSim3() {
        assertThat(picojoulesPerBit("ddr4", 64, 18.7e9)).isCloseTo(21.2, withPercentage(3));
        assertThat(picojoulesPerBit("ddr4", 1 << 20, 17.3e9)).isCloseTo(13.5, withPercentage(3));
        // A channel had 7.58 GB/s, a stack has 8.
        assertThat(picojoulesPerBit("hbm", 64, 8 * 7.58e9)).isCloseTo(4.69, withPercentage(3));
    }

    /// NVMain ad28c0c, random 64 B, two thirds read: mean device latency 271, 90 and 111 ns.
    @Test
    void hasTheLatenciesOfNvMain() {
        assertThat(meanNanos("pcm")).isCloseTo(271, withPercentage(5));
        assertThat(meanNanos("reram")).isCloseTo(90, withPercentage(5));
        assertThat(meanNanos("stt-mram")).isCloseTo(111, withPercentage(5));
    }

    private static double picojoulesPerBit(String medium, long bytes, double bytesPerSecond) {
        var device = new ModelledDevice(SHIPPED.medium(medium), 1, NEVER, 1);
        var random = new SplittableRandom(1);
        double now = 0;
        double done = 0;
        while (now < 1e-4) {
            if (random.nextInt(3) < 2) {
                device.read(now, bytes);
            } else {
                device.write(now, bytes);
            }
            done += bytes;
            now = done / bytesPerSecond;
        }
        device.end(now);
        return (device.requestJoules() + device.idleJoules()) / (done * 8) * 1e12;
    }

    private static double meanNanos(String medium) {
        var device = new ModelledDevice(SHIPPED.medium(medium), 1, NEVER, 1);
        var random = new SplittableRandom(1);
        int count = 100_000;
        double now = 0;
        double nanos = 0;
        for (int i = 0; i < count; i++) {
            now += random.nextDouble() * 4e-6;
            double end = random.nextInt(3) < 2 ? device.read(now, 64) : device.write(now, 64);
            nanos += (end - now) * 1e9;
        }
        return nanos / count;
    }
}
