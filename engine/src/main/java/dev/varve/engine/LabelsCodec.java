package dev.varve.engine;

import static dev.varve.engine.CatalogLayout.LABEL_COUNT_BYTES;
import static dev.varve.engine.CatalogLayout.LABEL_HEAD_BYTES;
import static dev.varve.engine.CatalogLayout.MAX_LABELS;
import static dev.varve.engine.CatalogLayout.MAX_LABELS_BYTES;
import static dev.varve.engine.CatalogLayout.MAX_LABEL_NAME_BYTES;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// An object's labels as the end of its catalog value: sorted by the bytes of their names, so that
/// the same labels are always the same bytes.
///
/// Immutable.
final class LabelsCodec {
    private static final byte[] NONE = {};

    private LabelsCodec() {}

    /// No bytes at all for no labels.
    ///
    /// @throws IllegalArgumentException if the labels take more than 1 MiB, or are no Unicode text
    static byte[] encode(Map<String, String> labels) {
        if (labels.isEmpty()) {
            return NONE;
        }
        if (labels.size() > MAX_LABELS) {
            throw new IllegalArgumentException(
                    labels.size() + " labels, at most " + MAX_LABELS + " are allowed");
        }
        var encoded = new byte[labels.size()][][];
        int count = 0;
        long total = LABEL_COUNT_BYTES;
        for (var label : labels.entrySet()) {
            var name = CatalogCodec.utf8(label.getKey(), "label name", MAX_LABEL_NAME_BYTES);
            var value = CatalogCodec.utf8(label.getValue(), "label value", MAX_LABELS_BYTES);
            encoded[count++] = new byte[][]{name, value};
            total += LABEL_HEAD_BYTES + name.length + value.length;
        }
        if (total > MAX_LABELS_BYTES) {
            throw new IllegalArgumentException("labels take " + total + " bytes, at most "
                    + MAX_LABELS_BYTES + " are allowed");
        }
        Arrays.sort(encoded, (a, b) -> Arrays.compareUnsigned(a[0], b[0]));
        var out = ByteBuffer.allocate((int) total).order(ByteOrder.LITTLE_ENDIAN);
        out.putShort((short) encoded.length);
        for (var label : encoded) {
            out.putShort((short) label[0].length).putInt(label[1].length);
            out.put(label[0]).put(label[1]);
        }
        return out.array();
    }

    static Map<String, String> decode(ValueReader in) {
        in.check(in.remaining() <= MAX_LABELS_BYTES, "labels take " + in.remaining() + " bytes");
        int count = in.u16("label count");
        in.check(count >= 1 && (long) count * LABEL_HEAD_BYTES <= in.remaining(),
                count + " labels do not fit " + in.remaining() + " bytes");
        var labels = HashMap.<String, String>newHashMap(count);
        var before = NONE;
        for (int i = 0; i < count; i++) {
            int nameBytes = in.u16("label name's length");
            int valueBytes = in.i32("label value's length");
            var name = in.text(nameBytes, "label name");
            labels.put(name, in.text(valueBytes, "label value"));
            var here = CatalogCodec.utf8(name, "label name", MAX_LABEL_NAME_BYTES);
            in.check(i == 0 || Arrays.compareUnsigned(before, here) < 0,
                    "labels are out of order at '" + name + "'");
            before = here;
        }
        return labels;
    }
}
