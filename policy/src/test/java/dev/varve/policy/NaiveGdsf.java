package dev.varve.policy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// GDSF as the paper's section 3 puts it, with a search through all blocks for each victim.
final class NaiveGdsf implements EvictionPolicy {
    /// In the order of their last reads.
    private final List<Long> byLastRead = new ArrayList<>();
    private final Map<Long, Long> sizes = new HashMap<>();
    private final Map<Long, Integer> frequencies = new HashMap<>();
    private final Map<Long, Double> priorities = new HashMap<>();
    private double clock;

    @Override
    public void inserted(long id, long sizeBytes) {
        sizes.put(id, sizeBytes);
        frequencies.put(id, 0);
        byLastRead.add(id);
        accessed(id);
    }

    @Override
    public void accessed(long id) {
        if (byLastRead.remove((Long) id)) {
            byLastRead.add(id);
            int frequency = frequencies.merge(id, 1, Integer::sum);
            double each = 1.0 / Math.max(1, sizes.getOrDefault(id, 0L));
            priorities.put(id, clock + frequency * each);
        }
    }

    @Override
    public void removed(long id) {
        byLastRead.remove((Long) id);
        sizes.remove(id);
    }

    @Override
    public long victim() {
        long least = NONE;
        for (long id : byLastRead) {
            if (least == NONE || priority(id) < priority(least)) {
                least = id;
            }
        }
        if (least != NONE) {
            clock = priority(least);
            removed(least);
        }
        return least;
    }

    @Override
    public void spared(long id, long sizeBytes) {
        if (!contains(id)) {
            inserted(id, sizeBytes);
            accessed(id);
        }
    }

    @Override
    public boolean contains(long id) {
        return sizes.containsKey(id);
    }

    @Override
    public int count() {
        return sizes.size();
    }

    @Override
    public long bytes() {
        return sizes.values().stream().mapToLong(Long::longValue).sum();
    }

    private double priority(long id) {
        return priorities.getOrDefault(id, 0.0);
    }
}
