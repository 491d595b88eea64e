package dev.varve.engine;

/// Where the fields of the memory tier's index lie: a head, then slots of equal length, each of
/// which describes one block in memory. Numbers are little-endian. `docs/format-memory.md` draws
/// the whole.
///
/// Immutable.
final class SlotLayout {
    private SlotLayout() {}

    /// Length of a slot, and of the head before the first one.
    static final int SLOT_BYTES = 512;

    // The head.

    static final long MAGIC = 0x5844_4945_5652_4156L; // "VARVEIDX"
    static final int FORMAT = 1;
    static final int HEAD_FORMAT = 8;
    static final int HEAD_SLOT_BYTES = 12;
    static final int HEAD_SLOTS = 16;
    /// CRC-32C of the bytes before it.
    static final int HEAD_CRC = 20;

    // A slot.

    static final int STATE = 0;
    /// CRC-32C of the bytes from [#NAME_CRC] to the slot's end.
    static final int CRC = 4;
    /// CRC-32C of the bucket and the key, with which a damaged slot can still say whose it was.
    static final int NAME_CRC = 8;
    static final int BUCKET = 12;
    static final int KEY_LENGTH = 16;
    static final int VALUE_LENGTH = 18;
    /// Which of the object's blocks it is.
    static final int BLOCK_INDEX = 20;
    static final int CHUNK_COUNT = 22;
    /// The key; then the object as in the catalog, see [CatalogCodec#objectValue]; then the chunks,
    /// 8 bytes each; then zeros.
    static final int BODY = 24;
    static final int CHUNK_BYTES = 8;

    /// Far from each other, so that damage does not turn one into another.
    static final int STATE_FREE = 0;
    static final int STATE_FRESH = 0x4853_5246; // "FRSH"
    static final int STATE_PERSISTED = 0x5352_4550; // "PERS"
}
