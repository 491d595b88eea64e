package dev.varve.door.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.engine.ObjectAttributes;
import dev.varve.engine.ObjectInfo;
import dev.varve.engine.ObjectKey;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class PartSizesTest {

    @Test
    void writesEqualPartsShort() {
        var bytes = new java.util.ArrayList<>(Collections.nCopies(9999, 5L << 20));
        bytes.add(7L);
        assertThat(PartSizes.text(bytes)).isEqualTo("5242880*9999,7");
        assertThat(sizes(PartSizes.text(bytes), 0).bytes()).isEqualTo(bytes);
    }

    @Test
    void findsParts() {
        var sizes = sizes("10,5*2,3", 23);
        assertThat(sizes.count()).isEqualTo(4);
        assertThat(sizes.range(1)).contains(new ByteRange(0, 10));
        assertThat(sizes.range(3)).contains(new ByteRange(15, 5));
        assertThat(sizes.range(4)).contains(new ByteRange(20, 3));
        assertThatThrownBy(() -> sizes.range(5)).isInstanceOf(S3Exception.class);
    }

    @Test
    void seesAnObjectInOnePieceAsOnePart() {
        assertThat(sizes("", 12).range(1)).contains(new ByteRange(0, 12));
        assertThat(sizes("", 12).isMultipart()).isFalse();
        assertThat(sizes("", 0).range(1)).isEmpty();
        assertThatThrownBy(() -> sizes("", 12).range(2)).isInstanceOf(S3Exception.class);
    }

    @Test
    void makesETagsOfPartsAsS3Does() {
        // echo -n "" | md5, twice, joined and hashed again
        var empty = "d41d8cd98f00b204e9800998ecf8427e";
        assertThat(ETag.ofParts(List.of(empty))).isEqualTo("59adb24ef3cdbe0297f05b395827453f-1");
        assertThat(ETag.ofParts(List.of(empty, empty + "-1"))).endsWith("-2");
    }

    @Test
    void comparesETagsQuotedOrNot() {
        assertThat(ETag.matches("\"a\", W/\"b\" ,c", "b")).isTrue();
        assertThat(ETag.matches("\"a\", \"c\"", "b")).isFalse();
        assertThat(ETag.matches("*", "b")).isTrue();
        assertThat(ETag.unquoted(" \"x\" ")).isEqualTo("x");
    }

    private static PartSizes sizes(String label, long total) {
        return PartSizes.of(new ObjectInfo(ObjectKey.of("k"), total, 1, 0, new ObjectAttributes(
                ObjectAttributes.NEVER, Map.of(PartSizes.LABEL, label))));
    }
}
