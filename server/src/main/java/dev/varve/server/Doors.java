package dev.varve.server;

import dev.varve.door.local.LocalDoor;
import dev.varve.door.resp.RespDoor;
import dev.varve.door.s3.S3Counters.Operation;
import dev.varve.door.s3.S3Door;
import dev.varve.server.StatusReport.DoorStatus;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// The open doors, as the admin port describes them.
///
/// @param resp the Redis door
/// @param s3   the S3 door
/// @param local the door for clients on the same host, if it is open
///
/// Thread-safe.
record Doors(RespDoor resp, S3Door s3, Optional<LocalDoor> local) {

    /// Where the Redis door listens.
    Endpoint respEndpoint(Settings settings) {
        return endpoint(settings.resp(), resp.localAddress());
    }

    /// Where the S3 door listens.
    Endpoint s3Endpoint(Settings settings) {
        return endpoint(settings.s3(), s3.localAddress());
    }

    /// Each door's figures, as they are now.
    List<DoorStatus> status() {
        var redis = resp.counters();
        var objects = s3.counters();
        long requests = objects.operations().stream().mapToLong(Operation::requests).sum();
        long errors = objects.operations()
                .stream()
                .mapToLong(operation -> operation.clientErrors() + operation.serverErrors())
                .sum();
        var status = new ArrayList<>(List.of(
                new DoorStatus("redis", redis.connectionsOpen(), redis.commands(), redis.errors(),
                        redis.bytesIn(), redis.bytesOut()),
                new DoorStatus("s3", objects.connectionsOpen(), requests, errors, objects.bytesIn(),
                        objects.bytesOut())));
        local.map(LocalDoor::counters)
                .ifPresent(it -> status.add(new DoorStatus("local", it.connectionsOpen(),
                        it.requests(), it.errors(), it.bytesIn(), it.bytesOut())));
        return status;
    }

    /// How long connections were made to wait because of their user's rate.
    Map<String, Long> waitedMillis() {
        var waited = new TreeMap<String, Long>();
        resp.counters()
                .waitedNanosByUser()
                .forEach((user, nanos) -> waited.put(user, TimeUnit.NANOSECONDS.toMillis(nanos)));
        return waited;
    }

    private static Endpoint endpoint(Endpoint wanted, InetSocketAddress actual) {
        return new Endpoint(wanted.host(), actual.getPort());
    }
}
