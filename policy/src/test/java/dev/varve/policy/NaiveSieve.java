package dev.varve.policy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// SIEVE as the paper's algorithm 1 puts it, with a list for the queue: slow, and easy to compare
/// with the paper.
final class NaiveSieve implements EvictionPolicy {
    /// From the tail, the oldest, to the head.
    private final List<Long> queue = new ArrayList<>();
    private final Map<Long, Long> sizes = new HashMap<>();
    private final Set<Long> visited = new HashSet<>();
    private int hand;

    @Override
    public void inserted(long id, long sizeBytes) {
        sizes.put(id, sizeBytes);
        boolean wasPastTheHead = !queue.isEmpty() && hand == queue.size();
        queue.add(id);
        if (wasPastTheHead) {
            hand = 0;
        }
    }

    @Override
    public void accessed(long id) {
        if (contains(id)) {
            visited.add(id);
        }
    }

    @Override
    public void removed(long id) {
        int index = queue.indexOf(id);
        if (index >= 0) {
            take(index);
            hand -= index < hand ? 1 : 0;
        }
    }

    @Override
    public long victim() {
        if (queue.isEmpty()) {
            return NONE;
        }
        hand = hand == queue.size() ? 0 : hand;
        while (visited.remove(queue.get(hand))) {
            hand = (hand + 1) % queue.size();
        }
        long id = queue.get(hand);
        take(hand);
        return id;
    }

    @Override
    public void spared(long id, long sizeBytes) {
        if (!contains(id)) {
            inserted(id, sizeBytes);
            visited.add(id);
        }
    }

    @Override
    public boolean contains(long id) {
        return sizes.containsKey(id);
    }

    @Override
    public int count() {
        return queue.size();
    }

    @Override
    public long bytes() {
        return sizes.values().stream().mapToLong(Long::longValue).sum();
    }

    private void take(int index) {
        long id = queue.remove(index);
        sizes.remove(id);
        visited.remove(id);
    }
}
