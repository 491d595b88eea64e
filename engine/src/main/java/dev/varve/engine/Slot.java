package dev.varve.engine;

import static dev.varve.engine.SlotLayout.BLOCK_INDEX;
import static dev.varve.engine.SlotLayout.BODY;
import static dev.varve.engine.SlotLayout.BUCKET;
import static dev.varve.engine.SlotLayout.CHUNK_BYTES;
import static dev.varve.engine.SlotLayout.CHUNK_COUNT;
import static dev.varve.engine.SlotLayout.CRC;
import static dev.varve.engine.SlotLayout.KEY_LENGTH;
import static dev.varve.engine.SlotLayout.NAME_CRC;
import static dev.varve.engine.SlotLayout.SLOT_BYTES;
import static dev.varve.engine.SlotLayout.STATE;
import static dev.varve.engine.SlotLayout.STATE_FREE;
import static dev.varve.engine.SlotLayout.STATE_FRESH;
import static dev.varve.engine.SlotLayout.STATE_PERSISTED;
import static dev.varve.engine.SlotLayout.VALUE_LENGTH;

import dev.varve.engine.Catalog.StoredObject;
import dev.varve.env.StorageException;
import dev.varve.tier.BlockInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;

/// What a slot of the memory tier's index says about one block.
///
/// @param bucket     id of the object's bucket
/// @param stored     the object
/// @param blockIndex which of its blocks this is
/// @param chunks     where the block lies, see [dev.varve.bytes.Slab#chunks]; borrowed
///
/// Immutable.
record Slot(int bucket, StoredObject stored, int blockIndex, long[] chunks) {

    /// What is found where a slot should be.
    sealed interface Found {
        /// Nothing, and nothing is missing.
        record Free() implements Found {}

        record Whole(Slot slot, boolean fresh) implements Found {}

        /// Not what was written.
        ///
        /// @param owner whose it was, where that much is sure
        record Damaged(Optional<Owner> owner) implements Found {}
    }

    /// An object's name.
    record Owner(int bucket, ObjectKey key) {}

    ObjectKey key() {
        return stored.info().key();
    }

    long version() {
        return stored.info().version();
    }

    BlockInfo block() {
        return stored.blocks().get(blockIndex);
    }

    /// The slot's bytes, with a state of [SlotLayout#STATE_FREE].
    ///
    /// @return empty where there is too much to say
    Optional<byte[]> encode() {
        byte[] key = key().bytes();
        byte[] value = CatalogCodec.objectValue(stored);
        long length = BODY + (long) key.length + value.length + (long) CHUNK_BYTES * chunks.length;
        if (length > SLOT_BYTES) {
            return Optional.empty();
        }
        var bytes = new byte[SLOT_BYTES];
        var out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(BUCKET, bucket);
        out.putShort(KEY_LENGTH, (short) key.length);
        out.putShort(VALUE_LENGTH, (short) value.length);
        out.putShort(BLOCK_INDEX, (short) blockIndex);
        out.putShort(CHUNK_COUNT, (short) chunks.length);
        out.position(BODY).put(key).put(value);
        for (long chunk : chunks) {
            out.putLong(chunk);
        }
        return Optional.of(sealed(bytes));
    }

    /// Puts the checksums in.
    ///
    /// @return the same bytes
    static byte[] sealed(byte[] bytes) {
        var out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int keyLength = Math.min(Short.toUnsignedInt(out.getShort(KEY_LENGTH)), SLOT_BYTES - BODY);
        out.putInt(NAME_CRC, nameCrc(bytes, keyLength));
        out.putInt(CRC, crc(bytes));
        return bytes;
    }

    /// Reads a slot, and believes only what its checksums prove.
    ///
    /// @param bytes [SlotLayout#SLOT_BYTES] of them
    static Found decode(byte[] bytes) {
        var in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int state = in.getInt(STATE);
        if (state == STATE_FREE) {
            return new Found.Free();
        }
        int keyLength = Short.toUnsignedInt(in.getShort(KEY_LENGTH));
        boolean named = keyLength > 0 && keyLength <= SLOT_BYTES - BODY
                && in.getInt(NAME_CRC) == nameCrc(bytes, keyLength);
        var owner = named
                ? Optional.of(new Owner(in.getInt(BUCKET), key(bytes, keyLength)))
                : Optional.<Owner>empty();
        boolean whole = named && in.getInt(CRC) == crc(bytes)
                && (state == STATE_FRESH || state == STATE_PERSISTED);
        try {
            return whole
                    ? new Found.Whole(body(in, bytes, keyLength), state == STATE_FRESH)
                    : new Found.Damaged(owner);
        } catch (StorageException | IllegalArgumentException | IndexOutOfBoundsException e) {
            return new Found.Damaged(owner);
        }
    }

    private static Slot body(ByteBuffer in, byte[] bytes, int keyLength) {
        int bucket = in.getInt(BUCKET);
        int valueAt = BODY + keyLength;
        int chunksAt = valueAt + Short.toUnsignedInt(in.getShort(VALUE_LENGTH));
        var stored = CatalogCodec.object(CatalogCodec.objectKey(bucket, key(bytes, keyLength)),
                Arrays.copyOfRange(bytes, valueAt, chunksAt));
        int blockIndex = Short.toUnsignedInt(in.getShort(BLOCK_INDEX));
        stored.blocks().get(blockIndex);
        var chunks = new long[Short.toUnsignedInt(in.getShort(CHUNK_COUNT))];
        for (int i = 0; i < chunks.length; i++) {
            chunks[i] = in.getLong(chunksAt + i * CHUNK_BYTES);
        }
        return new Slot(bucket, stored, blockIndex, chunks);
    }

    private static ObjectKey key(byte[] bytes, int keyLength) {
        return ObjectKey.of(Arrays.copyOfRange(bytes, BODY, BODY + keyLength));
    }

    private static int nameCrc(byte[] bytes, int keyLength) {
        var crc = new CRC32C();
        crc.update(bytes, BUCKET, VALUE_LENGTH - BUCKET);
        crc.update(bytes, BODY, keyLength);
        return (int) crc.getValue();
    }

    private static int crc(byte[] bytes) {
        var crc = new CRC32C();
        crc.update(bytes, NAME_CRC, SLOT_BYTES - NAME_CRC);
        return (int) crc.getValue();
    }
}
