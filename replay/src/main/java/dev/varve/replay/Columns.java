package dev.varve.replay;

import static dev.varve.replay.TraceRequest.SIZE_UNKNOWN;

import dev.varve.replay.TraceRequest.Operation;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// Which column of a text with commas says what.
///
/// @param time     seconds, perhaps with a fraction
/// @param keyBytes length of the key, where it is counted apart from the value's
/// @param repeats  how often the access is repeated
/// @param count    how many columns there are
///
/// Immutable.
record Columns(
        Optional<Integer> time,
        int key,
        Optional<Integer> size,
        Optional<Integer> keyBytes,
        Optional<Integer> operation,
        Optional<Integer> repeats,
        int count) {
    private static final List<String> KEY = List.of(
            "key", "id", "obj_id", "object_id", "obj", "object", "lbn", "lba", "block");
    private static final List<String> TIME = List.of(
            "time", "op_time", "timestamp", "ts", "real_time", "clock_time");
    private static final List<String> SIZE = List.of(
            "size", "obj_size", "object_size", "value_size", "bytes", "length");
    private static final Pattern PLAIN = Pattern
            .compile("\\d{1,12}(\\.\\d{1,9})?,[^,]++,\\d{1,15}");
    private static final Pattern TIME_SHAPE = Pattern.compile("\\d{1,12}(\\.\\d{1,9})?");
    private static final Pattern NUMBER_SHAPE = Pattern.compile("\\d{1,15}");
    private static final int MILLIS = 1000;

    /// `time,key,size`, as there is no header.
    static final Columns DEFAULT = new Columns(Optional.of(0), 1, Optional.of(2),
            Optional.empty(), Optional.empty(), Optional.empty(), 3);

    /// The columns that a header names; empty if the line is none, or names no key.
    static Optional<Columns> ofHeader(String line) {
        var names = Arrays.stream(line.toLowerCase(Locale.ROOT).split(",", -1))
                .map(name -> name.strip().replaceFirst("^#\\s*", ""))
                .toList();
        return find(names, KEY).filter(_ -> names.size() > 1)
                .map(key -> new Columns(find(names, TIME), key,
                        find(names, SIZE), find(names, List.of("key_size")),
                        find(names, List.of("op", "operation")),
                        find(names, List.of("op_count")), names.size()));
    }

    /// Whether a line could be one without a header.
    static boolean isPlain(String line) {
        return PLAIN.matcher(line).matches();
    }

    /// Reads the present line.
    ///
    /// @throws dev.varve.env.StorageException CONFIG if it is malformed
    TraceRequest read(Lines lines) {
        var fields = lines.text().split(",", -1);
        if (fields.length != count) {
            throw lines.unlike(count + " columns");
        }
        long millis = time.map(at -> millis(lines, fields[at])).orElse(0L);
        long bytes = size.map(at -> number(lines, fields[at])).orElse(SIZE_UNKNOWN);
        if (bytes != SIZE_UNKNOWN) {
            bytes += keyBytes.map(at -> number(lines, fields[at])).orElse(0L);
        }
        var done = operation.map(at -> OperationNames.operation(fields[at].strip()))
                .orElse(Operation.FETCH);
        long times = repeats.map(at -> number(lines, fields[at])).orElse(1L);
        if (times > LineFormat.MAX_BLOCKS) {
            throw lines.malformed("must repeat at most " + LineFormat.MAX_BLOCKS + " times, is "
                    + times);
        }
        var ids = new long[(int) times];
        Arrays.fill(ids, Keys.number(fields[key].strip()));
        return TraceRequest.access(millis, done, bytes, ids);
    }

    private static Optional<Integer> find(List<String> names, List<String> wanted) {
        return wanted.stream().map(names::indexOf).filter(at -> at >= 0).findFirst();
    }

    private static long millis(Lines lines, String field) {
        if (!TIME_SHAPE.matcher(field.strip()).matches()) {
            throw lines.unlike("columns with a time in seconds");
        }
        return (long) (Double.parseDouble(field) * MILLIS);
    }

    private static long number(Lines lines, String field) {
        if (!NUMBER_SHAPE.matcher(field.strip()).matches()) {
            throw lines.unlike("columns with whole numbers for sizes and counts");
        }
        return Long.parseLong(field.strip());
    }
}
