package dev.varve.policy;

import java.util.LinkedHashMap;

/// Evicts what was read last: right for loops, wrong for nearly all else.
final class MruPolicy implements EvictionPolicy {
    private final LinkedHashMap<Long, Long> blocks = new LinkedHashMap<>(16, .75f, true);
    private long bytes;

    @Override
    public void inserted(long id, long sizeBytes) {
        Arguments.checkBlock(id, sizeBytes);
        if (blocks.putIfAbsent(id, sizeBytes) != null) {
            throw Arguments.alreadyPresent(id);
        }
        bytes += sizeBytes;
    }

    @Override
    public void accessed(long id) {
        blocks.get(id);
    }

    @Override
    public void removed(long id) {
        var size = blocks.remove(id);
        bytes -= size == null ? 0 : size;
    }

    @Override
    public long victim() {
        var last = blocks.pollLastEntry();
        bytes -= last == null ? 0 : last.getValue();
        return last == null ? NONE : last.getKey();
    }

    @Override
    public void spared(long id, long sizeBytes) {
        if (!contains(id)) {
            inserted(id, sizeBytes);
        }
    }

    @Override
    public boolean contains(long id) {
        return blocks.containsKey(id);
    }

    @Override
    public int count() {
        return blocks.size();
    }

    @Override
    public long bytes() {
        return bytes;
    }
}
