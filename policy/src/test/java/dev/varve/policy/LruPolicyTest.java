package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class LruPolicyTest implements ReferencedPolicyContract {

    @Override
    public EvictionPolicy policy() {
        return new LruPolicy();
    }

    @Override
    public EvictionPolicy reference() {
        return new AccessOrderedMap();
    }

    @Override
    public boolean consistent(EvictionPolicy policy) {
        return ((LruPolicy) policy).consistent();
    }

    @Test
    void evictsWhatWasNotReadForTheLongestTime() {
        var policy = new LruPolicy();
        policy.inserted(1, 1);
        policy.inserted(2, 1);
        policy.inserted(3, 1);
        policy.accessed(1);
        assertThat(policy.victim()).isEqualTo(2);
        assertThat(policy.victim()).isEqualTo(3);
        assertThat(policy.victim()).isEqualTo(1);
    }

    private static final class AccessOrderedMap implements EvictionPolicy {
        private final Map<Long, Long> sizes = new LinkedHashMap<>(16, 0.75f, true);

        @Override
        public void inserted(long id, long sizeBytes) {
            sizes.put(id, sizeBytes);
        }

        @Override
        public void accessed(long id) {
            sizes.get(id);
        }

        @Override
        public void removed(long id) {
            sizes.remove(id);
        }

        @Override
        public long victim() {
            var oldest = sizes.entrySet().iterator();
            if (!oldest.hasNext()) {
                return NONE;
            }
            long id = oldest.next().getKey();
            oldest.remove();
            return id;
        }

        @Override
        public void spared(long id, long sizeBytes) {
            if (!sizes.containsKey(id)) {
                sizes.put(id, sizeBytes);
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
    }
}
