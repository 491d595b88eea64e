package dev.varve.door.resp;

import dev.varve.engine.EngineStatus.TierStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/// A part of the `INFO` report. Only figures that exist here; none that Redis has and this server
/// does not.
///
/// @param title    the section's name
/// @param harmless whether it tells nothing about what other users do
/// @param lines    its lines of the form `name:value`; asking for them may wait
///
/// Immutable.
record InfoSection(String title, boolean harmless, Function<Call, List<String>> lines) {

    /// All sections in the order of the report.
    static List<InfoSection> all() {
        return List.of(
                new InfoSection("Server", true, InfoSection::server),
                new InfoSection("Clients", false, InfoSection::clients),
                new InfoSection("Memory", false, InfoSection::memory),
                new InfoSection("Stats", false, InfoSection::stats),
                new InfoSection("Replication", true,
                        _ -> List.of("role:master", "connected_slaves:0")),
                new InfoSection("Cluster", true, _ -> List.of("cluster_enabled:0")),
                new InfoSection("Keyspace", false, InfoSection::keyspace));
    }

    private static List<String> server(Call call) {
        var identity = call.door().identity();
        long upSeconds = (call.nowMillis() - identity.startedMillis()) / 1000;
        return List.of(
                "redis_version:" + ServerIdentity.REDIS_VERSION,
                "redis_mode:standalone",
                "server_name:varve",
                "os:" + System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                "arch_bits:64",
                "process_id:" + ProcessHandle.current().pid(),
                "run_id:" + identity.runId(),
                "tcp_port:" + call.session().server().getPort(),
                "uptime_in_seconds:" + upSeconds,
                "uptime_in_days:" + upSeconds / 86400);
    }

    private static List<String> clients(Call call) {
        return List.of(
                "connected_clients:" + call.door().clients().count(),
                "maxclients:" + call.door().settings().maxClients(),
                "blocked_clients:0");
    }

    /// Redis's names stand for the memory tier; the tiers themselves follow under their own.
    private static List<String> memory(Call call) {
        var tiers = call.door().engine().status().tiers();
        var lines = new ArrayList<String>();
        tiers.stream().filter(tier -> tier.name().equals("memory")).forEach(tier -> {
            lines.add("used_memory:" + tier.usedBytes());
            lines.add("used_memory_human:" + human(tier.usedBytes()));
            lines.add("maxmemory:" + tier.budgetBytes());
            lines.add("maxmemory_human:" + human(tier.budgetBytes()));
        });
        for (TierStatus tier : tiers) {
            lines.add("tier_" + tier.name() + ":used=" + tier.usedBytes() + ",budget="
                    + tier.budgetBytes() + ",blocks=" + tier.blocks());
        }
        return lines;
    }

    private static List<String> stats(Call call) {
        var tallies = call.door().tallies();
        var status = call.door().engine().status();
        return List.of(
                "total_connections_received:" + tallies.connections.sum(),
                "total_commands_processed:" + tallies.commands.sum(),
                "total_net_input_bytes:" + tallies.bytesIn.sum(),
                "total_net_output_bytes:" + tallies.bytesOut.sum(),
                "rejected_connections:" + tallies.refused.sum(),
                "evicted_keys:" + status.movement().droppedBlocks(),
                "keyspace_hits:" + status.reads().hits(),
                "keyspace_misses:" + status.reads().misses(),
                "refused_leases:" + status.promises().refused(),
                "memory_blocks_read:" + status.reads().memoryBlocks(),
                "memory_bytes_read:" + status.reads().memoryBytes(),
                "flash_blocks_read:" + status.reads().flashBlocks(),
                "flash_bytes_read:" + status.reads().flashBytes(),
                "total_error_replies:" + tallies.errors.sum());
    }

    private static List<String> keyspace(Call call) {
        return call.door()
                .databases()
                .existing()
                .stream()
                .filter(database -> database.bucket().count() > 0)
                .map(database -> "db" + database.index() + ":keys=" + database.bucket().count())
                .toList();
    }

    private static String human(long bytes) {
        var units = "BKMGTP";
        double amount = bytes;
        int unit = 0;
        while (amount >= 1024 && unit < units.length() - 1) {
            amount /= 1024;
            unit++;
        }
        return unit == 0
                ? bytes + "B"
                : String.format(Locale.ROOT, "%.2f%c", amount, units.charAt(unit));
    }
}
