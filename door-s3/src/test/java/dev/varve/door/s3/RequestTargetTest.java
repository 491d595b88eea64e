package dev.varve.door.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.door.s3.PercentCodec.Plus;
import dev.varve.door.s3.PercentCodec.Slash;
import dev.varve.engine.ObjectKey;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RequestTargetTest {
    private static final List<String> DOMAINS = List.of("localhost", "s3.example.com");

    @ParameterizedTest
    @CsvSource({"/,127.0.0.1:9000,,", "/b,127.0.0.1:9000,b,", "/b/,127.0.0.1:9000,b,",
            "/b/k,127.0.0.1:9000,b,k", "/b//k,localhost:9000,b,/k", "/b/../c,localhost,b,../c",
            "/b/%2e%2E/c,localhost,b,../c", "/b/a+b%20c%2Bd,localhost,b,a+b c+d",
            "/b/k/,localhost,b,k/", "/k,b.localhost:9000,b,k", "/,b.localhost,b,",
            "/x/y,my.bucket.s3.example.com,my.bucket,x/y", "/b/k,s3.example.com,b,k",
            "/b/k,B.LOCALHOST.evil.org,b,k", "/b/%C3%A9,localhost,b,é", "/b,[::1]:9000,b,",
            "http://localhost:1/b/k,localhost:1,b,k", "/k,UPPER.localhost,upper,k"})
    void findsBucketAndKey(String uri, String host, String bucket, String key) {
        var target = RequestTarget.parse(uri, host, DOMAINS);
        assertThat(target.bucket().orElse(null)).isEqualTo(bucket);
        assertThat(target.key().map(ObjectKey::text).orElse(null)).isEqualTo(key);
    }

    @Test
    void takesEveryByteInAKey() {
        for (int i = 0; i < 256; i++) {
            var raw = new byte[]{'k', (byte) i, 'z'};
            var uri = "/b/" + PercentCodec.encode(raw, Slash.ESCAPED);
            var key = RequestTarget.parse(uri, "localhost", DOMAINS).key().orElseThrow();
            assertThat(key.bytes()).as("byte %d", i).isEqualTo(raw);
        }
    }

    @Test
    void limitsKeysToTheirBytes() {
        var longest = "é".repeat(512);
        assertThat(RequestTarget.parse("/b/" + encode(longest), "h", DOMAINS).key())
                .contains(ObjectKey.of(longest));
        assertThatThrownBy(() -> RequestTarget.parse("/b/" + encode(longest + 'x'), "h", DOMAINS))
                .isInstanceOfSatisfying(S3Exception.class,
                        e -> assertThat(e.error()).isEqualTo(S3Error.KEY_TOO_LONG));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/b/%", "/b/%4", "/b/%zz", "b/k", "*", "", "/b?x=%1"})
    void refusesWhatIsNoUri(String uri) {
        assertThatThrownBy(() -> RequestTarget.parse(uri, "localhost", DOMAINS))
                .isInstanceOfSatisfying(S3Exception.class,
                        e -> assertThat(e.error()).isEqualTo(S3Error.INVALID_URI));
    }

    @Test
    void readsQueries() {
        var query = Query.parse("a=1&b&c=x+y%2Bz&a=2&&=v&d=%C3%A9");
        assertThat(query.text("a")).contains("1");
        assertThat(query.text("b")).contains("");
        assertThat(query.text("c")).contains("x y+z");
        assertThat(query.has("e")).isFalse();
        assertThat(query.canonical("d")).isEqualTo("=v&a=1&a=2&b=&c=x%20y%2Bz");
        assertThatThrownBy(() -> Query.parse("n=-1").number("n")).isInstanceOf(S3Exception.class);
        assertThatThrownBy(() -> Query.parse("n=x").number("n")).isInstanceOf(S3Exception.class);
        assertThat(Query.parse("n=").number("n")).isEmpty();
    }

    @Test
    void decodesWhatItEncodes() {
        var bytes = new byte[256];
        for (int i = 0; i < 256; i++) {
            bytes[i] = (byte) i;
        }
        for (var slash : Slash.values()) {
            assertThat(PercentCodec.decode(PercentCodec.encode(bytes, slash), Plus.LITERAL))
                    .isEqualTo(bytes);
        }
    }

    private static String encode(String key) {
        return PercentCodec.encode(key.getBytes(UTF_8), Slash.KEPT);
    }
}
