package dev.varve.door.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.varve.door.s3.PercentCodec.Slash;
import dev.varve.engine.ObjectKey;
import java.util.Optional;

/// How a listing writes keys: as text, or percent-encoded so that any byte can be shown.
enum KeyText {
    PLAIN,
    URL;

    static KeyText of(S3Request request) {
        Optional<String> type = request.query().text("encoding-type");
        if (type.isEmpty()) {
            return PLAIN;
        }
        if (!type.get().equals("url")) {
            throw S3Exception.invalidArgument("encoding-type", type.get(),
                    "Invalid Encoding Method specified in Request");
        }
        return URL;
    }

    String write(ObjectKey key) {
        return write(key.bytes());
    }

    String write(byte[] bytes) {
        return switch (this) {
            case PLAIN -> new String(bytes, UTF_8);
            case URL -> PercentCodec.encode(bytes, Slash.KEPT);
        };
    }
}
