package dev.varve.door.s3;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.varve.engine.Bucket;
import dev.varve.engine.BucketClass;
import dev.varve.engine.Engine;
import dev.varve.engine.ObjectAttributes;
import dev.varve.engine.ObjectInfo;
import dev.varve.engine.ObjectKey;
import dev.varve.engine.Precondition;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/// Where uploads in parts live until they are completed: as objects of hidden buckets, one for each
/// class, so that a part keeps what its bucket promises.
///
///     m NUL <bucket> NUL <key> NUL <upload>                  the upload: empty, with labels
///     p NUL <bucket> NUL <upload> NUL <number> NUL <try>     a part; the number has five digits
///
/// `<bucket>` is the name with the time of the bucket's creation, so that a bucket that is deleted
/// and created again does not inherit uploads. Each attempt to upload a part is an object of its
/// own that never changes: what was looked at when an upload is completed is what becomes the
/// object. The latest attempt counts.
///
/// The upload's own object is the first part of the composition that completes it, so that of two
/// completions, or of a completion and an abort, exactly one finds it.
///
/// Thread-safe: all state is in the engine.
final class MultipartStore {
    /// The length of an upload's name.
    static final int ID_DIGITS = 32;

    private static final String UPLOADS = "m";
    private static final String PARTS = "p";
    private static final byte NUL = 0;
    private static final int TRY_BYTES = 8;
    private static final Pattern ID = Pattern.compile("[0-9a-f]{" + ID_DIGITS + "}");

    private final Engine engine;
    private final RandomGenerator random;

    /// An upload that was begun and neither completed nor aborted.
    ///
    /// @param key    of the object that it is to be
    /// @param marker its own object
    record Upload(String id, ObjectKey key, ObjectInfo marker) {
        Map<String, String> labels() {
            return marker.attributes().labels();
        }
    }

    /// @param random thread-safe
    MultipartStore(Engine engine, RandomGenerator random) {
        this.engine = engine;
        this.random = random;
    }

    /// The bucket that holds uploads and parts for buckets of this class.
    Bucket hidden(BucketClass bucketClass) {
        return engine.openBucket(name(bucketClass), bucketClass);
    }

    Upload begin(Bucket bucket, ObjectKey key, Map<String, String> labels) {
        var id = hex(ID_DIGITS / 2);
        try (var writer = hidden(bucket.bucketClass()).writer(markerKey(bucket, key, id), 0)) {
            writer.commit(new ObjectAttributes(ObjectAttributes.NEVER, labels),
                    Precondition.NONE);
        }
        return find(bucket, key, id).orElseThrow(S3Error.SLOW_DOWN::exception);
    }

    Optional<Upload> find(Bucket bucket, ObjectKey key, String id) {
        if (!ID.matcher(id).matches()) {
            return Optional.empty();
        }
        return engine.bucket(name(bucket.bucketClass()))
                .flatMap(hidden -> hidden.head(markerKey(bucket, key, id)))
                .map(marker -> new Upload(id, key, marker));
    }

    /// A key for a new attempt to upload a part.
    ObjectKey newPartKey(Bucket bucket, Upload upload, int number) {
        return join(numberPrefix(bucket, upload, number), hex(TRY_BYTES).getBytes(US_ASCII));
    }

    /// Removes the attempts at a part that are older than this one.
    void removeOlder(Bucket bucket, Upload upload, int number, ObjectInfo latest) {
        var hidden = hidden(bucket.bucketClass());
        for (var part : all(hidden, numberPrefix(bucket, upload, number))) {
            if (part.version() < latest.version()) {
                hidden.delete(part.key(), Precondition.NONE);
            }
        }
    }

    /// The latest attempt at each part, by number.
    NavigableMap<Integer, ObjectInfo> parts(Bucket bucket, Upload upload) {
        var latest = new TreeMap<Integer, ObjectInfo>();
        var prefix = partsPrefix(bucket, upload.id());
        int numberAt = prefix.bytes().length;
        for (var part : all(hidden(bucket.bucketClass()), prefix)) {
            int number = Integer.parseInt(
                    new String(part.key().bytes(), numberAt, 5, US_ASCII));
            latest.merge(number, part, (a, b) -> a.version() > b.version() ? a : b);
        }
        return latest;
    }

    /// Ends an upload without an object. False where somebody else has ended it.
    boolean abort(Bucket bucket, Upload upload) {
        boolean mine = hidden(bucket.bucketClass()).remove(upload.marker().key());
        removeParts(bucket, upload.id());
        return mine;
    }

    /// Removes whatever parts an upload has.
    void removeParts(Bucket bucket, String uploadId) {
        var hidden = hidden(bucket.bucketClass());
        for (var part : all(hidden, partsPrefix(bucket, uploadId))) {
            hidden.delete(part.key(), Precondition.NONE);
        }
    }

    /// Removes all uploads of a bucket.
    void removeAll(Bucket bucket) {
        engine.bucket(name(bucket.bucketClass())).ifPresent(hidden -> {
            for (var kind : List.of(UPLOADS, PARTS)) {
                for (var object : all(hidden, ObjectKey.of(kind + '\0' + tag(bucket) + '\0'))) {
                    hidden.delete(object.key(), Precondition.NONE);
                }
            }
        });
    }

    /// Removes parts whose upload has ended, which a sudden end of the process leaves behind.
    void sweep() {
        for (var bucketClass : BucketClass.values()) {
            engine.bucket(name(bucketClass)).ifPresent(MultipartStore::sweep);
        }
    }

    /// What all uploads of a bucket begin with in their hidden bucket.
    ObjectKey uploadsPrefix(Bucket bucket) {
        return ObjectKey.of(UPLOADS + '\0' + tag(bucket) + '\0');
    }

    /// Reads an upload's name and key from its own object.
    Upload parse(Bucket bucket, ObjectInfo marker) {
        var bytes = marker.key().bytes();
        int idAt = bytes.length - ID_DIGITS;
        int keyAt = uploadsPrefix(bucket).bytes().length;
        return new Upload(new String(bytes, idAt, ID_DIGITS, US_ASCII),
                ObjectKey.of(Arrays.copyOfRange(bytes, keyAt, idAt - 1)), marker);
    }

    /// The hidden key of an upload.
    ObjectKey markerKey(Bucket bucket, ObjectKey key, String id) {
        return join(uploadsPrefix(bucket), key.bytes(), new byte[]{NUL}, id.getBytes(US_ASCII));
    }

    /// Parts are looked at before uploads: whoever has a part now had an upload when that was
    /// written, and if that is not there afterwards, it has ended.
    private static void sweep(Bucket hidden) {
        var parts = all(hidden, ObjectKey.of(PARTS + '\0'));
        var alive = new HashSet<String>();
        for (var marker : all(hidden, ObjectKey.of(UPLOADS + '\0'))) {
            var bytes = marker.key().bytes();
            alive.add(new String(bytes, bytes.length - ID_DIGITS, ID_DIGITS, US_ASCII));
        }
        for (var part : parts) {
            var fields = part.key().text().split("\0", -1);
            if (!alive.contains(fields[fields.length - 3])) {
                hidden.delete(part.key(), Precondition.NONE);
            }
        }
    }

    private static List<ObjectInfo> all(Bucket hidden, ObjectKey prefix) {
        var all = new ArrayList<ObjectInfo>();
        try (var cursor = hidden.list(prefix)) {
            for (var next = cursor.next(); next.isPresent(); next = cursor.next()) {
                all.add(next.get());
            }
        }
        return all;
    }

    private static ObjectKey partsPrefix(Bucket bucket, String uploadId) {
        return ObjectKey.of(PARTS + '\0' + tag(bucket) + '\0' + uploadId + '\0');
    }

    private static ObjectKey numberPrefix(Bucket bucket, Upload upload, int number) {
        return join(partsPrefix(bucket, upload.id()),
                "%05d\0".formatted(number).getBytes(US_ASCII));
    }

    private static String tag(Bucket bucket) {
        return bucket.name() + '@' + bucket.createdMillis();
    }

    private static String name(BucketClass bucketClass) {
        return switch (bucketClass) {
            case DURABLE -> ".uploads-durable";
            case CACHE -> ".uploads-cache";
        };
    }

    private String hex(int length) {
        var bytes = new byte[length];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static ObjectKey join(ObjectKey first, byte[]... rest) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(first.bytes());
        for (var piece : rest) {
            out.writeBytes(piece);
        }
        return ObjectKey.of(out.toByteArray());
    }
}
