package dev.varve.door.local;

/// The local door's figures since it was opened.
///
/// @param connectionsOpen    at this moment
/// @param connectionsRefused turned away: too many, or of another user of the system
/// @param requests           of all kinds
/// @param errors             requests that were answered with a failure or a refusal
/// @param leased             values that clients were told where to find
/// @param unleased           values that they had to fetch through the socket instead, because
///                           they held too much
/// @param expired            leases that ended because their time was over
/// @param leasedBytes        held by leases at this moment
/// @param bytesIn            received, of values alone
/// @param bytesOut           sent, of values alone
///
/// Immutable.
public record LocalCounters(
        long connectionsOpen,
        long connectionsRefused,
        long requests,
        long errors,
        long leased,
        long unleased,
        long expired,
        long leasedBytes,
        long bytesIn,
        long bytesOut) {}
