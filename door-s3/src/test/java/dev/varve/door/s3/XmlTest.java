package dev.varve.door.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class XmlTest {

    @Test
    void readsWhatItWrites() {
        var text = "a<b>&\"' \u0001\t\u001f\u0085\u2028é\uD83D\uDE00\r\n x";
        var xml = XmlWriter.document("Root").begin("Inner").text("Key", text).end().toString();
        var root = XmlElement.parse(xml.getBytes(UTF_8), "Root");
        assertThat(root.child("Inner").orElseThrow().child("Key").orElseThrow().text())
                .isEqualTo(text);
    }

    @Test
    void closesWhatIsOpen() {
        assertThat(XmlWriter.plain("A").begin("B").text("C", 1).toString())
                .endsWith("<A><B><C>1</C></B></A>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "<Root>", "<Other/>", "<Root/><Root/>", "<Root></Rood>",
            "<!DOCTYPE Root [<!ENTITY a \"b\">]><Root>&a;</Root>",
            "<!DOCTYPE Root SYSTEM \"file:///etc/passwd\"><Root/>", "<Root>&unknown;</Root>",
            "<Root>&#x0;</Root>", "<?xml"})
    void refusesWhatIsMalformedOrDangerous(String document) {
        assertRefused(document);
    }

    @Test
    void refusesDeepAndHugeDocuments() {
        assertRefused("<Root>" + "<a>".repeat(20) + "</a>".repeat(20) + "</Root>");
        assertRefused("<Root>" + "<a/>".repeat(200_001) + "</Root>");
        assertRefused("<Root>" + "<a>".repeat(100_000));
    }

    private static void assertRefused(String document) {
        assertThatThrownBy(() -> XmlElement.parse(document.getBytes(UTF_8), "Root"))
                .isInstanceOfSatisfying(S3Exception.class,
                        e -> assertThat(e.error()).isEqualTo(S3Error.MALFORMED_XML));
    }
}
