package dev.varve.door.resp;

/// Hears how long commands take, from the request's last byte to the reply handed to the
/// connection.
///
/// Called on event loops and on threads beside them at the same time, so it must be thread-safe and
/// quick.
@FunctionalInterface
public interface LatencyRecorder {
    /// Listens to nothing, at no cost.
    LatencyRecorder NONE = (command, nanos) -> {};

    /// @param command the name in lower case; `unknown` for what is none
    void record(String command, long nanos);
}
