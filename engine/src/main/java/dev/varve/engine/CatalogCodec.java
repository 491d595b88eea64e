package dev.varve.engine;

import static dev.varve.engine.CatalogLayout.BLOCK_COUNT_BYTES;
import static dev.varve.engine.CatalogLayout.BLOCK_HEAD_BYTES;
import static dev.varve.engine.CatalogLayout.BLOCK_KEY_BYTES;
import static dev.varve.engine.CatalogLayout.BLOCK_STORED_BYTES;
import static dev.varve.engine.CatalogLayout.BUCKET_BYTES;
import static dev.varve.engine.CatalogLayout.BUCKET_CLASS_BYTES;
import static dev.varve.engine.CatalogLayout.BUCKET_CREATED_BYTES;
import static dev.varve.engine.CatalogLayout.COMPRESSED_VERSION;
import static dev.varve.engine.CatalogLayout.EXPIRY_BYTES;
import static dev.varve.engine.CatalogLayout.FLAGS_BYTES;
import static dev.varve.engine.CatalogLayout.FLAGS_KNOWN;
import static dev.varve.engine.CatalogLayout.FLAG_EXPIRY;
import static dev.varve.engine.CatalogLayout.FLAG_LABELS;
import static dev.varve.engine.CatalogLayout.META_NUMBER_BYTES;
import static dev.varve.engine.CatalogLayout.OBJECT_BLOCK_BYTES;
import static dev.varve.engine.CatalogLayout.OBJECT_HEAD_BYTES;
import static dev.varve.engine.CatalogLayout.VALUE_VERSION;
import static dev.varve.engine.CatalogLayout.VERSION_BYTES;

import dev.varve.engine.Catalog.BlockEntry;
import dev.varve.engine.Catalog.BucketRecord;
import dev.varve.engine.Catalog.StoredObject;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.tier.BlockInfo;
import dev.varve.tier.Place;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/// The catalog's records as keys and values, laid out as [CatalogLayout] says. There is one
/// encoding for each record, and what is not such an encoding is refused: CORRUPT, or CONFIG where
/// a newer version wrote it.
///
/// Immutable.
final class CatalogCodec {
    private static final int MESSAGE_KEY_BYTES = 200;

    private CatalogCodec() {}

    static byte[] bucketKey(int bucket) {
        return ByteBuffer.allocate(BUCKET_BYTES).putInt(bucket).array();
    }

    static byte[] objectKey(int bucket, ObjectKey key) {
        var name = key.bytes();
        return ByteBuffer.allocate(BUCKET_BYTES + name.length).putInt(bucket).put(name).array();
    }

    static byte[] blockKey(long id) {
        return ByteBuffer.allocate(BLOCK_KEY_BYTES).putLong(id).array();
    }

    static byte[] bucketValue(BucketRecord bucket) {
        var name = utf8(bucket.name(), "bucket name", CatalogLayout.MAX_BUCKET_NAME_BYTES);
        if (name.length == 0) {
            throw new IllegalArgumentException("bucket name must not be empty");
        }
        int classCode = switch (bucket.bucketClass()) {
            case DURABLE -> CatalogLayout.CLASS_DURABLE;
            case CACHE -> CatalogLayout.CLASS_CACHE;
        };
        return value(BUCKET_CLASS_BYTES + BUCKET_CREATED_BYTES + name.length)
                .put((byte) classCode)
                .putLong(bucket.createdMillis())
                .put(name)
                .array();
    }

    static BucketRecord bucket(byte[] key, byte[] value) {
        var in = new ValueReader(value, () -> "bucket " + hex(key));
        in.check(key.length == BUCKET_BYTES, "its key takes " + key.length + " bytes");
        int classCode = in.u8("class");
        in.check(classCode == CatalogLayout.CLASS_DURABLE || classCode == CatalogLayout.CLASS_CACHE,
                "class is " + classCode);
        long created = in.i64("creation time");
        int length = in.remaining();
        in.check(length >= 1 && length <= CatalogLayout.MAX_BUCKET_NAME_BYTES,
                "name takes " + length + " bytes");
        return new BucketRecord(ByteBuffer.wrap(key).getInt(), in.text(length, "name"),
                classCode == CatalogLayout.CLASS_DURABLE ? BucketClass.DURABLE : BucketClass.CACHE,
                created);
    }

    static byte[] objectValue(StoredObject object) {
        var info = object.info();
        var blocks = object.blocks();
        var labels = LabelsCodec.encode(info.attributes().labels());
        boolean expires = info.attributes().expiresAtMillis() != ObjectAttributes.NEVER;
        int flags = (expires ? FLAG_EXPIRY : 0) | (labels.length > 0 ? FLAG_LABELS : 0);
        long lengthBytes = VERSION_BYTES + FLAGS_BYTES + OBJECT_HEAD_BYTES + BLOCK_COUNT_BYTES
                + (expires ? EXPIRY_BYTES : 0)
                + (long) OBJECT_BLOCK_BYTES * blocks.size()
                + labels.length;
        var value = new byte[Math.toIntExact(lengthBytes)];
        var out = begin(value, VALUE_VERSION);
        out.put((byte) flags);
        out.putLong(info.sizeBytes()).putLong(info.version()).putLong(info.createdMillis());
        out.putInt(blocks.size());
        if (expires) {
            out.putLong(info.attributes().expiresAtMillis());
        }
        for (var block : blocks) {
            out.putLong(block.id()).putInt(block.lengthBytes()).putInt(block.crc32c());
        }
        out.put(labels);
        return value;
    }

    static StoredObject object(byte[] key, byte[] value) {
        var in = new ValueReader(value, () -> "object " + objectName(key));
        in.check(key.length >= BUCKET_BYTES && key.length <= BUCKET_BYTES + ObjectKey.MAX_BYTES,
                "its key takes " + key.length + " bytes");
        int flags = in.u8("flags");
        in.check((flags & ~FLAGS_KNOWN) == 0, "flags are " + flags);
        long sizeBytes = in.i64("length");
        in.check(sizeBytes >= 0, "length is " + sizeBytes);
        long version = in.i64("object version");
        long created = in.i64("creation time");
        int blockCount = in.i32("block count");
        long expires = ObjectAttributes.NEVER;
        if ((flags & FLAG_EXPIRY) != 0) {
            expires = in.i64("expiry");
            in.check(expires != ObjectAttributes.NEVER, "it expires and does not");
        }
        var blocks = blocks(in, blockCount);
        var attributes = ObjectAttributes.NONE;
        if ((flags & FLAG_LABELS) != 0) {
            attributes = new ObjectAttributes(expires, LabelsCodec.decode(in));
        } else if (expires != ObjectAttributes.NEVER) {
            attributes = new ObjectAttributes(expires, ObjectAttributes.NONE.labels());
        }
        in.end();
        var name = ObjectKey.of(Arrays.copyOfRange(key, BUCKET_BYTES, key.length));
        return new StoredObject(new ObjectInfo(name, sizeBytes, version, created, attributes),
                blocks);
    }

    static byte[] blockValue(BlockEntry entry) {
        var owner = entry.owner().bytes();
        boolean compressed = entry.place().isCompressed(entry.info());
        var value = new byte[VERSION_BYTES + BLOCK_HEAD_BYTES + owner.length
                + (compressed ? BLOCK_STORED_BYTES : 0)];
        var out = begin(value, compressed ? COMPRESSED_VERSION : VALUE_VERSION);
        out.putInt(entry.info().lengthBytes()).putInt(entry.info().crc32c());
        out.putInt(entry.place().segment()).putLong(entry.place().offset());
        if (compressed) {
            out.putInt(entry.place().storedBytes());
        }
        out.putInt(entry.bucket()).put(owner);
        return value;
    }

    static BlockEntry block(byte[] key, byte[] value) {
        var in = new ValueReader(value, COMPRESSED_VERSION, () -> "block " + hex(key));
        in.check(key.length == BLOCK_KEY_BYTES, "its key takes " + key.length + " bytes");
        long id = ByteBuffer.wrap(key).getLong();
        in.check(id >= 1, "id is " + id);
        int lengthBytes = in.i32("length");
        in.check(lengthBytes >= 0, "length is " + lengthBytes);
        int crc32c = in.i32("checksum");
        int segment = in.i32("segment");
        in.check(segment >= 1, "segment is " + segment);
        long offset = in.i64("offset");
        in.check(offset >= 0, "offset is " + offset);
        int storedBytes = lengthBytes;
        if (in.version() == COMPRESSED_VERSION) {
            storedBytes = in.i32("stored length");
            in.check(storedBytes > 0 && storedBytes < lengthBytes,
                    "stored length is " + storedBytes + " of " + lengthBytes);
        }
        int bucket = in.i32("bucket");
        int ownerLength = in.remaining();
        in.check(ownerLength <= ObjectKey.MAX_BYTES, "owner's key takes " + ownerLength + " bytes");
        var owner = ObjectKey.of(in.bytes(ownerLength, "owner"));
        return new BlockEntry(new BlockInfo(id, lengthBytes, crc32c),
                new Place(segment, offset, storedBytes), bucket, owner);
    }

    static byte[] metaKey(String name) {
        return name.getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] metaValue(long number) {
        return value(META_NUMBER_BYTES).putLong(number).array();
    }

    static long metaNumber(String name, byte[] value) {
        var in = new ValueReader(value, () -> "'" + name + "'");
        long number = in.i64("number");
        in.end();
        in.check(number >= 1, "number is " + number);
        return number;
    }

    /// A text's bytes, of which there are at most `most`.
    ///
    /// @throws IllegalArgumentException if there are more, or if the text is no Unicode text and
    ///         would come back as another one
    static byte[] utf8(String text, String what, int most) {
        ByteBuffer encoded;
        try {
            encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(what + " has an unpaired surrogate", e);
        }
        if (encoded.remaining() > most) {
            throw new IllegalArgumentException(what + " takes " + encoded.remaining()
                    + " bytes, at most " + most + " are allowed");
        }
        var bytes = new byte[encoded.remaining()];
        encoded.get(bytes);
        return bytes;
    }

    private static List<BlockInfo> blocks(ValueReader in, int count) {
        in.check(count >= 0 && (long) count * OBJECT_BLOCK_BYTES <= in.remaining(),
                count + " blocks do not fit " + in.remaining() + " bytes");
        var blocks = new ArrayList<BlockInfo>(count);
        for (int i = 0; i < count; i++) {
            long id = in.i64("block id");
            int lengthBytes = in.i32("block length");
            int crc32c = in.i32("block checksum");
            in.check(id >= 1 && lengthBytes >= 0,
                    "its block " + i + " has id " + id + ", length " + lengthBytes);
            blocks.add(new BlockInfo(id, lengthBytes, crc32c));
        }
        return blocks;
    }

    private static ByteBuffer value(int lengthBytes) {
        return begin(new byte[VERSION_BYTES + lengthBytes], VALUE_VERSION);
    }

    private static ByteBuffer begin(byte[] value, int version) {
        return ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).put((byte) version);
    }

    private static String objectName(byte[] key) {
        if (key.length < BUCKET_BYTES) {
            return hex(key);
        }
        int end = Math.min(key.length, BUCKET_BYTES + MESSAGE_KEY_BYTES);
        var name = new String(key, BUCKET_BYTES, end - BUCKET_BYTES, StandardCharsets.UTF_8);
        return "'" + name + "' in bucket " + ByteBuffer.wrap(key).getInt();
    }

    private static String hex(byte[] key) {
        int end = Math.min(key.length, MESSAGE_KEY_BYTES);
        return "0x" + HexFormat.of().formatHex(key, 0, end);
    }

    /// @throws StorageException CONFIG if the catalog as a whole was written by a newer version
    static void checkFormat(long format, String where) {
        if (format > CatalogLayout.FORMAT) {
            throw new StorageException(Kind.CONFIG, where + ": written by a newer version (format "
                    + format + ", this one reads up to " + CatalogLayout.FORMAT
                    + ")\nMaybe start the newer Varve again.");
        }
    }
}
