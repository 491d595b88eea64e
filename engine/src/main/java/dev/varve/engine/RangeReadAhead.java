package dev.varve.engine;

import dev.varve.engine.Catalog.StoredObject;
import dev.varve.policy.RangePredictor;
import dev.varve.policy.RangePredictor.Forecast;
import dev.varve.policy.RangePredictor.Pattern;
import dev.varve.policy.RangePredictor.Range;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;

/// Reads ahead within an object: the rest of the range that was asked for, a few blocks ahead of
/// the reader, and after it what [RangePredictor] says.
///
/// Thread-safe.
final class RangeReadAhead {
    /// How far ahead of the reader within the range that it asked for: two blocks at first, and
    /// twice as many with each that it takes.
    private static final int MAX_BLOCKS_AHEAD = 16;

    private final RangeHistories histories = new RangeHistories();
    private final Residency residency;
    private final Prefetch prefetch;

    RangeReadAhead(Residency residency, Prefetch prefetch) {
        this.residency = residency;
        this.prefetch = prefetch;
    }

    /// Follows a reader of one range.
    ///
    /// Confined.
    final class Follower {
        private final BucketState bucket;
        private final StoredObject stored;
        /// The last block of the range.
        private final int last;
        private final Queue<Integer> beyond;
        private final PrefetchKind kindBeyond;
        private final int mostAhead;
        /// The next block of the range that was not looked at.
        private int next;
        private int ahead = 2;

        private Follower(
                BucketState bucket,
                StoredObject stored,
                int first,
                int last,
                Queue<Integer> beyond,
                PrefetchKind kindBeyond) {
            this.bucket = bucket;
            this.stored = stored;
            this.last = last;
            this.beyond = beyond;
            this.kindBeyond = kindBeyond;
            next = first;
            int blockBytes = Math.max(1, stored.blocks().get(first).lengthBytes());
            mostAhead = Math.clamp(RangePredictor.MAX_AHEAD_BYTES / blockBytes, 1,
                    MAX_BLOCKS_AHEAD);
        }

        /// The reader takes this block. Never blocks.
        void takes(int block) {
            next = Math.max(next, block + 1);
            int reach = block + Math.min(ahead, mostAhead);
            for (; next <= Math.min(reach, last); next++) {
                if (!wish(PrefetchKind.SEQUENTIAL, next)) {
                    return;
                }
            }
            while (reach >= last && !beyond.isEmpty()) {
                if (!wish(kindBeyond, beyond.peek())) {
                    return;
                }
                beyond.remove();
            }
            ahead = Math.min(ahead * 2, MAX_BLOCKS_AHEAD);
        }

        private boolean wish(PrefetchKind kind, int block) {
            var info = stored.blocks().get(block);
            return residency.isResident(info.id()) || prefetch.guess(
                    kind, bucket, stored.info().key(), block, info.lengthBytes());
        }
    }

    /// A reader is going to read this range, which lies within the object and is not empty.
    Follower follow(BucketState bucket, StoredObject stored, long offset, long lengthBytes) {
        var ends = ends(stored);
        int first = blockAt(ends, offset);
        int last = blockAt(ends, offset + lengthBytes - 1);
        var beyond = new ArrayDeque<Integer>();
        var forecast = histories.asked(bucket, stored.info(), offset, lengthBytes);
        for (Range range : forecast.map(Forecast::ranges).orElse(List.of())) {
            int end = blockAt(ends, range.offset() + range.lengthBytes() - 1);
            for (int block = blockAt(ends, range.offset()); block <= end; block++) {
                boolean isNew = beyond.isEmpty() || beyond.getLast() != block;
                if (isNew && (block < first || block > last)) {
                    beyond.add(block);
                }
            }
        }
        boolean isStrided = forecast.map(Forecast::pattern)
                .filter(Pattern.STRIDED::equals)
                .isPresent();
        return new Follower(bucket, stored, first, last, beyond,
                isStrided ? PrefetchKind.STRIDED : PrefetchKind.SEQUENTIAL);
    }

    /// Where each block of an object ends.
    private static long[] ends(StoredObject stored) {
        var ends = new long[stored.blocks().size()];
        long end = 0;
        for (int i = 0; i < ends.length; i++) {
            end += stored.blocks().get(i).lengthBytes();
            ends[i] = end;
        }
        return ends;
    }

    private static int blockAt(long[] ends, long offset) {
        int found = Arrays.binarySearch(ends, offset);
        return found >= 0 ? found + 1 : -found - 1;
    }
}
