package dev.varve.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.engine.Catalog.BlockEntry;
import dev.varve.engine.Catalog.BucketRecord;
import dev.varve.engine.Catalog.StoredObject;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.tier.BlockInfo;
import dev.varve.tier.Place;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class CatalogCodecTest {
    private static final long SEED = 20261123;

    private final SplittableRandom random = new SplittableRandom(SEED);

    /// A decoder, and an encoder of what it gives.
    private interface Codec {
        byte[] recode(byte[] key, byte[] value);
    }

    private static final Map<String, Codec> CODECS = Map.of(
            "object", (key, value) -> CatalogCodec.objectValue(CatalogCodec.object(key, value)),
            "block", (key, value) -> CatalogCodec.blockValue(CatalogCodec.block(key, value)),
            "bucket", (key, value) -> CatalogCodec.bucketValue(CatalogCodec.bucket(key, value)),
            "number", (key, value) -> CatalogCodec.metaValue(
                    CatalogCodec.metaNumber("next-id", value)));

    private byte[] randomBytes(int most) {
        var bytes = new byte[random.nextInt(most + 1)];
        random.nextBytes(bytes);
        return bytes;
    }

    private long randomLong() {
        return random.nextLong() >>> random.nextInt(64);
    }

    private int randomInt() {
        return random.nextInt() >>> (1 + random.nextInt(31));
    }

    private String randomText(int most) {
        var text = new StringBuilder();
        for (int i = random.nextInt(most + 1); i > 0; i--) {
            int c = random.nextInt(4) == 0 ? random.nextInt(0x110000) : random.nextInt(128);
            text.appendCodePoint(c >= 0xd800 && c < 0xe000 ? '☃' : c);
        }
        return text.toString();
    }

    private ObjectKey randomKey() {
        return ObjectKey.of(randomBytes(random.nextInt(10) == 0 ? ObjectKey.MAX_BYTES : 40));
    }

    private BlockInfo randomBlockInfo() {
        return new BlockInfo(1 + (randomLong() >>> 1), randomInt(), random.nextInt());
    }

    private StoredObject randomObject() {
        var blocks = new ArrayList<BlockInfo>();
        for (int i = random.nextInt(6) * random.nextInt(6); i > 0; i--) {
            blocks.add(randomBlockInfo());
        }
        var labels = new HashMap<String, String>();
        for (int i = random.nextInt(4) * random.nextInt(3); i > 0; i--) {
            labels.put(randomText(12), randomText(50));
        }
        var attributes = new ObjectAttributes(
                random.nextBoolean() ? ObjectAttributes.NEVER : random.nextLong(), labels);
        return new StoredObject(new ObjectInfo(randomKey(), randomLong() >>> 1, random.nextLong(),
                random.nextLong(), attributes), blocks);
    }

    private BlockEntry randomBlock() {
        var info = randomBlockInfo();
        boolean compressed = info.lengthBytes() > 1 && random.nextBoolean();
        int stored = compressed ? random.nextInt(1, info.lengthBytes()) : info.lengthBytes();
        return new BlockEntry(info, new Place(1 + randomInt() / 2, randomLong() >>> 1, stored),
                random.nextInt(), randomKey());
    }

    private BucketRecord randomBucket() {
        return new BucketRecord(random.nextInt(), "b" + randomText(100),
                random.nextBoolean() ? BucketClass.CACHE : BucketClass.DURABLE,
                random.nextLong());
    }

    @Test
    void everyRecordComesBack() {
        for (int i = 0; i < 3000; i++) {
            var object = randomObject();
            int bucket = random.nextInt();
            assertThat(CatalogCodec.object(CatalogCodec.objectKey(bucket, object.info().key()),
                    CatalogCodec.objectValue(object))).as("seed %d", SEED).isEqualTo(object);
            var block = randomBlock();
            assertThat(CatalogCodec.block(CatalogCodec.blockKey(block.info().id()),
                    CatalogCodec.blockValue(block))).as("seed %d", SEED).isEqualTo(block);
            var record = randomBucket();
            assertThat(CatalogCodec.bucket(CatalogCodec.bucketKey(record.id()),
                    CatalogCodec.bucketValue(record))).as("seed %d", SEED).isEqualTo(record);
            long number = 1 + (randomLong() >>> 1);
            assertThat(CatalogCodec.metaNumber("next-id", CatalogCodec.metaValue(number)))
                    .isEqualTo(number);
        }
    }

    @Test
    void randomBytesAreRefusedOrAreARecord() {
        CODECS.forEach((name, codec) -> {
            for (int i = 0; i < 20_000; i++) {
                var key = random.nextBoolean() ? randomBytes(20) : randomBytes(4200);
                if (random.nextBoolean()) {
                    key = Arrays.copyOf(key, name.equals("block") ? 8 : 4);
                    key[0] &= 0x7f;
                }
                var value = randomBytes(90);
                if (value.length > 2 && random.nextInt(8) > 0) {
                    value[0] = (byte) (name.equals("block") ? random.nextInt(1, 3) : 1);
                    value[1] &= 3;
                }
                assertRefusedOrRecoded(name, codec, key, value);
            }
        });
    }

    @Test
    void damagedRecordsAreRefusedOrAreARecord() {
        CODECS.forEach((name, codec) -> {
            for (int i = 0; i < 5000; i++) {
                byte[] key;
                byte[] value;
                switch (name) {
                    case "object" -> {
                        var object = randomObject();
                        key = CatalogCodec.objectKey(1, object.info().key());
                        value = CatalogCodec.objectValue(object);
                    }
                    case "block" -> {
                        var block = randomBlock();
                        key = CatalogCodec.blockKey(block.info().id());
                        value = CatalogCodec.blockValue(block);
                    }
                    case "bucket" -> {
                        key = CatalogCodec.bucketKey(random.nextInt());
                        value = CatalogCodec.bucketValue(randomBucket());
                    }
                    default -> {
                        key = new byte[0];
                        value = CatalogCodec.metaValue(5);
                    }
                }
                switch (random.nextInt(3)) {
                    case 0 -> value = Arrays.copyOf(value, random.nextInt(value.length));
                    case 1 -> value = Arrays.copyOf(value, value.length + 1 + random.nextInt(20));
                    default ->
                        value[random.nextInt(value.length)] ^= (byte) (1 << random.nextInt(8));
                }
                assertRefusedOrRecoded(name, codec, key, value);
            }
        });
    }

    /// There is one encoding for each record, so what is accepted is encoded to the same bytes.
    private static void assertRefusedOrRecoded(
            String name,
            Codec codec,
            byte[] key,
            byte[] value) {
        try {
            assertThat(codec.recode(key, value)).as("%s, seed %d, %s", name, SEED,
                    HexFormat.of().formatHex(value)).isEqualTo(value);
        } catch (StorageException e) {
            assertThat(e.kind()).as(name).isIn(Kind.CORRUPT, Kind.CONFIG);
            int newest = name.equals("block") ? 2 : 1;
            assertThat(e.kind() == Kind.CONFIG).as(name)
                    .isEqualTo(value.length > 0 && (value[0] & 0xff) > newest);
        }
    }

    @Test
    void everyTruncationIsRefused() {
        var object = new StoredObject(
                new ObjectInfo(ObjectKey.of("k"), 5, 1, 1,
                        new ObjectAttributes(9, Map.of("a", "b", "c", ""))),
                List.of(new BlockInfo(1, 5, 7)));
        var key = CatalogCodec.objectKey(1, ObjectKey.of("k"));
        var value = CatalogCodec.objectValue(object);
        for (int length = 0; length < value.length; length++) {
            var cut = Arrays.copyOf(value, length);
            assertThatThrownBy(() -> CatalogCodec.object(key, cut))
                    .isInstanceOfSatisfying(StorageException.class,
                            e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT))
                    .hasMessageContaining("'k' in bucket 1");
        }
    }

    @Test
    void anObjectOfOneBlockIsSmall() {
        var object = CatalogContract.object(ObjectKey.of("key"), 1, new BlockInfo(1, 4096, 7));
        assertThat(CatalogCodec.objectValue(object)).hasSize(46);
        var entry = CatalogContract.block(5);
        assertThat(CatalogCodec.blockValue(entry)).hasSize(25 + "owner-5".length());
    }

    @Test
    void theLayoutIsTheDocumentedOne() {
        var object = new StoredObject(
                new ObjectInfo(ObjectKey.of("k"), 0x11, 0x22, 0x33,
                        new ObjectAttributes(0x44, Map.of("b", "y", "a", "xx"))),
                List.of(new BlockInfo(0x55, 0x66, 0x77)));
        assertThat(HexFormat.of().formatHex(CatalogCodec.objectValue(object))).isEqualTo(
                "01" + "03" + "1100000000000000" + "2200000000000000" + "3300000000000000"
                        + "01000000" + "4400000000000000"
                        + "5500000000000000" + "66000000" + "77000000"
                        + "0200" + "0100" + "02000000" + "61" + "7878"
                        + "0100" + "01000000" + "62" + "79");
        assertThat(HexFormat.of().formatHex(CatalogCodec.objectKey(0x01020304, ObjectKey.of("k"))))
                .isEqualTo("01020304" + "6b");
        var block = new BlockEntry(new BlockInfo(0x11, 0x22, 0x33), new Place(0x44, 0x55, 0x22),
                0x66, ObjectKey.of("k"));
        var compressed = new BlockEntry(block.info(), new Place(0x44, 0x55, 0x12), 0x66,
                block.owner());
        assertThat(HexFormat.of().formatHex(CatalogCodec.blockKey(0x11)))
                .isEqualTo("0000000000000011");
        assertThat(HexFormat.of().formatHex(CatalogCodec.blockValue(block))).isEqualTo(
                "01" + "22000000" + "33000000" + "44000000" + "5500000000000000" + "66000000"
                        + "6b");
        assertThat(HexFormat.of().formatHex(CatalogCodec.blockValue(compressed))).isEqualTo(
                "02" + "22000000" + "33000000" + "44000000" + "5500000000000000" + "12000000"
                        + "66000000" + "6b");
        var bucket = new BucketRecord(7, "b", BucketClass.CACHE, 0x11);
        assertThat(HexFormat.of().formatHex(CatalogCodec.bucketValue(bucket)))
                .isEqualTo("01" + "02" + "1100000000000000" + "62");
        assertThat(HexFormat.of().formatHex(CatalogCodec.metaValue(1)))
                .isEqualTo("01" + "0100000000000000");
    }

    @Test
    void refusesLabelsThatAreTooLong() {
        for (var labels : List.of(Map.of("x".repeat(0x10000), ""), Map.of("x", "y".repeat(1 << 20)),
                Map.of("\udc00", ""), Map.of("", "\ud800x"))) {
            var info = new ObjectInfo(ObjectKey.of("k"), 0, 1, 1, new ObjectAttributes(1, labels));
            assertThatThrownBy(() -> CatalogCodec.objectValue(new StoredObject(info, List.of())))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void refusesBucketNamesThatAreTooLong() {
        for (var name : List.of("", "x".repeat(1025), "\ud800")) {
            var bucket = new BucketRecord(1, name, BucketClass.CACHE, 1);
            assertThatThrownBy(() -> CatalogCodec.bucketValue(bucket))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void findsTheEndOfAPrefix() {
        assertThat(RocksCursor.firstAfter(new byte[]{1, 2})).containsExactly(1, 3);
        assertThat(RocksCursor.firstAfter(new byte[]{1, -1, -1})).containsExactly(2);
        assertThat(RocksCursor.firstAfter(new byte[]{127})).containsExactly(-128);
        assertThat(RocksCursor.firstAfter(new byte[]{-1, -1})).isEmpty();
        assertThat(RocksCursor.firstAfter(new byte[0])).isEmpty();
    }
}
