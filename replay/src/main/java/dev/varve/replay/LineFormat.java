package dev.varve.replay;

import static dev.varve.replay.TraceRequest.SIZE_UNKNOWN;

import dev.varve.replay.TraceRequest.Operation;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/// Formats in which each line is an access by itself. The formats are those that the simulator of
/// Caffeine reads.
enum LineFormat {
    LIRS("a block number, or *", "\\*|(\\d{1,18})",
            it -> it.group(1) == null
                    ? none()
                    : TraceRequest.access(0, Operation.FETCH, SIZE_UNKNOWN, number(it, 1))),

    ARC("first block, number of blocks, 0, number of the request",
            "(\\d{1,18}) (\\d{1,9}) \\d{1,9} \\d{1,18}",
            it -> blocks(0, Operation.FETCH, 0, number(it, 1), number(it, 2))),

    ADDRESS("l or s, an address, numbers", "[ls] 0x(\\p{XDigit}{1,16})(?: \\d{1,9})+",
            it -> TraceRequest.access(0, Operation.FETCH, SIZE_UNKNOWN,
                    Long.parseUnsignedLong(it.group(1), 16))),

    GRADLE("a key of 32 hexadecimal digits", "(\\p{XDigit}{16})(\\p{XDigit}{16})",
            it -> TraceRequest.access(0, Operation.FETCH, SIZE_UNKNOWN,
                    Mix.of(Long.parseUnsignedLong(it.group(1), 16))
                            ^ Long.parseUnsignedLong(it.group(2), 16))),

    LRB("time, key and size", "(\\d{1,12})(?:\\.\\d{1,9})? (\\d{1,18}) (\\d{1,12})(?: .*)?",
            it -> TraceRequest.access(seconds(it, 1), Operation.FETCH, number(it, 3),
                    number(it, 2))),

    TWITTER("time,key,key size,value size,client,operation,ttl",
            "(\\d{1,12}),([^,]*+),(\\d{1,9}),(\\d{1,9}),\\d{1,18},(\\w++),\\d{1,18}",
            it -> TraceRequest.access(seconds(it, 1),
                    OperationNames.operation(it.group(5)), number(it, 3) + number(it, 4),
                    Keys.number(it.group(2)))),

    CAMBRIDGE("time,host,disk,Read or Write,offset,size,latency",
            "(\\d{1,18}),([^,]*+),(\\d{1,9}),(Read|Write),(\\d{1,18}),(\\d{1,9}),\\d{1,18}",
            it -> blocks(ticks(it, 1),
                    it.group(4).equals("Read") ? Operation.FETCH : Operation.WRITE,
                    Mix.of(Keys.number(it.group(2)) + number(it, 3)),
                    number(it, 5) / LineFormat.SECTOR_BYTES, sectors(number(it, 6)))),

    OBJECT_STORE("time, operation, key, size and perhaps a range",
            "(\\d{1,15}) REST\\.(\\w++)\\.OBJECT (\\p{XDigit}{1,16})(?: (\\d{1,15})(?: .*)?)?",
            it -> TraceRequest.access(number(it, 1), OperationNames.operation(it.group(2)),
                    it.group(4) == null ? SIZE_UNKNOWN : number(it, 4),
                    Long.parseUnsignedLong(it.group(3), 16))),

    SPC("unit,block,size,r or w,time",
            "(\\d{1,9}),(\\d{1,18}),(\\d{1,9}),([rRwW]),(\\d{1,12})(?:\\.\\d{1,12})?(?:,.*)?",
            it -> blocks(seconds(it, 5),
                    it.group(4).equalsIgnoreCase("r") ? Operation.FETCH : Operation.WRITE,
                    Mix.of(number(it, 1)), number(it, 2), sectors(number(it, 3))));

    /// The most blocks that one line may ask for: 512 MiB of sectors.
    static final int MAX_BLOCKS = 1 << 20;

    private static final int MILLIS = 1000;
    private static final int TICKS_PER_MILLI = 10_000;
    private static final int SECTOR_BYTES = 512;

    private final String shape;
    private final Pattern pattern;
    @SuppressWarnings("ImmutableEnumChecker") // functions of their argument alone
    private final Function<Matcher, TraceRequest> reader;

    LineFormat(String shape, String pattern, Function<Matcher, TraceRequest> reader) {
        this.shape = shape;
        this.pattern = Pattern.compile(pattern);
        this.reader = reader;
    }

    /// Whether a line could be one of this format.
    boolean matches(String line) {
        return pattern.matcher(line).matches();
    }

    /// Reads the present line. A line that asks for nothing gives a request without blocks.
    ///
    /// @throws dev.varve.env.StorageException CONFIG if it is malformed
    TraceRequest read(Lines lines) {
        var matcher = pattern.matcher(lines.text());
        if (!matcher.matches()) {
            throw lines.unlike(shape);
        }
        try {
            return reader.apply(matcher);
        } catch (IllegalArgumentException e) {
            throw lines.malformed(String.valueOf(e.getMessage()));
        }
    }

    private static long number(Matcher matcher, int group) {
        return Long.parseLong(matcher.group(group));
    }

    /// @return milliseconds
    private static long seconds(Matcher matcher, int group) {
        return number(matcher, group) * MILLIS;
    }

    /// A time of Windows, in steps of 100 ns.
    ///
    /// @return milliseconds
    private static long ticks(Matcher matcher, int group) {
        return number(matcher, group) / TICKS_PER_MILLI;
    }

    private static long sectors(long bytes) {
        return Math.ceilDiv(bytes, SECTOR_BYTES);
    }

    private static TraceRequest none() {
        return TraceRequest.access(0, Operation.TOUCH, SIZE_UNKNOWN);
    }

    /// Blocks of 512 bytes in a row.
    private static TraceRequest blocks(
            long millis,
            Operation operation,
            long disk,
            long first,
            long count) {
        if (count > MAX_BLOCKS) {
            throw new IllegalArgumentException(
                    "must ask for at most " + MAX_BLOCKS + " blocks, asks for " + count);
        }
        long[] ids = LongStream.range(first, first + count).map(block -> disk ^ block).toArray();
        return TraceRequest.access(millis, operation, SECTOR_BYTES, ids);
    }
}
