package dev.varve.door.s3;

import dev.varve.engine.ObjectInfo;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;

/// Entity tags. Kept without quotes in an object's label [#LABEL].
///
/// An ETag with a `-` is no MD5 of the content, and clients know that: multipart objects have one,
/// and those that were stored while MD5 was switched off, and those of other doors.
///
/// Immutable.
final class ETag {
    /// The label of an object's ETag.
    static final String LABEL = "etag";

    private static final int DIGEST_BYTES = 16;
    private static final int DIGEST_DIGITS = 2 * DIGEST_BYTES;

    private ETag() {}

    /// The object's ETag; one that changes with each version where it was stored without.
    static String of(ObjectInfo object) {
        var label = object.attributes().labels().get(LABEL);
        return label != null
                ? label
                : "%016x%016x-1".formatted(object.version(), object.sizeBytes());
    }

    static String quoted(ObjectInfo object) {
        return '"' + of(object) + '"';
    }

    static String ofMd5(byte[] md5) {
        return HexFormat.of().formatHex(md5);
    }

    /// One that no other object has.
    static String random(RandomGenerator random) {
        var bytes = new byte[DIGEST_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes) + "-1";
    }

    /// The MD5 over the parts' digests, and how many there are.
    ///
    /// @param parts ETags in the order of the parts
    static String ofParts(List<String> parts) {
        var digests = new StringBuilder();
        for (var part : parts) {
            digests.append(part, 0, Math.min(part.length(), DIGEST_DIGITS));
        }
        var bytes = HexFormat.of().parseHex(digests);
        return ofMd5(Digest.hash("MD5", bytes)) + '-' + parts.size();
    }

    /// Whether a header's list of ETags, quoted or not, or `*`, has this one.
    static boolean matches(String list, String etag) {
        for (var item : list.split(",", -1)) {
            var candidate = unquoted(item);
            if (candidate.equals("*") || candidate.equals(etag)) {
                return true;
            }
        }
        return false;
    }

    static String unquoted(String item) {
        var tag = item.strip();
        if (tag.startsWith("W/")) {
            tag = tag.substring(2);
        }
        boolean quoted = tag.length() >= 2 && tag.startsWith("\"") && tag.endsWith("\"");
        return quoted ? tag.substring(1, tag.length() - 1) : tag;
    }
}
