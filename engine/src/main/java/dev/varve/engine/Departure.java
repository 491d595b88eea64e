package dev.varve.engine;

/// How an object left a bucket.
///
/// @param reason    which rule or event it was
/// @param atMillis  when, in milliseconds since the epoch
/// @param ageMillis how long it had been there
/// @param reads     how often it was read since it came into the tier that it left
/// @param detail    what else there is to say: a segment, a device's message; may be empty
///
/// Immutable.
public record Departure(Reason reason, long atMillis, long ageMillis, int reads, String detail) {

    /// Which rule or event it was.
    public enum Reason {
        /// Left memory, and was not worth a write to flash.
        NOT_ADMITTED("refused at admission to flash"),
        /// Left memory, and flash would not take it.
        FLASH_REFUSED("flash could not take it"),
        /// Its flash segment was reclaimed, and it was not worth writing again.
        EVICTED("evicted from flash"),
        /// Its flash segment was reclaimed, and its share had more than its quota; see
        /// [Engine#divide].
        OVER_QUOTA("over quota"),
        /// There was no memory for it when it was written.
        NO_MEMORY("no memory when it was written"),
        /// Its time to live ran out.
        EXPIRED("expired"),
        /// A client removed it.
        DELETED("deleted by a client"),
        /// Its bytes failed their checksum or could not be found.
        LOST("lost to corruption");

        private final String text;

        Reason(String text) {
            this.text = text;
        }

        /// For people.
        public String text() {
            return text;
        }
    }
}
