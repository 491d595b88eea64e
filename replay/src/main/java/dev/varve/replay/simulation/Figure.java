package dev.varve.replay.simulation;

import java.time.LocalDate;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// A number with where it comes from.
///
/// @param value    in the unit of its [Dimension]
/// @param written  as the catalogue has it, such as `25.6 GB/s`
/// @param evidence how good it is
/// @param source   where it is from; of an assumed one, why it was chosen
/// @param dated    the day that it holds of; prices have one
///
/// Immutable.
public record Figure(
        double value,
        String written,
        Evidence evidence,
        String source,
        Optional<LocalDate> dated) {

    /// How good a figure is, best first.
    public enum Evidence {
        /// Measured for this project.
        MEASURED,
        /// Stated by the vendor or in the paper itself.
        STATED,
        /// Read in the configuration of a simulator.
        READ,
        /// Computed from others.
        DERIVED,
        /// From a page about it.
        SECONDARY,
        /// Often cited, not verified.
        UNVERIFIED,
        /// Chosen, because none was found.
        ASSUMED;

        String key() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Optional<Evidence> of(String key) {
            return Arrays.stream(values()).filter(mark -> mark.key().equals(key)).findFirst();
        }
    }

    boolean isAssumed() {
        return evidence == Evidence.ASSUMED;
    }
}
