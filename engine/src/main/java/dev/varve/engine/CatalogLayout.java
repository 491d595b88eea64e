package dev.varve.engine;

/// Where the fields of the catalog's keys and values lie. Numbers in values are little-endian;
/// numbers in keys are big-endian, so that the order of the bytes is the order of the numbers.
/// `docs/format-catalog.md` draws the whole.
///
/// Immutable.
final class CatalogLayout {
    private CatalogLayout() {}

    /// The format of the catalog as a whole: its column families and keys.
    static final int FORMAT = 1;

    /// The first byte of each value but those of compressed blocks.
    static final int VALUE_VERSION = 1;
    /// The first byte of a value that says how long a block is where it is stored.
    static final int COMPRESSED_VERSION = 2;

    /// Length of the version byte, with which each value begins.
    static final int VERSION_BYTES = 1;

    // Objects: bucket and key bytes -> version, flags, head, [expiry], blocks, [labels].

    static final int BUCKET_BYTES = 4;
    static final int FLAGS_BYTES = 1;
    /// The object's length, version and creation time, 8 bytes each.
    static final int OBJECT_HEAD_BYTES = 24;
    static final int BLOCK_COUNT_BYTES = 4;
    /// Present if the object expires.
    static final int EXPIRY_BYTES = 8;
    /// Each block: id 8, length 4, CRC-32C 4.
    static final int OBJECT_BLOCK_BYTES = 16;
    /// Present if there are labels: how many, then each one.
    static final int LABEL_COUNT_BYTES = 2;
    /// Before each label: length of its name 2, of its value 4.
    static final int LABEL_HEAD_BYTES = 6;

    static final int FLAG_EXPIRY = 1;
    static final int FLAG_LABELS = 2;
    static final int FLAGS_KNOWN = FLAG_EXPIRY | FLAG_LABELS;

    static final int MAX_LABELS = 0xffff;
    static final int MAX_LABEL_NAME_BYTES = 0xffff;
    /// All labels of an object together.
    static final int MAX_LABELS_BYTES = 1 << 20;

    // Blocks: id -> version, length, CRC-32C, segment, offset, [stored length], bucket, owner.

    static final int BLOCK_KEY_BYTES = 8;
    /// Length 4, CRC-32C 4, segment 4, offset 8, bucket 4; the owner's key follows to the end.
    static final int BLOCK_HEAD_BYTES = 24;
    /// Present if the block is compressed.
    static final int BLOCK_STORED_BYTES = 4;

    // Buckets: id -> version, class, creation time, name.

    static final int BUCKET_CLASS_BYTES = 1;
    static final int BUCKET_CREATED_BYTES = 8;
    static final int CLASS_DURABLE = 1;
    static final int CLASS_CACHE = 2;
    static final int MAX_BUCKET_NAME_BYTES = 1024;

    // Meta: name -> version, number.

    static final String META_FORMAT = "format";
    static final String META_NEXT_ID = "next-id";
    static final String META_NEXT_BUCKET = "next-bucket";
    static final int META_NUMBER_BYTES = 8;
}
