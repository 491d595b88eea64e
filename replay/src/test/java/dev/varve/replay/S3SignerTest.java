package dev.varve.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class S3SignerTest {
    private static final S3Signer SIGNER = new S3Signer(
            "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1");
    private static final long TIME = Instant.parse("2013-05-24T00:00:00Z").toEpochMilli();

    /// The first example of "Signature Calculations for the Authorization Header" in the S3 API
    /// reference.
    @Test
    void signsTheExampleOfTheSpecification() {
        String nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        var headers = SIGNER.sign("GET",
                URI.create("https://examplebucket.s3.amazonaws.com/test.txt"),
                Map.of("range", "bytes=0-9"), nothing, TIME);
        assertThat(headers).containsEntry("x-amz-date", "20130524T000000Z")
                .containsEntry("x-amz-content-sha256", nothing)
                .containsEntry("Authorization", "AWS4-HMAC-SHA256 "
                        + "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                        + "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
                        + "Signature=f0e8bdb87c964420e857bd35b5d6ed31"
                        + "0bd44f0170aba48dd91039c6036bdb41");
    }

    /// The example "GET Bucket (List Objects)" of the same page.
    @Test
    void signsTheQueryOfTheSpecification() {
        String nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        String query = S3Signer.query(Map.of("prefix", "J", "max-keys", "2"));
        assertThat(query).isEqualTo("max-keys=2&prefix=J");
        var headers = SIGNER.sign("GET",
                URI.create("https://examplebucket.s3.amazonaws.com/?" + query), Map.of(), nothing,
                TIME);
        assertThat(headers.get("Authorization")).endsWith("Signature="
                + "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
    }

    @Test
    void encodesAllButUnreservedCharacters() {
        assertThat(S3Signer.encode("aZ09-._~/ ü+", true)).isEqualTo("aZ09-._~/%20%C3%BC%2B");
        assertThat(S3Signer.encode("a/b", false)).isEqualTo("a%2Fb");
    }

    @Test
    void signsThePortOnlyWhereItIsSent() {
        String usual = authorization("http://host/b/k");
        assertThat(authorization("http://host:80/b/k")).isEqualTo(usual);
        assertThat(authorization("https://host:443/b/k")).isEqualTo(usual);
        assertThat(authorization("http://host:9000/b/k")).isNotEqualTo(usual);
    }

    @Test
    void signsMethodPathAndTime() {
        String one = authorization("http://host/b/k");
        assertThat(authorization("http://host/b/l")).isNotEqualTo(one);
        var uri = URI.create("http://host/b/k");
        assertThat(SIGNER.sign("PUT", uri, Map.of(), S3Signer.UNSIGNED_PAYLOAD, TIME))
                .doesNotContainValue(one);
        assertThat(SIGNER.sign("GET", uri, Map.of(), S3Signer.UNSIGNED_PAYLOAD, TIME + 1000))
                .doesNotContainValue(one);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://host:1", "http://host/path", "http:///", "/x"})
    void rejectsWhatIsNoEndpoint(String uri) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new S3Endpoint(URI.create(uri), "a", "secret", "r"));
    }

    @Test
    void keepsTheSecretOutOfText() {
        var endpoint = new S3Endpoint(URI.create("http://host:1"), "user", "secret", "r");
        assertThat(endpoint.toString()).isEqualTo("http://host:1 as user");
    }

    private static String authorization(String uri) {
        return SIGNER.sign("GET", URI.create(uri), Map.of(), S3Signer.UNSIGNED_PAYLOAD, TIME)
                .getOrDefault("Authorization", "");
    }
}
