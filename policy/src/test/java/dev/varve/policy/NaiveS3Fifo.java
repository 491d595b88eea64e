package dev.varve.policy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/// S3-FIFO as the paper's algorithm 1 puts it, with a deque for each queue and every total counted
/// anew: slow, and easy to compare with the paper.
final class NaiveS3Fifo implements EvictionPolicy {
    private final Deque<Long> small = new ArrayDeque<>();
    private final Deque<Long> main = new ArrayDeque<>();
    private final Deque<Long> ghost = new ArrayDeque<>();
    private final Map<Long, Long> sizes = new HashMap<>();
    private final Map<Long, Integer> reads = new HashMap<>();
    private final long smallBytes;
    private final long mainBytes;

    NaiveS3Fifo(long capacityBytes) {
        smallBytes = capacityBytes / 10;
        mainBytes = capacityBytes - smallBytes;
    }

    @Override
    public void inserted(long id, long sizeBytes) {
        boolean wasGhost = ghost.remove(id);
        sizes.put(id, sizeBytes);
        reads.put(id, 0);
        (wasGhost ? main : small).addFirst(id);
    }

    @Override
    public void accessed(long id) {
        if (small.contains(id) || main.contains(id)) {
            reads.merge(id, 1, (a, b) -> Math.min(3, a + b));
        }
    }

    @Override
    public void removed(long id) {
        small.remove(id);
        main.remove(id);
        ghost.remove(id);
    }

    @Override
    public long victim() {
        long victim = NONE;
        if (bytes(small) >= smallBytes || main.isEmpty()) {
            victim = evictSmall();
        }
        return victim == NONE ? evictMain() : victim;
    }

    @Override
    public void spared(long id, long sizeBytes) {
        if (!small.contains(id) && !main.contains(id)) {
            ghost.remove(id);
            sizes.put(id, sizeBytes);
            reads.put(id, 0);
            main.addFirst(id);
        }
    }

    @Override
    public boolean contains(long id) {
        return small.contains(id) || main.contains(id);
    }

    @Override
    public int count() {
        return small.size() + main.size();
    }

    @Override
    public long bytes() {
        return bytes(small) + bytes(main);
    }

    private long evictSmall() {
        while (!small.isEmpty()) {
            long tail = small.removeLast();
            if (reads.getOrDefault(tail, 0) > 1) {
                main.addFirst(tail);
                reads.put(tail, 0);
                if (bytes(main) > mainBytes) {
                    return evictMain();
                }
            } else {
                ghost.addFirst(tail);
                while (bytes(ghost) > mainBytes || ghost.size() > count()) {
                    ghost.removeLast();
                }
                return tail;
            }
        }
        return NONE;
    }

    private long evictMain() {
        while (!main.isEmpty()) {
            long tail = main.removeLast();
            if (reads.getOrDefault(tail, 0) == 0) {
                return tail;
            }
            reads.merge(tail, -1, Integer::sum);
            main.addFirst(tail);
        }
        return NONE;
    }

    private long bytes(Deque<Long> queue) {
        return queue.stream().mapToLong(id -> sizes.getOrDefault(id, 0L)).sum();
    }
}
