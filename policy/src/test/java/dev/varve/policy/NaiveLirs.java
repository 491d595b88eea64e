package dev.varve.policy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// LIRS as section 3.2 of the paper tells it, with plain lists and every total counted anew: slow,
/// and easy to compare with the paper.
final class NaiveLirs implements EvictionPolicy {
    /// From the bottom to the top.
    private final List<Long> stack = new ArrayList<>();
    /// From the one that goes next to the one that goes last.
    private final List<Long> queue = new ArrayList<>();
    private final Set<Long> lir = new HashSet<>();
    /// In the order in which they went.
    private final LinkedHashSet<Long> ghosts = new LinkedHashSet<>();
    private final Map<Long, Long> sizes = new HashMap<>();
    private final long capacityBytes;
    private final long lirCapacityBytes;

    NaiveLirs(long capacityBytes) {
        this.capacityBytes = capacityBytes;
        lirCapacityBytes = capacityBytes * 99 / 100;
    }

    @Override
    public void inserted(long id, long sizeBytes) {
        boolean wasInStack = stack.remove((Long) id);
        ghosts.remove(id);
        sizes.put(id, sizeBytes);
        stack.add(id);
        if (wasInStack || bytes(lir) + sizeBytes <= lirCapacityBytes) {
            lir.add(id);
        } else {
            queue.add(id);
        }
        prune();
        demote();
        while (bytes(ghosts) > 2 * capacityBytes || ghosts.size() / 2 > count()) {
            stack.remove(ghosts.removeFirst());
        }
    }

    @Override
    public void accessed(long id) {
        if (!contains(id)) {
            return;
        }
        boolean isTop = !stack.isEmpty() && stack.getLast() == id;
        boolean wasInStack = stack.remove((Long) id);
        stack.add(id);
        if (lir.contains(id)) {
            prune();
            return;
        }
        queue.remove((Long) id);
        if (wasInStack && !isTop) {
            lir.add(id);
            prune();
            demote();
        } else {
            queue.add(id);
        }
    }

    @Override
    public void removed(long id) {
        stack.remove((Long) id);
        queue.remove((Long) id);
        lir.remove(id);
        ghosts.remove(id);
        prune();
    }

    @Override
    public long victim() {
        if (count() == 0) {
            return NONE;
        }
        if (queue.isEmpty()) {
            demoteOne();
        }
        long id = queue.removeFirst();
        if (stack.contains(id)) {
            ghosts.add(id);
        }
        return id;
    }

    @Override
    public void spared(long id, long sizeBytes) {
        if (!contains(id)) {
            stack.remove((Long) id);
            ghosts.remove(id);
            sizes.put(id, sizeBytes);
            stack.add(id);
            lir.add(id);
            prune();
            demote();
        }
    }

    @Override
    public boolean contains(long id) {
        return lir.contains(id) || queue.contains(id);
    }

    @Override
    public int count() {
        return lir.size() + queue.size();
    }

    @Override
    public long bytes() {
        return bytes(lir) + bytes(queue);
    }

    private void demote() {
        while (bytes(lir) > lirCapacityBytes) {
            demoteOne();
        }
    }

    private void demoteOne() {
        long bottom = stack.removeFirst();
        lir.remove(bottom);
        queue.add(bottom);
        prune();
    }

    private void prune() {
        while (!stack.isEmpty() && !lir.contains(stack.getFirst())) {
            ghosts.remove(stack.removeFirst());
        }
    }

    private long bytes(Iterable<Long> ids) {
        long sum = 0;
        for (long id : ids) {
            sum += sizes.getOrDefault(id, 0L);
        }
        return sum;
    }
}
