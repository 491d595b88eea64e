package dev.varve.door.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.door.s3.SigV4.Scope;
import dev.varve.door.s3.SigV4.SignedHeader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The examples that AWS publishes in "Signature Calculations for the Authorization Header" and its
/// sibling pages of the Amazon S3 API Reference.
final class SigV4Test {
    static final String SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    static final String TIMESTAMP = "20130524T000000Z";
    static final Scope SCOPE = new Scope("20130524", "us-east-1", "s3");

    private static final String HOST = "examplebucket.s3.amazonaws.com";

    @Test
    void signsAGetWithARange() {
        assertThat(sign("GET", "/test.txt", "", SigV4.EMPTY_SHA256,
                "host", HOST, "range", "bytes=0-9", "x-amz-content-sha256", SigV4.EMPTY_SHA256,
                "x-amz-date", TIMESTAMP))
                .isEqualTo("f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    }

    @Test
    void signsAPutOfAnOddKey() {
        var hash = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
        assertThat(Digest.sha256Hex("Welcome to Amazon S3.".getBytes(UTF_8))).isEqualTo(hash);
        assertThat(sign("PUT", "/test$file.text", "", hash,
                "date", "Fri, 24 May 2013 00:00:00 GMT", "host", HOST, "x-amz-content-sha256", hash,
                "x-amz-date", TIMESTAMP, "x-amz-storage-class", "REDUCED_REDUNDANCY"))
                .isEqualTo("98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
    }

    @Test
    void signsASubresource() {
        assertThat(sign("GET", "/", "lifecycle", SigV4.EMPTY_SHA256,
                "host", HOST, "x-amz-content-sha256", SigV4.EMPTY_SHA256, "x-amz-date", TIMESTAMP))
                .isEqualTo("fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
    }

    @Test
    void signsAListing() {
        assertThat(sign("GET", "/", "prefix=J&max-keys=2", SigV4.EMPTY_SHA256,
                "host", HOST, "x-amz-content-sha256", SigV4.EMPTY_SHA256, "x-amz-date", TIMESTAMP))
                .isEqualTo("34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
    }

    @Test
    void signsAUrl() {
        var query = "X-Amz-Algorithm=AWS4-HMAC-SHA256"
                + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3"
                + "%2Faws4_request"
                + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host";
        assertThat(sign("GET", "/test.txt", query, "UNSIGNED-PAYLOAD", "host", HOST))
                .isEqualTo("aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
    }

    @Test
    void signsChunksInAChain() {
        var signer = signer("4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");
        assertThat(signer.next(hashOfAs(65536)))
                .isEqualTo("ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648");
        assertThat(signer.next(hashOfAs(1024)))
                .isEqualTo("0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497");
        assertThat(signer.next(hashOfAs(0)))
                .isEqualTo("b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9");
    }

    @Test
    void signsTrailersBehindChunks() {
        var signer = signer("106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e");
        assertThat(signer.next(hashOfAs(65536)))
                .isEqualTo("b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2");
        assertThat(signer.next(hashOfAs(1024)))
                .isEqualTo("1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7");
        assertThat(signer.next(hashOfAs(0)))
                .isEqualTo("2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992");
        assertThat(signer.trailer("x-amz-checksum-crc32c:sOO8/Q==\n"))
                .isEqualTo("d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435");
    }

    @Test
    void trimsAndFoldsHeaderValues() {
        var folded = new SigV4.Request("GET", "/".getBytes(UTF_8), "",
                List.of(new SignedHeader("my-header", List.of("  a   b ", "c"))), "hash");
        assertThat(folded.canonical()).isEqualTo("GET\n/\n\nmy-header:a b,c\n\nmy-header\nhash");
    }

    @Test
    void keepsSlashesAndEncodesOnce() {
        var path = PercentCodec.decode("/a//b%20%2B+%7E/../%C3%A9", PercentCodec.Plus.LITERAL);
        var request = new SigV4.Request("GET", path, "", List.of(), "h");
        assertThat(request.canonical()).startsWith("GET\n/a//b%20%2B%2B~/../%C3%A9\n");
    }

    static ChunkSigner signer(String seed) {
        return new ChunkSigner(SigV4.signingKey(SECRET, SCOPE), TIMESTAMP, SCOPE, seed);
    }

    private static String hashOfAs(int count) {
        return Digest.sha256Hex("a".repeat(count).getBytes(UTF_8));
    }

    private static String sign(
            String method,
            String path,
            String query,
            String hash,
            String... headers) {
        var signed = new ArrayList<SignedHeader>();
        for (int i = 0; i < headers.length; i += 2) {
            signed.add(new SignedHeader(headers[i], List.of(headers[i + 1])));
        }
        return SigV4.signature(SigV4.signingKey(SECRET, SCOPE), TIMESTAMP, SCOPE,
                new SigV4.Request(method, path.getBytes(UTF_8), Query.parse(query).canonical(""),
                        signed, hash));
    }
}
