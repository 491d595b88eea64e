package dev.varve.door.s3;

import dev.varve.engine.Engine;
import dev.varve.env.Clock;
import dev.varve.env.Randomness;
import dev.varve.env.SystemTasks;
import dev.varve.store.Store;
import dev.varve.store.StoreSettings;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/// A store in a folder, and an S3 door on it at a free port of loopback.
final class DoorRig implements AutoCloseable {
    static final String ACCESS_KEY = "VARVETESTKEY";
    static final String SECRET = "varve/test+secret";

    /// Foreign test suites want more than one user.
    private static final Map<String, String> KEYS = Map.of(
            ACCESS_KEY, SECRET, "VARVEALTKEY", "alt-secret", "VARVETENANTKEY", "tenant-secret");

    final Store store;
    final S3Door door;
    private final SystemTasks tasks = new SystemTasks();

    DoorRig(Path folder) {
        this(folder, S3Settings.DEFAULT);
    }

    DoorRig(Path folder, S3Settings settings) {
        this(folder, settings, StoreSettings.of(96L << 20, 512L << 20));
    }

    DoorRig(Path folder, S3Settings settings, StoreSettings storeSettings) {
        this(folder, settings, storeSettings, 0);
    }

    DoorRig(Path folder, S3Settings settings, StoreSettings storeSettings, int port) {
        this.store = Store.open(folder, storeSettings);
        this.door = S3Door.open(store.engine(), settings.listeningOn("127.0.0.1", port),
                key -> Optional.ofNullable(KEYS.get(key)),
                Clock.system(), Randomness.system(), tasks);
    }

    Engine engine() {
        return store.engine();
    }

    int port() {
        return door.localAddress().getPort();
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + port());
    }

    Wire wire() {
        return new Wire(port());
    }

    /// The SDK's client as it comes, in path style.
    S3Client client() {
        return S3Client.builder()
                .endpointOverride(endpoint())
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(ACCESS_KEY, SECRET)))
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build();
    }

    @Override
    public void close() {
        door.close();
        tasks.close();
        store.close();
    }
}
