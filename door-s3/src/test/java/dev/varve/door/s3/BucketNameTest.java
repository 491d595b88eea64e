package dev.varve.door.s3;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BucketNameTest {

    @ParameterizedTest
    @ValueSource(strings = {"abc", "a-b.c", "1.2.3.x", "0bucket", "a.b.c",
            "a23456789012345678901234567890123456789012345678901234567890123"})
    void acceptsTheNamesOfS3(String name) {
        assertThat(BucketName.isValid(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ab", "Abc", "a_b", "-ab", "ab-", ".ab", "ab.", "a..b", "a.-b",
            "a-.b", "1.2.3.4", "xn--abc", "abc-s3alias", "a b", "a/b", "../a", "ä-bucket",
            "a234567890123456789012345678901234567890123456789012345678901234"})
    void refusesOthers(String name) {
        assertThat(BucketName.isValid(name)).isFalse();
    }
}
