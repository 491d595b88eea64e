package dev.varve.door.s3;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/// The two ways in which S3 writes times, both in UTC.
///
/// Immutable.
final class Dates {
    private static final DateTimeFormatter HTTP = DateTimeFormatter
            .ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter ISO = DateTimeFormatter
            .ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.US)
            .withZone(ZoneOffset.UTC);

    private Dates() {}

    /// As in HTTP headers, whole seconds.
    static String http(long epochMillis) {
        return HTTP.format(Instant.ofEpochMilli(epochMillis));
    }

    /// As in XML documents, milliseconds.
    static String iso(long epochMillis) {
        return ISO.format(Instant.ofEpochMilli(epochMillis));
    }

    /// Seconds since the epoch, if the text is a time.
    static Optional<Long> parseHttp(String text) {
        try {
            return Optional.of(ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toEpochSecond());
        } catch (DateTimeException _) {
            return Optional.empty();
        }
    }
}
