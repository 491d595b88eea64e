package dev.varve.door.s3;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Percent-encoding between text on the wire and bytes (RFC 3986), as Signature Version 4 wants it:
/// everything but `A-Z a-z 0-9 - . _ ~` is escaped, with upper-case hexadecimal digits.
///
/// Immutable.
final class PercentCodec {
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    private PercentCodec() {}

    /// What a `+` stands for.
    enum Plus {
        /// Itself, as in a path.
        LITERAL,
        /// A space, as in a query.
        SPACE
    }

    /// What becomes of a `/` when encoding.
    enum Slash {
        KEPT,
        ESCAPED
    }

    /// @throws S3Exception InvalidURI where a percent sign is not followed by two hexadecimal
    ///                     digits
    static byte[] decode(String text, Plus plus) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        int at = 0;
        for (int i = 0; i < bytes.length; i++) {
            byte b = bytes[i];
            if (b == '%') {
                if (i + 2 >= bytes.length) {
                    throw S3Error.INVALID_URI.exception();
                }
                b = (byte) (hexDigit(bytes[i + 1]) << 4 | hexDigit(bytes[i + 2]));
                i += 2;
            } else if (b == '+' && plus == Plus.SPACE) {
                b = ' ';
            }
            bytes[at++] = b;
        }
        return at == bytes.length ? bytes : Arrays.copyOf(bytes, at);
    }

    static String decodeText(String text, Plus plus) {
        if (text.indexOf('%') < 0 && (plus == Plus.LITERAL || text.indexOf('+') < 0)) {
            return text;
        }
        return new String(decode(text, plus), StandardCharsets.UTF_8);
    }

    static String encode(byte[] bytes, Slash slash) {
        var out = new ByteArrayOutputStream(bytes.length + 16);
        for (byte b : bytes) {
            if (isUnreserved(b) || (b == '/' && slash == Slash.KEPT)) {
                out.write(b);
            } else {
                out.write('%');
                out.write(HEX[b >> 4 & 0xf]);
                out.write(HEX[b & 0xf]);
            }
        }
        return out.toString(StandardCharsets.US_ASCII);
    }

    private static boolean isUnreserved(byte b) {
        return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9')
                || b == '-' || b == '.' || b == '_' || b == '~';
    }

    private static int hexDigit(byte b) {
        int digit = Character.digit(b, 16);
        if (digit < 0) {
            throw S3Error.INVALID_URI.exception();
        }
        return digit;
    }
}
