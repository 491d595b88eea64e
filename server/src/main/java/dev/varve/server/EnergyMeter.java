package dev.varve.server;

import dev.varve.engine.EngineStatus;
import dev.varve.engine.EngineStatus.Device;
import dev.varve.engine.EngineStatus.TierStatus;
import dev.varve.engine.EngineStatus.TrafficStatus;
import dev.varve.env.Clock;
import dev.varve.server.EnergyReport.Compressing;
import dev.varve.server.EnergyReport.OwnerEnergy;
import dev.varve.server.EnergyReport.Sleep;
import dev.varve.server.EnergyReport.TierEnergy;
import dev.varve.tier.Compression;
import java.util.List;
import java.util.stream.Stream;

/// Computes what energy the tiers took, from what the engine counts and the figures of the media.
/// The formulas are in `docs/energy.md`.
///
/// Thread-safe: the zones and the drives are; the rest never changes.
final class EnergyMeter {
    private final EnergyFigures memory;
    private final EnergyFigures flash;
    private final PowerZones zones;
    private final NvmeDrives drives;
    private final Clock clock;
    private final long startNanos;

    EnergyMeter(
            EnergyFigures memory,
            EnergyFigures flash,
            PowerZones zones,
            NvmeDrives drives,
            Clock clock) {
        this.memory = memory;
        this.flash = flash;
        this.zones = zones;
        this.drives = drives;
        this.clock = clock;
        startNanos = clock.nanoTime();
    }

    EnergyReport report(EngineStatus status) {
        double seconds = (clock.nanoTime() - startNanos) / 1e9;
        var reads = status.reads();
        var movement = status.movement();
        long handedOut = reads.memoryBytes() + reads.flashBytes();
        return new EnergyReport(List.of(
                tier(status, "memory", memory, handedOut + movement.deviceBytesWritten(),
                        status.writes().bytes() + movement.deviceBytesRead(), seconds,
                        Device.NONE),
                tier(status, "flash", flash, movement.deviceBytesRead(),
                        movement.deviceBytesWritten(), seconds, status.flash())),
                owners(status),
                each(read(reads.memoryBytes(), reads.flashBytes()), reads.hits()),
                each(status.writes().bytes() * memory.writeJoulesPerByte()
                        + movement.deviceBytesWritten() * downJoulesPerByte(),
                        status.writes().commits()),
                compressing(status),
                Stream.concat(zones.measured().stream(), drives.measured().stream()).toList(),
                drives.power());
    }

    /// What was not written and not read again because it was compressed, and what that took.
    private Compressing compressing(EngineStatus status) {
        var movement = status.movement();
        var compression = status.flash().compression();
        long saved = compression.contentBytes() - compression.storedBytes();
        double amplification = each((double) movement.deviceBytesWritten(),
                movement.contentBytesWritten() - saved);
        double notRead = compression.expandedBytes()
                * each((double) saved, compression.contentBytes());
        return new Compressing(compression.contentBytes(), compression.storedBytes(),
                (compression.compressNanos() + compression.expandNanos()) / 1e9
                        * Compression.CORE_WATTS,
                saved * amplification * flash.writeJoulesPerByte()
                        + notRead * flash.readJoulesPerByte());
    }

    private static TierEnergy tier(
            EngineStatus status,
            String name,
            EnergyFigures medium,
            long bytesRead,
            long bytesWritten,
            double seconds,
            Device device) {
        long budget = status.tiers()
                .stream()
                .filter(tier -> tier.name().equals(name))
                .mapToLong(TierStatus::budgetBytes)
                .sum();
        var sleep = medium.sleep();
        double asleep = Math.min(seconds, device.asleepNanos() / 1e9);
        return new TierEnergy(name, medium.medium(), bytesRead * medium.readJoulesPerByte(),
                bytesWritten * medium.writeJoulesPerByte(),
                budget * medium.idleWattsPerByte() * (seconds - asleep),
                new Sleep(asleep, device.wakings(), device.wakingReads(), sleep.wakeSeconds(),
                        budget * (sleep.wattsPerByte() * asleep
                                + sleep.wakeJoulesPerByte() * device.wakings())));
    }

    private List<OwnerEnergy> owners(EngineStatus status) {
        var movement = status.movement();
        double amplification = each(
                (double) movement.deviceBytesWritten(), movement.contentBytesWritten());
        return status.traffic()
                .stream()
                .map(traffic -> new OwnerEnergy(traffic.owner(), traffic.name(),
                        joules(traffic, amplification)))
                .toList();
    }

    private double joules(TrafficStatus traffic, double amplification) {
        return read(traffic.memoryBytesRead(), traffic.flashBytesRead())
                + traffic.bytesWritten() * memory.writeJoulesPerByte()
                + traffic.flashBytesWritten() * amplification * downJoulesPerByte();
    }

    /// Of what is handed out: all of it from memory, and what was on flash first brought there.
    private double read(long memoryBytes, long flashBytes) {
        return (memoryBytes + flashBytes) * memory.readJoulesPerByte()
                + flashBytes * (flash.readJoulesPerByte() + memory.writeJoulesPerByte());
    }

    private double downJoulesPerByte() {
        return memory.readJoulesPerByte() + flash.writeJoulesPerByte();
    }

    private static double each(double whole, long parts) {
        return parts == 0 ? 0 : whole / parts;
    }
}
