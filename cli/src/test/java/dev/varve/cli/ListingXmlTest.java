package dev.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.cli.S3Client.Listed;
import dev.varve.env.StorageException;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ListingXmlTest {

    @Test
    void readsTheBuckets() {
        var xml = """
                <?xml version="1.0" encoding="UTF-8"?>
                <ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
                  <Owner><ID>1</ID><DisplayName>varve</DisplayName></Owner>
                  <Buckets>
                    <Bucket><Name>a</Name><CreationDate>2026-01-01T00:00:00Z</CreationDate></Bucket>
                    <Bucket><Name>b&amp;c</Name></Bucket>
                  </Buckets>
                </ListAllMyBucketsResult>""";
        assertThat(ListingXml.buckets(stream(xml))).containsExactly("a", "b&c");
    }

    @Test
    void readsAPageOfObjects() {
        var xml = """
                <ListBucketResult><Name>a</Name><EncodingType>url</EncodingType>
                  <Contents><Key>x%2Fy%20%C3%B6+z</Key><Size>12</Size>
                    <LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>"e"</ETag></Contents>
                  <Contents><Key>z</Key><Size>5000000000</Size></Contents>
                  <NextContinuationToken>more</NextContinuationToken>
                </ListBucketResult>""";
        var page = ListingXml.objects(stream(xml));
        assertThat(page.objects()).containsExactly(
                new Listed("x/y ö z", 12, "2026-01-01T00:00:00.000Z"),
                new Listed("z", 5_000_000_000L, ""));
        assertThat(page.next()).isEqualTo("more");
    }

    @Test
    void seesTheLastPage() {
        var page = ListingXml.objects(stream("<ListBucketResult></ListBucketResult>"));
        assertThat(page.objects()).isEmpty();
        assertThat(page.next()).isEmpty();
    }

    @Test
    void tellsAnErrorByCodeAndMessage() {
        assertThat(
                ListingXml.error("<Error><Code>NoSuchKey</Code><Message>Gone.</Message></Error>"))
                .isEqualTo("NoSuchKey (Gone.)");
        assertThat(ListingXml.error("  Bad gateway\n")).isEqualTo("Bad gateway");
        assertThat(ListingXml.error("")).isEmpty();
    }

    @Test
    void refusesWhatIsNoXml() {
        assertThatThrownBy(() -> ListingXml.buckets(stream("<a><b></a>")))
                .isInstanceOf(StorageException.class);
    }

    @Test
    void neverReadsWhatAnAnswerPointsAt() {
        var xml = "<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/hostname\">]>"
                + "<r><Bucket><Name>&x;</Name></Bucket></r>";
        assertThatThrownBy(() -> ListingXml.buckets(stream(xml)))
                .isInstanceOf(StorageException.class);
    }

    private static InputStream stream(String xml) {
        return new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8));
    }
}
