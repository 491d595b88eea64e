package dev.varve.door.resp;

import java.util.HashMap;
import java.util.concurrent.atomic.LongAdder;

/// The door's running counts.
///
/// Thread-safe: adders; a snapshot is not of one instant.
final class Tallies {
    final LongAdder connections = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder commands = new LongAdder();
    final LongAdder bytesIn = new LongAdder();
    final LongAdder bytesOut = new LongAdder();
    final LongAdder errors = new LongAdder();
    final LongAdder handshakesFailed = new LongAdder();
    final LongAdder protocolErrors = new LongAdder();
    final LongAdder stalled = new LongAdder();
    final LongAdder offLoop = new LongAdder();
    final LongAdder seatChanges = new LongAdder();
    final LongAdder lostWrites = new LongAdder();

    RespCounters snapshot(long open, CommandTable table, Users users) {
        var byName = new HashMap<String, Long>();
        for (var command : table.all()) {
            long calls = command.calls().sum();
            if (calls > 0) {
                byName.put(command.name(), calls);
            }
        }
        var waited = new HashMap<String, Long>();
        users.throttles().forEach((name, throttle) -> waited.put(name, throttle.waitedNanos()));
        return new RespCounters(
                open, connections.sum(), refused.sum(), commands.sum(), byName, bytesIn.sum(),
                bytesOut.sum(), errors.sum(), handshakesFailed.sum(), protocolErrors.sum(),
                stalled.sum(), offLoop.sum(), seatChanges.sum(), lostWrites.sum(), waited);
    }
}
