package dev.varve.server;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// Every setting that a server knows: one table for the command line (`--KEY`), the configuration
/// file (`KEY = value`), the environment (`VARVE_KEY`) and the documentation.
public enum Setting {
    DATA("data", "DIR", "varve-data", "Folder that holds everything the server keeps."),
    MEMORY(
            "memory", "SIZE", "a quarter of the machine's memory",
            "Budget of the memory tier, such as 512m or 4g."),
    MEMORY_DIR(
            "memory-dir",
            "DIR",
            "auto",
            "Folder of a tmpfs that holds the memory tier, so that it survives a kill of the process:"
                    + " auto takes /dev/shm where it has room, none lets memory end with the"
                    + " process."),
    MEMORY_AT_STOP(
            "memory-at-stop",
            "WHAT",
            "flash",
            "What an orderly stop does with memory: flash writes it there and frees it, keep leaves"
                    + " it in memory-dir for the next start."),
    FLASH(
            "flash",
            "SIZE",
            "half of the free disk space, at most 100g",
            "Budget of the flash tier in the data folder, such as 20g or 1.5t."),
    EVICTION(
            "eviction", "POLICY", "auto",
            "What leaves memory first: auto (whichever of the others does best), s3-fifo, lru, fifo,"
                    + " sieve, arc, lirs, clock-pro-plus, w-tinylfu, gdsf,"
                    + " learned, chain or epoch."),
    GOAL(
            "goal", "GOAL", "latency",
            "What placement is after: latency, or energy, for which less is written to flash, and in"
                    + " bursts, so that it may sleep between them."),
    GOAL_SLACK(
            "goal-slack", "NUMBER", "1.2",
            "How many times as long reads of flash may take on the average for goal = energy, from 1"
                    + " to 100."),
    ADMISSION(
            "admission", "RULE", "all, or selective for goal = energy",
            "What of a cache goes to flash: all, or selective (what is likely to be read again)."),
    FLASH_WRITES_PER_DAY(
            "flash-writes-per-day", "SIZE", "none",
            "The most that caches may let the flash device take in 24 hours, such as 500g; durable"
                    + " writes count and are never refused."),
    MOVEMENT_RATE(
            "movement-rate", "SIZE", "what clients leave",
            "The most that background work moves on flash in a second while it can wait, such as"
                    + " 200m; at least 8m. What clients wait for holds it back in any case."),
    COMPRESSION(
            "compression", "RULE", "auto",
            "What is compressed on flash: auto (for goal = energy what saves energy by it, else"
                    + " nothing), always or never."),
    LEASE(
            "lease", "MILLISECONDS", "10000",
            "How long what EXISTS has found stays in a cache for sure, from 0 to 600000."),
    READ_AHEAD(
            "read-ahead", "BOOL", "true",
            "Whether what clients are about to ask for is brought up from flash, as their order of"
                    + " reading tells."),
    DIRECT_IO(
            "direct-io",
            "BOOL",
            "true",
            "Whether flash goes around the page cache, where the file system allows it."),
    MEMORY_MEDIUM(
            "memory-medium", "MEDIUM", "ddr5",
            "What the energy meter takes memory to be made of: a medium of varve plan's catalogue,"
                    + " such as ddr4 or cxl."),
    FLASH_MEDIUM(
            "flash-medium", "MEDIUM", "tlc",
            "What the energy meter takes flash to be made of, such as slc or qlc."),
    RESP_HOST(
            "resp-host", "HOST", "127.0.0.1",
            "Address that the Redis door listens on."),
    RESP_PORT(
            "resp-port", "PORT", "6379",
            "Port of the Redis door; 0 takes a free one."),
    RESP_THREADS(
            "resp-threads", "NUMBER", "one a core",
            "Threads that serve the connections of the Redis door. Half of them serve those that"
                    + " ask for little, all of them those that move large values."),
    RESP_USER(
            "resp-user",
            "NAME=PASSWORD",
            "none",
            "A user of the Redis door; may be given several times. With one or more, clients must"
                    + " authenticate."),
    TENANT(
            "tenant",
            "NAME.PART=VALUE",
            "none",
            "What a user of the Redis door may touch and take: NAME.prefix, NAME.memory, NAME.flash"
                    + " and NAME.rate; may be given several times."),
    RESP_TLS_CERT(
            "resp-tls-cert",
            "FILE",
            "none",
            "PEM file with the Redis door's certificate, then those that vouch for it. With it and"
                    + " resp-tls-key the door listens for TLS as well."),
    RESP_TLS_KEY(
            "resp-tls-key",
            "FILE",
            "none",
            "PEM file with the certificate's private key, without a passphrase."),
    RESP_TLS_CLIENT_CA(
            "resp-tls-client-ca",
            "FILE",
            "none",
            "PEM file with the authorities whose certificates TLS clients must show."),
    RESP_TLS_HOST(
            "resp-tls-host",
            "HOST",
            "resp-host",
            "Address that the Redis door listens on for TLS."),
    RESP_TLS_PORT(
            "resp-tls-port",
            "PORT",
            "6380",
            "Port of the Redis door for TLS; 0 takes a free one."),
    LOCAL_SOCKET(
            "local-socket",
            "FILE",
            "none",
            "Unix-domain socket for clients on this host that map the memory tier; its path is at"
                    + " most 107 bytes long."),
    S3_HOST(
            "s3-host", "HOST",
            "127.0.0.1",
            "Address that the S3 door listens on."),
    S3_PORT(
            "s3-port",
            "PORT", "9000",
            "Port of the S3 door; 0 takes a free one."),
    S3_DOMAIN(
            "s3-domain",
            "NAME",
            "localhost",
            "Domain under which BUCKET.NAME addresses a bucket (virtual-host style)."),
    S3_REGION(
            "s3-region",
            "NAME",
            "us-east-1",
            "Region that S3 clients are told."),
    S3_ETAG(
            "s3-etag",
            "KIND",
            "md5",
            "How the ETags of new objects are made: md5 as S3 does, or fast, which saves 1.5"
                    + " core-seconds a gigabyte."),
    ADMIN_HOST(
            "admin-host",
            "HOST",
            "127.0.0.1",
            "Address of /health, /metrics, /status and /reload."),
    ADMIN_PORT(
            "admin-port",
            "PORT",
            "9100",
            "Port of /health, /metrics, /status and /reload; 0 takes a free one.");

    private final String key;
    private final String placeholder;
    private final String fallback;
    private final String description;

    Setting(String key, String placeholder, String fallback, String description) {
        this.key = key;
        this.placeholder = placeholder;
        this.fallback = fallback;
        this.description = description;
    }

    /// The name in a configuration file, and after `--` on the command line.
    public String key() {
        return key;
    }

    /// What stands for the value in help texts.
    public String placeholder() {
        return placeholder;
    }

    /// The default, in words where it depends on the machine.
    public String fallback() {
        return fallback;
    }

    /// One sentence for the user.
    public String description() {
        return description;
    }

    /// Whether it may be given several times, each time with a name of its own.
    public boolean repeats() {
        return this == RESP_USER || this == TENANT;
    }

    /// The name of the environment variable.
    public String variable() {
        return "VARVE_" + key.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    static Optional<Setting> ofKey(String key) {
        return Arrays.stream(values()).filter(setting -> setting.key.equals(key)).findFirst();
    }
}
