package dev.varve.trace;

/// One recorded access.
///
/// @param timeMicros since the recording began; never less than that of the event before
/// @param keyHash    stands for the key and its bucket: see [KeyHash]
/// @param sizeBytes  length of the object; 0 where the operation tells none
/// @param bucket     a small number for the bucket
/// @param tenant     a small number for the share of the store that the key belongs to; 0 is
///                   everybody's
/// @param connection a small number for who did it; 0 is not known
///
/// Immutable.
public record TraceEvent(
        long timeMicros,
        Operation operation,
        long keyHash,
        long sizeBytes,
        int bucket,
        int tenant,
        int connection) {

    /// What was done.
    public enum Operation {
        READ_HIT(0, true),
        READ_MISS(1, false),
        /// Asked for without its bytes, and there.
        EXISTS_HIT(2, true),
        EXISTS_MISS(3, false),
        WRITE(4, true),
        DELETE(5, false),
        /// Given other attributes, an expiry as a rule.
        TOUCH(6, true);

        private static final Operation[] BY_CODE = values();

        private final int code;
        private final boolean sized;

        Operation(int code, boolean sized) {
            this.code = code;
            this.sized = sized;
        }

        /// The number that stands for it in a file.
        int code() {
            return code;
        }

        /// Whether it tells how long the object is.
        boolean isSized() {
            return sized;
        }

        /// How many codes there are: they go from 0 on.
        static int count() {
            return BY_CODE.length;
        }

        static Operation ofCode(int code) {
            return BY_CODE[code];
        }
    }

    public TraceEvent {
        if (timeMicros < 0 || sizeBytes < 0 || bucket < 0 || tenant < 0 || connection < 0) {
            throw new IllegalArgumentException("no number of an event may be negative");
        }
    }
}
