package dev.varve.tier.flash;

import dev.varve.testkit.ManualClock;
import dev.varve.testkit.SegmentTierContract;
import dev.varve.testkit.SimulatedDisk;
import dev.varve.tier.SegmentTier;
import java.util.SplittableRandom;

final class FlashTierOnSimulatedDiskTest extends SegmentTierContract {
    private final SimulatedDisk disk = new SimulatedDisk(1);

    @Override
    protected SegmentTier open() {
        return FlashTier.open(disk, new FlashSettings(8 << 20, 1 << 20, 8), new ManualClock(),
                new SplittableRandom(1));
    }

    @Override
    protected void checkClosed() {
        disk.close();
    }
}
