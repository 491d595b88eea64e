package dev.varve.door.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.door.s3.S3Settings.Anonymous;
import dev.varve.env.Clock;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Requests as AWS publishes them, at the time that they were signed for.
final class AuthenticationTest {
    private static final Instant SIGNED_AT = Instant.parse("2013-05-24T00:00:00Z");
    private static final String ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE";
    private static final String HOST = "examplebucket.s3.amazonaws.com";
    private static final String CREDENTIAL = ACCESS_KEY + "/20130524/us-east-1/s3/aws4_request";
    private static final String URL = "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
            + "AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
            + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
            + "&X-Amz-Signature="
            + "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";

    @Test
    void acceptsASignedRequest() {
        var verified = at(SIGNED_AT).verify("GET", target("/test.txt"), signedGet());
        assertThat(verified.accessKey()).contains(ACCESS_KEY);
        assertThat(verified.payload()).isEqualTo(new PayloadMode.Signed(SigV4.EMPTY_SHA256));
    }

    @ParameterizedTest
    @CsvSource({"-899,true", "899,true", "-901,false", "901,false"})
    void allowsForSomeSkew(long seconds, boolean accepted) {
        var authenticator = at(SIGNED_AT.plusSeconds(seconds));
        if (accepted) {
            authenticator.verify("GET", target("/test.txt"), signedGet());
        } else {
            assertRefused(S3Error.REQUEST_TIME_TOO_SKEWED,
                    () -> authenticator.verify("GET", target("/test.txt"), signedGet()));
        }
    }

    @Test
    void noticesEachChange() {
        assertRefused(S3Error.SIGNATURE_DOES_NOT_MATCH,
                () -> at(SIGNED_AT).verify("PUT", target("/test.txt"), signedGet()));
        assertRefused(S3Error.SIGNATURE_DOES_NOT_MATCH,
                () -> at(SIGNED_AT).verify("GET", target("/test.txt2"), signedGet()));
        assertRefused(S3Error.SIGNATURE_DOES_NOT_MATCH,
                () -> at(SIGNED_AT).verify("GET", target("/test.txt?acl"), signedGet()));
        assertRefused(S3Error.SIGNATURE_DOES_NOT_MATCH, () -> at(SIGNED_AT).verify("GET",
                target("/test.txt"), signedGet().set("range", "bytes=0-10")));
        assertRefused(S3Error.SIGNATURE_DOES_NOT_MATCH, () -> at(SIGNED_AT).verify("GET",
                target("/test.txt"), signedGet().set("x-amz-content-sha256", "UNSIGNED-PAYLOAD")));
        assertRefused(S3Error.ACCESS_DENIED, () -> at(SIGNED_AT).verify("GET",
                target("/test.txt"), signedGet().set("x-amz-acl", "private")));
    }

    @Test
    void knowsNobodyElse() {
        var headers = signedGet();
        headers.set("authorization", headers.get("authorization").replace("AKIA", "AKIB"));
        assertRefused(S3Error.INVALID_ACCESS_KEY_ID,
                () -> at(SIGNED_AT).verify("GET", target("/test.txt"), headers));
    }

    @ParameterizedTest
    @ValueSource(strings = {"AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 ",
            "AWS4-HMAC-SHA256 Credential=x, SignedHeaders=host, Signature=y",
            "AWS4-HMAC-SHA256 Credential=a/b/c/s3/aws4_request, SignedHeaders=host, Signature=y",
            "AWS4-HMAC-SHA256 Credential=" + CREDENTIAL + ", Signature=y",
            "AWS4-HMAC-SHA256 Credential=" + CREDENTIAL + ", SignedHeaders=range, Signature=y",
            "AWS4-HMAC-SHA256 Credential=A/20130525/us-east-1/s3/aws4_request,"
                    + " SignedHeaders=host, Signature=y",
            "AWS4-HMAC-SHA256 Credential=A/20130524/us-east-1/ec2/aws4_request,"
                    + " SignedHeaders=host, Signature=y"})
    void refusesMalformedHeaders(String authorization) {
        assertRefused(S3Error.AUTHORIZATION_HEADER_MALFORMED, () -> at(SIGNED_AT).verify("GET",
                target("/test.txt"), signedGet().set("authorization", authorization)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"AWS AKIA:sig", "Basic eA==", "AWS4-ECDSA-P256-SHA256 Credential=x"})
    void refusesOtherMechanisms(String authorization) {
        assertRefused(S3Error.INVALID_REQUEST, () -> at(SIGNED_AT).verify("GET",
                target("/test.txt"), signedGet().set("authorization", authorization)));
    }

    @Test
    void wantsATimeAndAHash() {
        assertRefused(S3Error.ACCESS_DENIED, () -> at(SIGNED_AT).verify("GET",
                target("/test.txt"), signedGet().remove("x-amz-date")));
        assertRefused(S3Error.INVALID_REQUEST, () -> at(SIGNED_AT).verify("GET",
                target("/test.txt"), signedGet().remove("x-amz-content-sha256")));
    }

    @ParameterizedTest
    @CsvSource({"0,true", "86400,true", "86401,false", "-900,true", "-901,false"})
    void acceptsAPresignedUrlWithinItsTime(long seconds, boolean accepted) {
        var headers = new DefaultHttpHeaders().set("host", HOST);
        var authenticator = at(SIGNED_AT.plusSeconds(seconds));
        if (accepted) {
            assertThat(authenticator.verify("GET", target(URL), headers).accessKey())
                    .contains(ACCESS_KEY);
        } else {
            assertRefused(S3Error.ACCESS_DENIED,
                    () -> authenticator.verify("GET", target(URL), headers));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "604801", "x", ""})
    void boundsTheLifeOfAPresignedUrl(String expires) {
        var headers = new DefaultHttpHeaders().set("host", HOST);
        assertRefused(S3Error.AUTHORIZATION_QUERY_PARAMETERS_ERROR, () -> at(SIGNED_AT).verify(
                "GET", target(URL.replace("86400", expires)), headers));
    }

    @Test
    void noticesAChangedPresignedUrl() {
        var headers = new DefaultHttpHeaders().set("host", HOST);
        assertRefused(S3Error.SIGNATURE_DOES_NOT_MATCH, () -> at(SIGNED_AT).verify("GET",
                target(URL + "&x=y"), headers));
        assertRefused(S3Error.SIGNATURE_DOES_NOT_MATCH, () -> at(SIGNED_AT).verify("PUT",
                target(URL), headers));
        assertRefused(S3Error.AUTHORIZATION_QUERY_PARAMETERS_ERROR, () -> at(SIGNED_AT).verify(
                "GET", target(URL.replace("&X-Amz-Expires=86400", "")), headers));
        assertRefused(S3Error.INVALID_ARGUMENT, () -> at(SIGNED_AT).verify("GET", target(URL),
                signedGet()));
    }

    /// The first example of "Signing and authenticating REST requests" (version 2).
    @Test
    void acceptsAUrlPresignedByVersion2() {
        var url = "/photos/puppy.jpg?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE"
                + "&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires=1175139620";
        var target = RequestTarget.parse(url, "johnsmith.s3.amazonaws.com",
                List.of("s3.amazonaws.com"));
        var headers = new DefaultHttpHeaders();
        var before = Instant.ofEpochSecond(1175139620);
        assertThat(at(before).verify("GET", target, headers).accessKey()).contains(ACCESS_KEY);
        assertRefused(S3Error.ACCESS_DENIED,
                () -> at(before.plusSeconds(1)).verify("GET", target, headers));
        assertRefused(S3Error.SIGNATURE_DOES_NOT_MATCH,
                () -> at(before).verify("PUT", target, headers));
    }

    @Test
    void letsNobodyInUnsignedUnlessTold() {
        var headers = new DefaultHttpHeaders().set("host", HOST);
        assertRefused(S3Error.ACCESS_DENIED,
                () -> at(SIGNED_AT).verify("GET", target("/test.txt"), headers));
        var open = authenticator(SIGNED_AT, S3Settings.DEFAULT.withAnonymous(Anonymous.ALLOWED));
        assertThat(open.verify("GET", target("/test.txt"), headers).accessKey()).isEmpty();
        assertRefused(S3Error.ACCESS_DENIED, () -> open.verify("PUT", target("/test.txt"),
                new DefaultHttpHeaders().set("x-amz-content-sha256",
                        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD")));
    }

    @Test
    void refusesUnknownPayloadModes() {
        var open = authenticator(SIGNED_AT, S3Settings.DEFAULT.withAnonymous(Anonymous.ALLOWED));
        assertRefused(S3Error.INVALID_ARGUMENT, () -> open.verify("PUT", target("/k"),
                new DefaultHttpHeaders().set("x-amz-content-sha256", "abc")));
        assertRefused(S3Error.NOT_IMPLEMENTED, () -> open.verify("PUT", target("/k"),
                new DefaultHttpHeaders().set("x-amz-content-sha256",
                        "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD")));
    }

    private static HttpHeaders signedGet() {
        return new DefaultHttpHeaders()
                .set("host", HOST)
                .set("range", "bytes=0-9")
                .set("x-amz-content-sha256", SigV4.EMPTY_SHA256)
                .set("x-amz-date", SigV4Test.TIMESTAMP)
                .set("authorization", "AWS4-HMAC-SHA256 Credential=" + CREDENTIAL
                        + ",SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature="
                        + "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    }

    private static RequestTarget target(String uri) {
        return RequestTarget.parse(uri, HOST, List.of("s3.amazonaws.com"));
    }

    private static Authenticator at(Instant time) {
        return authenticator(time, S3Settings.DEFAULT);
    }

    private static Authenticator authenticator(Instant time, S3Settings settings) {
        var clock = new Clock() {
            @Override
            public long nanoTime() {
                return 0;
            }

            @Override
            public long epochMillis() {
                return time.toEpochMilli();
            }

            @Override
            public void sleepNanos(long nanos) {
                throw new UnsupportedOperationException("nobody sleeps here");
            }
        };
        return new Authenticator(key -> key.equals(ACCESS_KEY)
                ? Optional.of(SigV4Test.SECRET)
                : Optional.empty(), clock, settings);
    }

    private static void assertRefused(S3Error error, Runnable call) {
        assertThatThrownBy(call::run).isInstanceOfSatisfying(S3Exception.class,
                e -> assertThat(e.error()).isEqualTo(error));
    }
}
