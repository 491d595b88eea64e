package dev.varve.door.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.varve.door.s3.ObjectWrites.DeleteCondition;
import dev.varve.engine.Bucket;
import dev.varve.engine.CommitOutcome;
import dev.varve.engine.ObjectKey;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/// DeleteObjects: many in one request.
///
/// Thread-safe: it has no state.
final class ObjectDeletes {
    private static final int MAX_OBJECTS = 1000;

    private final Buckets buckets;
    private final S3Settings settings;

    ObjectDeletes(Buckets buckets, S3Settings settings) {
        this.buckets = buckets;
        this.settings = settings;
    }

    Response delete(S3Request request) {
        var bucket = buckets.of(request);
        if (!request.payload().isChecked()) {
            throw S3Error.INVALID_REQUEST.exception(
                    "Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
        }
        var document = request.payload().bytes(settings.limits().xmlBytes());
        var root = XmlElement.parse(document, "Delete");
        var objects = root.children("Object");
        if (objects.isEmpty() || objects.size() > MAX_OBJECTS) {
            throw S3Error.MALFORMED_XML.exception();
        }
        boolean quiet = root.childText("Quiet").orElse("").equalsIgnoreCase("true");
        var xml = XmlWriter.document("DeleteResult");
        for (var object : objects) {
            delete(bucket, object, quiet, xml);
        }
        return Response.xml(200, xml);
    }

    private static void delete(Bucket bucket, XmlElement object, boolean quiet, XmlWriter xml) {
        var key = object.child("Key")
                .map(XmlElement::text)
                .filter(text -> !text.isEmpty())
                .orElseThrow(S3Error.MALFORMED_XML::exception);
        var version = object.childText("VersionId");
        try {
            remove(bucket, key, version, object);
            if (!quiet) {
                xml.begin("Deleted").text("Key", key);
                version.ifPresent(v -> xml.text("VersionId", v));
                xml.end();
            }
        } catch (S3Exception e) {
            xml.begin("Error").text("Key", key);
            version.ifPresent(v -> xml.text("VersionId", v));
            xml.text("Code", e.error().code()).text("Message", e.text()).end();
        }
    }

    private static void remove(
            Bucket bucket,
            String key,
            Optional<String> version,
            XmlElement object) {
        if (!version.map(Versions.NULL::equals).orElse(true)) {
            throw S3Error.NO_SUCH_VERSION.exception();
        }
        var objectKey = key.getBytes(UTF_8);
        if (objectKey.length > RequestTarget.MAX_KEY_BYTES) {
            throw S3Error.KEY_TOO_LONG.exception();
        }
        var condition = new DeleteCondition(object.childText("ETag"),
                object.childText("LastModifiedTime").flatMap(ObjectDeletes::seconds),
                object.childText("Size").flatMap(DeleteCondition::number)).precondition();
        var outcome = bucket.delete(ObjectKey.of(objectKey), condition);
        if (outcome instanceof CommitOutcome.Refused) {
            throw S3Error.PRECONDITION_FAILED.exception();
        }
    }

    private static Optional<Long> seconds(String time) {
        try {
            return Optional.of(Instant.parse(time).getEpochSecond());
        } catch (DateTimeParseException _) {
            return Dates.parseHttp(time)
                    .or(() -> {
                        throw S3Error.MALFORMED_XML.exception();
                    });
        }
    }
}
