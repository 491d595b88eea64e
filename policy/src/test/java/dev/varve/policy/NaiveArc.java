package dev.varve.policy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/// ARC as the paper's figure 4 puts it, with a deque for each list and every total counted anew:
/// slow, and easy to compare with the paper. First is the most recent.
final class NaiveArc implements EvictionPolicy {
    private final Deque<Long> t1 = new ArrayDeque<>();
    private final Deque<Long> t2 = new ArrayDeque<>();
    private final Deque<Long> b1 = new ArrayDeque<>();
    private final Deque<Long> b2 = new ArrayDeque<>();
    private final Map<Long, Long> sizes = new HashMap<>();
    private final long c;
    private long p;
    private long expected = NONE;
    private boolean expectedInB2;

    NaiveArc(long capacityBytes) {
        c = capacityBytes;
    }

    @Override
    public void expected(long id, long sizeBytes) {
        expected = id;
        expectedInB2 = b2.contains(id);
        adapt(id, sizeBytes);
    }

    @Override
    public void inserted(long id, long sizeBytes) {
        if (id != expected) {
            adapt(id, sizeBytes);
        }
        expected = NONE;
        expectedInB2 = false;
        boolean wasGhost = b1.remove(id) || b2.remove(id);
        sizes.put(id, sizeBytes);
        (wasGhost ? t2 : t1).addFirst(id);
        while (bytes(t1) + bytes(b1) > c && !b1.isEmpty()) {
            b1.removeLast();
        }
        while (bytes(t1) + bytes(t2) + bytes(b1) + bytes(b2) > 2 * c && !b2.isEmpty()) {
            b2.removeLast();
        }
        while (b1.size() + b2.size() > count()) {
            (b1.size() > b2.size() ? b1 : b2).removeLast();
        }
    }

    @Override
    public void accessed(long id) {
        if (t1.remove(id) || t2.remove(id)) {
            t2.addFirst(id);
        }
    }

    @Override
    public void removed(long id) {
        t1.remove(id);
        t2.remove(id);
        b1.remove(id);
        b2.remove(id);
    }

    @Override
    public long victim() {
        if (count() == 0) {
            return NONE;
        }
        boolean replacesOfT1 = !t1.isEmpty()
                && (bytes(t1) > p || (expectedInB2 && bytes(t1) == p));
        if (replacesOfT1 || t2.isEmpty()) {
            b1.addFirst(t1.removeLast());
            return b1.getFirst();
        }
        b2.addFirst(t2.removeLast());
        return b2.getFirst();
    }

    @Override
    public void spared(long id, long sizeBytes) {
        if (!contains(id)) {
            removed(id);
            sizes.put(id, sizeBytes);
            t2.addFirst(id);
        }
    }

    @Override
    public boolean contains(long id) {
        return t1.contains(id) || t2.contains(id);
    }

    @Override
    public int count() {
        return t1.size() + t2.size();
    }

    @Override
    public long bytes() {
        return bytes(t1) + bytes(t2);
    }

    private void adapt(long id, long sizeBytes) {
        if (b1.contains(id)) {
            long ratio = bytes(b1) == 0 ? 1 : Math.max(1, bytes(b2) / bytes(b1));
            p = Math.min(c, p + ratio * sizeBytes);
        } else if (b2.contains(id)) {
            long ratio = bytes(b2) == 0 ? 1 : Math.max(1, bytes(b1) / bytes(b2));
            p = Math.max(0, p - ratio * sizeBytes);
        }
    }

    private long bytes(Deque<Long> list) {
        return list.stream().mapToLong(id -> sizes.getOrDefault(id, 0L)).sum();
    }
}
