package dev.varve.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.varve.engine.EngineStatus;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.util.List;
import java.util.Map;

/// A running server in figures; what `/status` says and `varve status` shows.
///
/// @param version       the server's version
/// @param uptimeSeconds since the doors opened
/// @param data          the folder
/// @param resp          `host:port` of the Redis door
/// @param s3            `host:port` of the S3 door
/// @param residentBytes memory that the process occupies; -1 where the platform does not tell
/// @param engine        the engine's figures
/// @param energy        what energy it took
/// @param doors         each door's figures
/// @param waitedMillis  how long connections were made to wait because of their user's rate, for
///                      each
///                      user of the Redis door who has one
///
/// Immutable.
public record StatusReport(
        String version,
        long uptimeSeconds,
        String data,
        String resp,
        String s3,
        long residentBytes,
        EngineStatus engine,
        EnergyReport energy,
        List<DoorStatus> doors,
        Map<String, Long> waitedMillis) {
    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /// A door in figures, since it opened.
    ///
    /// @param connections those open now
    /// @param requests    those answered
    /// @param errors      those answered with an error
    /// @param bytesIn     taken from clients
    /// @param bytesOut    sent to clients
    public record DoorStatus(
            String name,
            long connections,
            long requests,
            long errors,
            long bytesIn,
            long bytesOut) {}

    public StatusReport {
        doors = List.copyOf(doors);
        waitedMillis = Map.copyOf(waitedMillis);
    }

    /// The report as one JSON object.
    public String toJson() {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Reads what [#toJson] wrote, of this or a later version.
    ///
    /// @throws StorageException CORRUPT if it is something else
    public static StatusReport ofJson(String json) {
        try {
            return JSON.readValue(json, StatusReport.class);
        } catch (JsonProcessingException e) {
            throw new StorageException(Kind.CORRUPT, "status (" + json + ") must be a report", e);
        }
    }
}
