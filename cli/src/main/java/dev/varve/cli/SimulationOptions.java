package dev.varve.cli;

import dev.varve.replay.simulation.Eviction;
import dev.varve.replay.simulation.HierarchySettings;
import dev.varve.replay.simulation.HierarchySettings.ClientSettings;
import dev.varve.replay.simulation.HierarchySettings.Writing;
import dev.varve.replay.simulation.OutcomeText;
import dev.varve.replay.simulation.Recording;
import dev.varve.replay.simulation.TierSettings;
import dev.varve.server.ByteSize;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/// What `varve replay --simulated` simulates.
final class SimulationOptions {
    /// Shares of the traffic's different blocks.
    private static final double MEMORY_SHARE = 0.02;
    private static final double FLASH_SHARE = 0.1;
    private static final double OBJECT_SHARE = 0.5;

    @Option(names = "--simulated",
            description = "Replay in simulated time against a hierarchy of modelled media.")
    private boolean simulated;

    @Option(names = "--tiers", paramLabel = "ID=SIZE", split = ",",
            description = "With --simulated: the tiers, memory first, each a medium of `varve plan"
                    + " --list-media` with its size, such as ddr5=240m,tlc=1.2g. By default DDR5"
                    + " for 2 %% of the data, TLC flash for 10 %% and object storage for half.")
    private List<String> tiers = List.of();

    @Option(names = "--eviction", paramLabel = "POLICY", defaultValue = "auto",
            description = "With --simulated: any of the server's (default: ${DEFAULT-VALUE}).")
    private String eviction = "auto";

    @Option(names = "--admission", paramLabel = "RULE", defaultValue = "selective",
            description = "With --simulated: selective, all or through (default:"
                    + " ${DEFAULT-VALUE}).")
    private String admission = "selective";

    @Option(names = "--media", paramLabel = "FILE",
            description = "With --simulated: figures of media; see docs/plan.md.")
    private Optional<Path> mediaFile = Optional.empty();

    boolean wanted() {
        return simulated;
    }

    /// @throws IllegalArgumentException if an option is wrong
    String run(Recording recording, TrafficOptions traffic) {
        var levels = tiers(recording, traffic.blockBytes());
        double speed = traffic.speed() == 0 ? 1 : traffic.speed();
        var plain = ClientSettings.DEFAULT;
        var client = new ClientSettings(traffic.connections(), speed, plain.lease() / speed,
                plain.processors(), plain.existsSeconds(), plain.getSeconds(), plain.setSeconds(),
                plain.makeSeconds());
        var settings = new HierarchySettings(recording.meanBytes(traffic.blockBytes()),
                levels.getFirst(), levels.subList(1, levels.size()), Optional.empty(), writing(),
                Eviction.of(eviction).of(writing()), client);
        return new OutcomeText(recording.through(settings)).render();
    }

    private Writing writing() {
        return switch (admission) {
            case "selective" -> Writing.SELECTIVE;
            case "all" -> Writing.ALL;
            case "through" -> Writing.THROUGH;
            default -> throw new IllegalArgumentException(
                    "--admission (" + admission + ") must be selective, all or through");
        };
    }

    private List<TierSettings> tiers(Recording recording, long blockBytes) {
        var catalogue = PlanCommand.catalogue(mediaFile);
        long data = recording.wholeBytes(blockBytes);
        if (tiers.isEmpty()) {
            return List.of(
                    TierSettings.of(catalogue.medium("ddr5"),
                            (long) (data * MEMORY_SHARE)),
                    TierSettings.of(catalogue.medium("tlc"),
                            (long) (data * FLASH_SHARE)),
                    TierSettings.of(catalogue.medium("object"),
                            (long) (data * OBJECT_SHARE)));
        }
        var levels = new ArrayList<TierSettings>();
        for (String tier : tiers) {
            int sign = tier.indexOf('=');
            var size = ByteSize.parse(tier.substring(sign + 1));
            if (sign < 1 || size.isEmpty()) {
                throw new IllegalArgumentException("--tiers ('" + tier
                        + "') must be a medium and a size, such as tlc=1.2g");
            }
            levels.add(TierSettings.of(catalogue.medium(tier.substring(0, sign)),
                    size.getAsLong()));
        }
        if (levels.size() < 2) {
            throw new IllegalArgumentException("--tiers must name memory and at least one more");
        }
        return levels;
    }
}
