package dev.varve.server;

import dev.varve.engine.ObjectKey;
import java.util.List;
import java.util.Optional;

/// What one user of the Redis door may touch and take.
///
/// @param user           a user of the Redis door
/// @param prefixes       a key must begin with one of them; none means all keys
/// @param memory         the share of the memory tier that is the user's, if it has one
/// @param flash          the share of the flash tier that is the user's, if it has one
/// @param bytesPerSecond what all connections of the user may receive and send together; 0 means no
///                       limit
///
/// Immutable.
public record TenantSettings(
        String user,
        List<ObjectKey> prefixes,
        Optional<Quota> memory,
        Optional<Quota> flash,
        long bytesPerSecond) {

    public TenantSettings {
        prefixes = List.copyOf(prefixes);
    }

    /// Whether memory or flash is divided for this user.
    boolean hasQuota() {
        return memory.isPresent() || flash.isPresent();
    }

    /// An amount in bytes, or in hundredths of a budget.
    ///
    /// @param amount at least 0
    public record Quota(double amount, boolean percent) {
        /// The quota in bytes, never more than the budget.
        long bytes(long budgetBytes) {
            double bytes = percent ? (double) budgetBytes * amount / 100 : amount;
            return (long) Math.min((double) budgetBytes, bytes);
        }
    }
}
