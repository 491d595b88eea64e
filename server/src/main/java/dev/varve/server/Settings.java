package dev.varve.server;

import dev.varve.door.resp.Access;
import dev.varve.door.s3.S3Settings.ETags;
import dev.varve.engine.ShareSettings;
import dev.varve.server.TenantSettings.Quota;
import dev.varve.store.StoreSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/// Everything a server is told, read and checked once by [SettingsReader].
///
/// @param data        folder that holds everything the server keeps
/// @param store       what the store is opened with
/// @param media       what the energy meter takes the tiers to be made of
/// @param resp        where the Redis door listens
/// @param respThreads threads that serve the Redis door; 0 means one for each core
/// @param respUsers   names and passwords of the Redis door; empty means that it asks for none
/// @param tenants     what users of the Redis door may touch and take who may not do everything
/// @param respTls     how the Redis door offers TLS, if it does
/// @param localSocket where clients on this host come in that map the memory, if they may
/// @param s3          where the S3 door listens
/// @param s3Domain    domain under which `BUCKET.domain` addresses a bucket
/// @param s3Region    region that S3 clients are told
/// @param s3ETags     how the ETags of new objects are made
/// @param admin       where health, metrics and status are served
///
/// Immutable.
public record Settings(
        Path data,
        StoreSettings store,
        TierMedia media,
        Endpoint resp,
        int respThreads,
        Map<String, String> respUsers,
        List<TenantSettings> tenants,
        Optional<RespTls> respTls,
        Optional<Path> localSocket,
        Endpoint s3,
        String s3Domain,
        String s3Region,
        ETags s3ETags,
        Endpoint admin) {

    public Settings {
        respUsers = Map.copyOf(respUsers);
        tenants = List.copyOf(tenants);
    }

    /// What users of the Redis door may do who may not do everything.
    Map<String, Access> accesses() {
        return tenants.stream()
                .collect(Collectors.toMap(TenantSettings::user,
                        tenant -> new Access(tenant.prefixes(), tenant.bytesPerSecond())));
    }

    /// Whether some user may touch only some keys.
    boolean isPartedByUser() {
        return tenants.stream().anyMatch(tenant -> !tenant.prefixes().isEmpty());
    }

    /// How memory and flash are divided.
    ///
    /// @param budgets whose budgets are in force
    List<ShareSettings> shares(Settings budgets) {
        return tenants.stream()
                .filter(TenantSettings::hasQuota)
                .map(tenant -> new ShareSettings(tenant.user(), tenant.prefixes(),
                        bytes(tenant.memory(), budgets.store.memoryBytes()),
                        bytes(tenant.flash(), budgets.store.flashBytes())))
                .toList();
    }

    private static OptionalLong bytes(Optional<Quota> quota, long budgetBytes) {
        return quota.map(some -> OptionalLong.of(some.bytes(budgetBytes)))
                .orElse(OptionalLong.empty());
    }

    /// The same settings with passwords left out.
    @Override
    public String toString() {
        return "Settings[data=" + data + ", store=" + store + ", media=" + media + ", resp=" + resp
                + ", respUsers="
                + respUsers.keySet()
                + ", tenants=" + tenants + ", respTls=" + respTls.map(RespTls::endpoint)
                + ", localSocket=" + localSocket + ", s3=" + s3 + ", s3Domain=" + s3Domain
                + ", s3Region=" + s3Region + ", s3ETags=" + s3ETags
                + ", admin=" + admin + "]";
    }
}
