package dev.varve.door.s3;

import dev.varve.engine.ObjectInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The lengths of the parts that an object was uploaded in, kept in its label [#LABEL] as
/// `<bytes>*<count>,...`: ten thousand parts of one length take twenty characters.
///
/// Immutable.
///
/// @param bytes empty for an object that was uploaded in one piece
/// @param total the object's size
record PartSizes(List<Long> bytes, long total) {
    /// The label that holds the lengths.
    static final String LABEL = "s3-parts";

    static PartSizes of(ObjectInfo object) {
        var label = object.attributes().labels().getOrDefault(LABEL, "");
        var bytes = new ArrayList<Long>();
        for (var run : label.isEmpty() ? new String[0] : label.split(",")) {
            int star = run.indexOf('*');
            long length = Long.parseLong(star < 0 ? run : run.substring(0, star));
            int count = star < 0 ? 1 : Integer.parseInt(run.substring(star + 1));
            for (int i = 0; i < count; i++) {
                bytes.add(length);
            }
        }
        return new PartSizes(bytes, object.sizeBytes());
    }

    /// The label's text.
    static String text(List<Long> bytes) {
        var text = new StringBuilder();
        for (int i = 0; i < bytes.size();) {
            int end = i;
            while (end < bytes.size() && bytes.get(end).equals(bytes.get(i))) {
                end++;
            }
            text.append(i == 0 ? "" : ",").append(bytes.get(i));
            if (end - i > 1) {
                text.append('*').append(end - i);
            }
            i = end;
        }
        return text.toString();
    }

    boolean isMultipart() {
        return !bytes.isEmpty();
    }

    int count() {
        return Math.max(1, bytes.size());
    }

    /// Where a part lies; empty for the one part of an empty object.
    ///
    /// @param number from 1
    /// @throws S3Exception InvalidPartNumber where there is no such part
    Optional<ByteRange> range(int number) {
        if (number > count()) {
            throw S3Error.INVALID_PART_NUMBER.exception()
                    .detail("ActualPartCount", Integer.toString(count()))
                    .detail("PartNumberRequested", Integer.toString(number));
        }
        long length = isMultipart() ? bytes.get(number - 1) : total;
        long offset = 0;
        for (int i = 0; i < number - 1; i++) {
            offset += bytes.get(i);
        }
        return length == 0 ? Optional.empty() : Optional.of(new ByteRange(offset, length));
    }
}
