package dev.varve.server;

import dev.varve.door.s3.S3Settings.ETags;
import dev.varve.engine.AdmissionSettings;
import dev.varve.engine.EngineSettings;
import dev.varve.store.StoreSettings;
import dev.varve.store.StoreSettings.Eviction;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// Everything a server is told, read and checked once by [SettingsReader].
///
/// @param data        folder that holds everything the server keeps
/// @param memoryBytes budget of the memory tier
/// @param flashBytes  budget of the flash tier
/// @param eviction    what leaves memory first
/// @param admission   what of a cache may be written to flash
/// @param lease       how long what a client was told of stays in a cache
/// @param directIo    whether flash goes around the page cache where it can
/// @param resp        where the Redis door listens
/// @param respUsers   names and passwords of the Redis door; empty means that it asks for none
/// @param respTls     how the Redis door offers TLS, if it does
/// @param s3          where the S3 door listens
/// @param s3Domain    domain under which `BUCKET.domain` addresses a bucket
/// @param s3Region    region that S3 clients are told
/// @param s3ETags     how the ETags of new objects are made
/// @param admin       where health, metrics and status are served
///
/// Immutable.
public record Settings(
        Path data,
        long memoryBytes,
        long flashBytes,
        Eviction eviction,
        AdmissionSettings admission,
        Duration lease,
        boolean directIo,
        Endpoint resp,
        Map<String, String> respUsers,
        Optional<RespTls> respTls,
        Endpoint s3,
        String s3Domain,
        String s3Region,
        ETags s3ETags,
        Endpoint admin) {

    public Settings {
        respUsers = Map.copyOf(respUsers);
    }

    /// What the store is opened with.
    public StoreSettings store() {
        return new StoreSettings(
                memoryBytes, flashBytes, eviction, directIo,
                EngineSettings.DEFAULT.with(lease, admission));
    }

    /// The same settings with passwords left out.
    @Override
    public String toString() {
        return "Settings[data=" + data + ", memoryBytes=" + memoryBytes + ", flashBytes="
                + flashBytes
                + ", eviction=" + eviction + ", admission=" + admission + ", lease=" + lease
                + ", directIo=" + directIo + ", resp=" + resp
                + ", respUsers=" + respUsers.keySet() + ", respTls="
                + respTls.map(RespTls::endpoint) + ", s3=" + s3 + ", s3Domain=" + s3Domain
                + ", s3Region=" + s3Region + ", s3ETags=" + s3ETags
                + ", admin=" + admin + "]";
    }
}
