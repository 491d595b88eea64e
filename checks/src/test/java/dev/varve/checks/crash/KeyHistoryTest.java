package dev.varve.checks.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/// The harness can fail: each broken promise is found.
final class KeyHistoryTest {
    private final KeyHistory durable = new KeyHistory(7, false);
    private final KeyHistory cached = new KeyHistory(8, true);

    @Test
    void anAcknowledgedDurableWriteMustBeThere() throws Violation {
        put(durable);
        durable.observe(1);
        assertThat(durable.isCertain()).isTrue();
        assertThatThrownBy(() -> durable.observe(KeyHistory.ABSENT))
                .isInstanceOf(Violation.class)
                .hasMessage("key 7 is absent but may only be [version 1]");
    }

    @Test
    void aCachedValueMayVanishButNotGrowOlder() throws Violation {
        put(cached);
        put(cached);
        cached.observe(KeyHistory.ABSENT);
        cached.observe(2);
        assertThatThrownBy(() -> cached.observe(1)).isInstanceOf(Violation.class)
                .hasMessageEndingWith("an older version");
    }

    @Test
    void anAcknowledgedDeletionStays() throws Violation {
        for (KeyHistory history : new KeyHistory[]{durable, cached}) {
            put(history);
            history.beginDelete();
            history.acknowledge();
            history.observe(KeyHistory.ABSENT);
            assertThat(history.isGone()).isTrue();
            assertThatThrownBy(() -> history.observe(1)).isInstanceOf(Violation.class);
        }
    }

    @Test
    void aChangeWithoutAnswerMayHaveHappenedOrNot() {
        put(durable);
        durable.beginPut();
        durable.leaveOpen();
        assertThat(durable.isCertain()).isTrue();
        assertThatCode(() -> durable.observe(1)).doesNotThrowAnyException();
        assertThatThrownBy(() -> durable.observe(2)).isInstanceOf(Violation.class);
    }

    @Test
    void whatWasSeenOnceIsNotTakenBack() throws Violation {
        put(cached);
        cached.beginPut();
        cached.leaveOpen();
        cached.observe(KeyHistory.ABSENT);
        cached.observe(2);
        assertThatThrownBy(() -> cached.observe(1)).isInstanceOf(Violation.class);
    }

    @Test
    void eachByteOfAValueIsCompared() throws Violation {
        byte[] value = Content.of(7, 3);
        assertThat(Content.versionOf(7, value)).isEqualTo(3);
        value[value.length - 1] ^= 1;
        assertThatThrownBy(() -> Content.versionOf(7, value)).isInstanceOf(Violation.class)
                .hasMessageContaining("wrong bytes from " + (value.length - 1));
        assertThatThrownBy(() -> Content.versionOf(8, Content.of(7, 3)))
                .hasMessageContaining("a value of key 7");
        assertThatThrownBy(() -> Content.versionOf(7, new byte[3]))
                .isInstanceOf(Violation.class);
    }

    private static void put(KeyHistory history) {
        history.beginPut();
        history.acknowledge();
    }
}
