package dev.varve.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Which ranges of one object will be asked for next, told by the last ones that were, whoever
/// asked for them.
///
/// A range goes on with a *sequence* if it begins where another ended that did so itself, and with
/// a *stride* if it lies as far from another one as that from a third, and that from a fourth,
/// forwards or backwards. The order in which these were asked for does not matter, since clients
/// ask for the parts of an object on several connections at once, and what was asked for already is
/// left out of the forecast; only they must be among the last [#SEQUENCE_WINDOW] or
/// [#STRIDE_WINDOW] ranges, because in a long memory any three ranges of a random reader find a
/// fourth. (Leap, Maruf and Chowdhury, ATC 2020, takes the majority of the last differences, and so
/// needs their order; ZFS and Linux follow several streams, and so need to tell them apart.)
///
/// The longer the run, the farther the forecast goes: twice with each range, up to
/// [#MAX_AHEAD_BYTES] and [#MAX_AHEAD_RANGES].
///
/// Takes some 300 bytes. Confined: the caller serialises all calls.
public final class RangePredictor {
    /// A sequence is looked for among so many ranges.
    public static final int SEQUENCE_WINDOW = 16;
    /// A stride is looked for among so many.
    public static final int STRIDE_WINDOW = 8;
    /// The most that a forecast covers.
    public static final long MAX_AHEAD_BYTES = 64L << 20;
    /// Ranges of a stride that a forecast has at most.
    public static final int MAX_AHEAD_RANGES = 16;

    /// What a forecast of a sequence covers at least: small ranges are followed as well, and what
    /// is brought up are blocks.
    private static final long LEAST_AHEAD_BYTES = 4L << 20;

    /// The last ranges, the latest first; no two begin at the same byte.
    private final long[] offsets = new long[SEQUENCE_WINDOW];
    private final long[] lengths = new long[SEQUENCE_WINDOW];
    private int count;

    /// How ranges follow each other.
    public enum Pattern {
        SEQUENTIAL,
        STRIDED
    }

    /// A part of an object: not empty, and within it.
    public record Range(long offset, long lengthBytes) {}

    /// What comes next, nearest first.
    public record Forecast(Pattern pattern, List<Range> ranges) {
        public Forecast {
            ranges = List.copyOf(ranges);
        }
    }

    /// A range was asked for.
    ///
    /// @param sizeBytes of the object; a range that is empty or does not lie within it is ignored
    /// @return empty where nothing is known of what comes next, or nothing does
    public Optional<Forecast> asked(long offset, long lengthBytes, long sizeBytes) {
        if (offset < 0 || lengthBytes <= 0 || offset >= sizeBytes
                || lengthBytes > sizeBytes - offset) {
            return Optional.empty();
        }
        remember(offset, lengthBytes);
        int before = sequence();
        if (before >= 2) {
            return sequential(before, sizeBytes);
        }
        return strided(sizeBytes);
    }

    private void remember(long offset, long lengthBytes) {
        int place = find(offset, count);
        if (place < 0) {
            count = Math.min(count + 1, SEQUENCE_WINDOW);
            place = count - 1;
        }
        System.arraycopy(offsets, 0, offsets, 1, place);
        System.arraycopy(lengths, 0, lengths, 1, place);
        offsets[0] = offset;
        lengths[0] = lengthBytes;
    }

    /// How many ranges lead up to the latest one without a gap.
    private int sequence() {
        int before = 0;
        long start = offsets[0];
        for (int place = endingAt(start); place >= 0 && before < count; place = endingAt(start)) {
            start = offsets[place];
            before++;
        }
        return before;
    }

    private Optional<Forecast> sequential(int before, long sizeBytes) {
        int second = endingAt(offsets[endingAt(offsets[0])]);
        long from = offsets[0] + lengths[0];
        for (int place = find(from, second); place >= 0; place = find(from, second)) {
            from += lengths[place];
        }
        long ahead = Math.max(lengths[0], LEAST_AHEAD_BYTES);
        for (int i = 2; i < before && ahead < MAX_AHEAD_BYTES; i++) {
            ahead *= 2;
        }
        ahead = Math.min(Math.min(ahead, MAX_AHEAD_BYTES), sizeBytes - from);
        return ahead > 0
                ? Optional.of(new Forecast(Pattern.SEQUENTIAL, List.of(new Range(from, ahead))))
                : Optional.empty();
    }

    private Optional<Forecast> strided(long sizeBytes) {
        int window = Math.min(count, STRIDE_WINDOW);
        long stride = 0;
        int oldest = window;
        for (int i = 1; i < window; i++) {
            long difference = offsets[0] - offsets[i];
            int third = find(offsets[i] - difference, window);
            int fourth = third < 0 ? -1 : find(offsets[third] - difference, window);
            int age = Math.max(i, Math.max(third, fourth));
            if (fourth >= 0 && age < oldest) {
                oldest = age;
                stride = difference;
            }
        }
        return stride == 0 ? Optional.empty() : strided(stride, oldest, sizeBytes);
    }

    private Optional<Forecast> strided(long stride, int oldest, long sizeBytes) {
        int before = 0;
        for (long at = offsets[0]; find(at - stride, count) >= 0 && before < count; at -= stride) {
            before++;
        }
        int most = Math.clamp(MAX_AHEAD_BYTES / lengths[0], 1, MAX_AHEAD_RANGES);
        int wanted = Math.min(most, 1 << Math.min(before - 2, 10));
        var ranges = new ArrayList<Range>(wanted);
        long at = offsets[0];
        while (ranges.size() < wanted && hasRoom(at, stride, sizeBytes)) {
            at += stride;
            if (!ranges.isEmpty() || find(at, oldest) < 0) {
                ranges.add(new Range(at, Math.min(lengths[0], sizeBytes - at)));
            }
        }
        return ranges.isEmpty()
                ? Optional.empty()
                : Optional.of(new Forecast(Pattern.STRIDED, ranges));
    }

    /// Whether a stride from here ends within the object.
    private static boolean hasRoom(long at, long stride, long sizeBytes) {
        return stride > 0 ? stride < sizeBytes - at : at + stride >= 0;
    }

    /// Which of the latest `window` ranges begins there; -1 for none.
    private int find(long offset, int window) {
        for (int i = 0; i < window; i++) {
            if (offsets[i] == offset) {
                return i;
            }
        }
        return -1;
    }

    private int endingAt(long end) {
        for (int i = 0; i < count; i++) {
            if (offsets[i] + lengths[i] == end && lengths[i] > 0) {
                return i;
            }
        }
        return -1;
    }
}
