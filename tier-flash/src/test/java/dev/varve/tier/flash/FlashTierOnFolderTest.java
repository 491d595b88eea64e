package dev.varve.tier.flash;

import dev.varve.env.Clock;
import dev.varve.env.FolderDisk;
import dev.varve.testkit.SegmentTierContract;
import dev.varve.tier.SegmentTier;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;

final class FlashTierOnFolderTest extends SegmentTierContract {
    @TempDir
    Path folder;

    @Override
    protected SegmentTier open() {
        return FlashTier.open(FolderDisk.open(folder, FolderDisk.Access.DIRECT),
                new FlashSettings(8 << 20, 1 << 20, 8), Clock.system(), new SplittableRandom(1));
    }
}
