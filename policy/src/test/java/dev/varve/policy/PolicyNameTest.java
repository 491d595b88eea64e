package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class PolicyNameTest {

    @ParameterizedTest
    @EnumSource
    void namesAPolicyThatWorks(PolicyName name) {
        assertThat(PolicyName.of(name.text())).contains(name);
        var policy = name.policy(100, 1);
        policy.inserted(1, 10);
        assertThat(policy.victim()).isEqualTo(1);
    }

    @Test
    void knowsNoOtherNames() {
        assertThat(PolicyName.of("random")).isEmpty();
        assertThat(PolicyName.of("")).isEmpty();
    }
}
