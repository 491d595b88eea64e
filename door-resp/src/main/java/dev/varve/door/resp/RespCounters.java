package dev.varve.door.resp;

import java.util.Map;

/// What the door did since it was opened.
///
/// @param connectionsOpen    now
/// @param connectionsTotal   accepted ever
/// @param connectionsRefused turned away because there were too many
/// @param commands           executed, failed ones among them
/// @param commandsByName     the same by name, only those that occurred
/// @param bytesIn            received
/// @param bytesOut           handed to connections
/// @param errors             error replies to well-formed requests
/// @param handshakesFailed   connections to the TLS port that ended before they were encrypted
/// @param protocolErrors     connections closed because they did not speak the protocol
/// @param stalledClients     connections closed because they made no progress
/// @param offLoop            times that a command had to leave its event loop, because it needed
///                           more than memory could answer
/// @param seatChanges        times that a connection went to another event loop, because it began
///                           to move large values or ceased to
/// @param lostWrites         values answered with OK that a cache bucket could not keep
/// @param waitedNanosByUser  how long connections were made to wait because of their user's rate,
///                           for each user who has one
///
/// Immutable.
public record RespCounters(
        long connectionsOpen,
        long connectionsTotal,
        long connectionsRefused,
        long commands,
        Map<String, Long> commandsByName,
        long bytesIn,
        long bytesOut,
        long errors,
        long handshakesFailed,
        long protocolErrors,
        long stalledClients,
        long offLoop,
        long seatChanges,
        long lostWrites,
        Map<String, Long> waitedNanosByUser) {
    public RespCounters {
        commandsByName = Map.copyOf(commandsByName);
        waitedNanosByUser = Map.copyOf(waitedNanosByUser);
    }
}
