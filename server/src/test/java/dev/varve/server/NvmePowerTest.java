package dev.varve.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/// The fields as NVM Express Base Specification 2.3 places them in the SMART / Health Information
/// log page: bytes 239:232 and 243:240. libnvme and nvme-cli read them in the same way
/// (`struct nvme_smart_log`, `print_power_field`).
final class NvmePowerTest {
    private static final int TEN_MILLIWATTS = 2 << 16;
    private static final int TENTHS_OF_A_MILLIWATT = 1 << 16;

    private final byte[] log = new byte[512];

    @Test
    void readsTheEnergyInWattHours() {
        log[232] = 0x34;
        log[233] = 0x12;
        assertThat(NvmePower.of(log).wattHours()).hasValue(0x1234);
    }

    @Test
    void readsThePowerInItsScale() {
        power(TEN_MILLIWATTS | 850);
        assertThat(NvmePower.of(log).watts()).hasValue(8.5);
        power(TENTHS_OF_A_MILLIWATT | 0xFFFF);
        assertThat(NvmePower.of(log).watts()).hasValue(6.5535);
    }

    @Test
    void aDriveMayDrawLessThanItsScaleCanSay() {
        power(TEN_MILLIWATTS);
        assertThat(NvmePower.of(log).watts()).hasValue(0);
    }

    @Test
    void zeroesSayThatNothingIsReported() {
        assertThat(NvmePower.of(log).isReported()).isFalse();
    }

    @Test
    void eitherIsReportedByItself() {
        log[232] = 1;
        assertThat(NvmePower.of(log).isReported()).isTrue();
        assertThat(NvmePower.of(log).watts()).isEmpty();
        log[232] = 0;
        power(TEN_MILLIWATTS | 1);
        assertThat(NvmePower.of(log).isReported()).isTrue();
        assertThat(NvmePower.of(log).wattHours()).isEmpty();
    }

    @Test
    void aValueWithoutAScaleThatIsKnownIsNoPower() {
        power(850);
        assertThat(NvmePower.of(log).watts()).isEmpty();
        power(3 << 16 | 850);
        assertThat(NvmePower.of(log).watts()).isEmpty();
    }

    @Test
    void thePowerOfSomethingElseThanTheWholeDriveIsNotTaken() {
        power(0xC << 20 | TEN_MILLIWATTS | 850);
        assertThat(NvmePower.of(log).watts()).isEmpty();
    }

    @Test
    void reservedBitsMeanNothing() {
        power(0xFC0C_0000 | TEN_MILLIWATTS | 850);
        assertThat(NvmePower.of(log).watts()).hasValue(8.5);
    }

    @Test
    void aShortLogReportsNothing() {
        assertThat(NvmePower.of(new byte[232]))
                .isEqualTo(new NvmePower(OptionalLong.empty(), OptionalDouble.empty()));
    }

    private void power(int field) {
        ByteBuffer.wrap(log).order(ByteOrder.LITTLE_ENDIAN).putInt(240, field);
    }
}
