package dev.varve.door.resp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.engine.ObjectKey;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class GlobTest {
    @Test
    void matchesAsRedisDoes() {
        var random = new Random(11);
        var alphabet = "ab-^]*?[\\";
        for (int i = 0; i < 300_000; i++) {
            var pattern = text(random, alphabet, 8);
            var text = text(random, "ab-^]*", 8);
            assertThat(Glob.matches(pattern, text))
                    .as("'%s' on '%s'", latin(pattern), latin(text))
                    .isEqualTo(redis(pattern, 0, text, 0));
        }
    }

    @Test
    void takesNoTimeOverPatternsMadeToTakeTime() {
        var pattern = RawClient.latin("a*".repeat(500) + "b");
        assertThat(Glob.matches(pattern, RawClient.latin("a".repeat(4096)))).isFalse();
    }

    @Test
    void knowsWhatEachMatchBeginsWith() {
        assertThat(Glob.prefix(RawClient.latin("model@*"))).isEqualTo(ObjectKey.of("model@"));
        assertThat(Glob.prefix(RawClient.latin("*"))).isEqualTo(ObjectKey.EMPTY);
        assertThat(Glob.prefix(RawClient.latin("a\\b"))).isEqualTo(ObjectKey.of("a"));
        assertThat(Glob.prefix(RawClient.latin("x".repeat(5000))).bytes())
                .hasSize(ObjectKey.MAX_BYTES);
    }

    private static String latin(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static byte[] text(Random random, String alphabet, int most) {
        var text = new byte[random.nextInt(most)];
        for (int i = 0; i < text.length; i++) {
            text[i] = (byte) alphabet.charAt(random.nextInt(alphabet.length()));
        }
        return text;
    }

    /// The rules of Redis 7's `stringmatchlen`, put down naively.
    private static boolean redis(byte[] pattern, int p, byte[] text, int t) {
        while (p < pattern.length && t < text.length) {
            switch (pattern[p]) {
                case '*' -> {
                    for (int rest = t; rest <= text.length; rest++) {
                        if (redis(pattern, p + 1, text, rest)) {
                            return true;
                        }
                    }
                    return false;
                }
                case '?' -> t++;
                case '[' -> {
                    p++;
                    boolean not = p < pattern.length && pattern[p] == '^';
                    p += not ? 1 : 0;
                    boolean match = false;
                    while (true) {
                        if (p + 1 < pattern.length && pattern[p] == '\\') {
                            p++;
                            match |= pattern[p] == text[t];
                        } else if (p < pattern.length && pattern[p] == ']') {
                            break;
                        } else if (p >= pattern.length) {
                            p--;
                            break;
                        } else if (p + 2 < pattern.length && pattern[p + 1] == '-') {
                            int low = Math.min(pattern[p], pattern[p + 2]);
                            int high = Math.max(pattern[p], pattern[p + 2]);
                            p += 2;
                            match |= text[t] >= low && text[t] <= high;
                        } else {
                            match |= pattern[p] == text[t];
                        }
                        p++;
                    }
                    if (match == not) {
                        return false;
                    }
                    t++;
                }
                default -> {
                    if (pattern[p] == '\\' && p + 1 < pattern.length) {
                        p++;
                    }
                    if (pattern[p] != text[t]) {
                        return false;
                    }
                    t++;
                }
            }
            p++;
        }
        while (t == text.length && p < pattern.length && pattern[p] == '*') {
            p++;
        }
        return p >= pattern.length && t == text.length;
    }
}
