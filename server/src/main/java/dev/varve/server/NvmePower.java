package dev.varve.server;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/// What an NVMe drive says of its own energy, in two fields of its SMART / Health Information log
/// page (NVM Express Base Specification 2.3). Drives of before have zeroes there, which say that
/// nothing is reported.
///
/// @param wattHours consumed since it was made, rounded up; never wraps around
/// @param watts     drawn on the average of the last second, by the whole drive
///
/// Immutable.
record NvmePower(OptionalLong wattHours, OptionalDouble watts) {
    /// Operational Lifetime Energy Consumed, 8 bytes.
    private static final int ENERGY_AT = 232;
    /// Interval Power Measurement, 4 bytes:
    ///
    ///     31    26 25     20 19 18 17   16 15        0
    ///     reserved   type    resv.  scale     value
    private static final int POWER_AT = 240;
    private static final int END = 244;
    private static final int TYPE_SHIFT = 20;
    private static final int TYPE_MASK = 0x3F;
    private static final int SCALE_SHIFT = 16;
    private static final int SCALE_MASK = 3;
    private static final int VALUE_MASK = 0xFFFF;
    /// Of the whole NVM subsystem. What others measure is the vendor's to know.
    private static final int TOTAL_POWER = 0;

    /// Reads the fields of a log page, or as much of it as is there.
    static NvmePower of(byte[] log) {
        if (log.length < END) {
            return new NvmePower(OptionalLong.empty(), OptionalDouble.empty());
        }
        var page = ByteBuffer.wrap(log).order(ByteOrder.LITTLE_ENDIAN);
        long energy = page.getLong(ENERGY_AT);
        return new NvmePower(energy == 0 ? OptionalLong.empty() : OptionalLong.of(energy),
                watts(page.getInt(POWER_AT)));
    }

    boolean isReported() {
        return wattHours.isPresent() || watts.isPresent();
    }

    private static OptionalDouble watts(int power) {
        if ((power >>> TYPE_SHIFT & TYPE_MASK) != TOTAL_POWER) {
            return OptionalDouble.empty();
        }
        int value = power & VALUE_MASK;
        return switch (power >>> SCALE_SHIFT & SCALE_MASK) {
            case 1 -> OptionalDouble.of(value / 10_000.0);
            case 2 -> OptionalDouble.of(value / 100.0);
            default -> OptionalDouble.empty();
        };
    }
}
