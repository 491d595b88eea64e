package dev.varve.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.engine.Catalog.StoredObject;
import dev.varve.tier.BlockInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class SlotTest {
    private static final long[] CHUNKS = {1L << 20 | 16, 1L << 18 | 12};

    @Test
    void comesBackAsItWasWritten() {
        var slot = slot("key", Map.of("a", "b"));
        assertThat(Slot.decode(bytes(slot, SlotLayout.STATE_FRESH)))
                .isInstanceOfSatisfying(Slot.Found.Whole.class, found -> {
                    assertThat(found.fresh()).isTrue();
                    assertThat(found.slot()).usingRecursiveComparison().isEqualTo(slot);
                });
        assertThat(Slot.decode(bytes(slot, SlotLayout.STATE_PERSISTED)))
                .isInstanceOfSatisfying(Slot.Found.Whole.class,
                        found -> assertThat(found.fresh()).isFalse());
    }

    @Test
    void isFreeWithoutAState() {
        assertThat(Slot.decode(bytes(slot("key", Map.of()), SlotLayout.STATE_FREE)))
                .isEqualTo(new Slot.Found.Free());
        assertThat(Slot.decode(new byte[SlotLayout.SLOT_BYTES])).isEqualTo(new Slot.Found.Free());
    }

    @Test
    void noticesEachFlippedBit() {
        for (int bit = 0; bit < SlotLayout.SLOT_BYTES * Byte.SIZE; bit++) {
            byte[] bytes = bytes(slot("key", Map.of()), SlotLayout.STATE_FRESH);
            bytes[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            assertThat(Slot.decode(bytes)).as("bit %d", bit)
                    .isInstanceOf(Slot.Found.Damaged.class);
        }
    }

    @Test
    void namesItsOwnerAsLongAsTheNameIsWhole() {
        for (int at = 0; at < SlotLayout.SLOT_BYTES; at++) {
            byte[] bytes = bytes(slot("key", Map.of()), SlotLayout.STATE_FRESH);
            bytes[at] ^= 0x10;
            boolean named = at < SlotLayout.NAME_CRC || at >= SlotLayout.BODY + 3
                    || (at >= SlotLayout.VALUE_LENGTH && at < SlotLayout.BODY);
            var owner = Optional.of(new Slot.Owner(7, ObjectKey.of("key"))).filter(_ -> named);
            assertThat(Slot.decode(bytes)).as("byte %d", at)
                    .isEqualTo(new Slot.Found.Damaged(owner));
        }
    }

    @Test
    void believesNoLengthThatLeadsOutside() {
        for (int field : new int[]{SlotLayout.KEY_LENGTH, SlotLayout.VALUE_LENGTH,
                SlotLayout.BLOCK_INDEX, SlotLayout.CHUNK_COUNT}) {
            byte[] bytes = bytes(slot("key", Map.of()), SlotLayout.STATE_FRESH);
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putShort(field, (short) -1);
            assertThat(Slot.decode(bytes)).isInstanceOf(Slot.Found.Damaged.class);
            assertThat(Slot.decode(Slot.sealed(bytes))).isInstanceOf(Slot.Found.Damaged.class);
        }
    }

    @Test
    void takesWhatFitsAndNoMore() {
        int room = SlotLayout.SLOT_BYTES - SlotLayout.BODY - 46 - CHUNKS.length * 8;
        assertThat(slot("k".repeat(room), Map.of()).encode()).isPresent();
        assertThat(slot("k".repeat(room + 1), Map.of()).encode()).isEmpty();
        assertThat(slot("k", Map.of("name", "x".repeat(500))).encode()).isEmpty();
    }

    private static Slot slot(String key, Map<String, String> labels) {
        var info = new ObjectInfo(ObjectKey.of(key), 5000, 41, 1234,
                new ObjectAttributes(ObjectAttributes.NEVER, labels));
        return new Slot(7, new StoredObject(info, List.of(new BlockInfo(40, 5000, 99))), 0,
                Arrays.copyOf(CHUNKS, CHUNKS.length));
    }

    private static byte[] bytes(Slot slot, int state) {
        byte[] bytes = slot.encode().orElseThrow();
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(SlotLayout.STATE, state);
        return bytes;
    }
}
