package dev.varve.door.resp;

import java.time.Duration;
import java.util.Map;

/// The numbers and names that the Redis door is opened with.
///
/// @param host                address to listen on
/// @param port                0 takes any free one
/// @param users               passwords by user name; empty means that nobody has to say who he is.
///                            `AUTH password` without a name means the user `default`
/// @param maxBulkBytes        the longest single argument (Redis: `proto-max-bulk-len`)
/// @param maxKeyBytes         the longest key, at most [dev.varve.engine.ObjectKey#MAX_BYTES]
/// @param maxClients          connections at the same time; further ones are refused
/// @param maxInlineBytes      the longest inline command, and the longest length line
/// @param maxArguments        arguments of one command
/// @param argumentMemoryBytes what all connections together may hold of arguments that are not
///                            yet in the engine; a connection's first 64 KiB are not counted
/// @param writeStall          a connection that takes none of its pending replies for this long, or
///                            that stops in the middle of a large value, is closed
/// @param loopThreads         event loops; 0 means one for each core
/// @param bucketName          bucket of database 0; database n is `name-n`
/// @param accesses            what users may do, by name, who may not do everything
///
/// Immutable.
public record RespSettings(
        String host,
        int port,
        Map<String, String> users,
        long maxBulkBytes,
        int maxKeyBytes,
        int maxClients,
        int maxInlineBytes,
        int maxArguments,
        long argumentMemoryBytes,
        Duration writeStall,
        int loopThreads,
        String bucketName,
        Map<String, Access> accesses) {

    /// How many databases `SELECT` can choose from.
    public static final int DATABASES = 16;

    private static final int MAX_KEY_BYTES = dev.varve.engine.ObjectKey.MAX_BYTES;

    /// The bucket of database 0 if nothing else is said.
    public static final String BUCKET = "kv";

    public RespSettings {
        users = Map.copyOf(users);
        accesses = Map.copyOf(accesses);
        require("port", port, 0, 65535);
        require("maxBulkBytes", maxBulkBytes, 1, Integer.MAX_VALUE);
        require("maxKeyBytes", maxKeyBytes, 1, MAX_KEY_BYTES);
        require("maxClients", maxClients, 1, Integer.MAX_VALUE);
        require("maxInlineBytes", maxInlineBytes, 64, Integer.MAX_VALUE);
        require("maxArguments", maxArguments, 1, Integer.MAX_VALUE);
        require("argumentMemoryBytes", argumentMemoryBytes, 1, Long.MAX_VALUE);
        require("writeStall in ms", writeStall.toMillis(), 1, Long.MAX_VALUE);
        require("loopThreads", loopThreads, 0, 1024);
    }

    /// Redis's own defaults on an address, without users.
    public static RespSettings on(String host, int port) {
        return new RespSettings(
                host, port, Map.of(), 512L << 20, MAX_KEY_BYTES, 10_000, 64 << 10, 1 << 20,
                128L << 20, Duration.ofSeconds(60), 0, BUCKET, Map.of());
    }

    public RespSettings withUsers(Map<String, String> passwordByUser) {
        return new RespSettings(
                host, port, passwordByUser, maxBulkBytes, maxKeyBytes, maxClients, maxInlineBytes,
                maxArguments, argumentMemoryBytes, writeStall, loopThreads, bucketName,
                accesses);
    }

    public RespSettings withAccesses(Map<String, Access> accessByUser) {
        return new RespSettings(
                host, port, users, maxBulkBytes, maxKeyBytes, maxClients, maxInlineBytes,
                maxArguments, argumentMemoryBytes, writeStall, loopThreads, bucketName,
                accessByUser);
    }

    public RespSettings withMaxClients(int count) {
        return new RespSettings(
                host, port, users, maxBulkBytes, maxKeyBytes, count, maxInlineBytes,
                maxArguments, argumentMemoryBytes, writeStall, loopThreads, bucketName,
                accesses);
    }

    public RespSettings withMaxBulkBytes(long bytes) {
        return new RespSettings(
                host, port, users, bytes, maxKeyBytes, maxClients, maxInlineBytes,
                maxArguments, argumentMemoryBytes, writeStall, loopThreads, bucketName,
                accesses);
    }

    public RespSettings withArgumentMemoryBytes(long bytes) {
        return new RespSettings(
                host, port, users, maxBulkBytes, maxKeyBytes, maxClients, maxInlineBytes,
                maxArguments, bytes, writeStall, loopThreads, bucketName,
                accesses);
    }

    public RespSettings withWriteStall(Duration stall) {
        return new RespSettings(
                host, port, users, maxBulkBytes, maxKeyBytes, maxClients, maxInlineBytes,
                maxArguments, argumentMemoryBytes, stall, loopThreads, bucketName,
                accesses);
    }

    public RespSettings withLoopThreads(int count) {
        return new RespSettings(
                host, port, users, maxBulkBytes, maxKeyBytes, maxClients, maxInlineBytes,
                maxArguments, argumentMemoryBytes, writeStall, count, bucketName,
                accesses);
    }

    private static void require(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    name + " (" + value + ") must be from " + least + " to " + most);
        }
    }
}
