package dev.varve.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SyntaxRulesTest {
    private static final SyntaxRules.Findings REPOSITORY = SyntaxRules.of(
            SourceTree.ofRepository());

    @TempDir
    Path folder;

    @Test
    void looksAtAllTypes() {
        assertThat(REPOSITORY.typesSeen()).isGreaterThan(40);
    }

    @Test
    void noMethodIsTooLong() {
        assertThat(REPOSITORY.longMethods()).isEmpty();
    }

    @Test
    void findsAMethodThatIsTooLong() throws IOException {
        assertThat(findings("class Bad { void m() {" + "\n".repeat(70) + "} }").longMethods())
                .hasSize(1);
        assertThat(findings("class Bad { void m() {" + "\n".repeat(69) + "} }").longMethods())
                .isEmpty();
    }

    @Test
    void eachPublicTypeIsDocumented() {
        assertThat(REPOSITORY.undocumented()).isEmpty();
    }

    @Test
    void findsAPublicTypeWithoutDoc() throws IOException {
        assertThat(findings("// not a doc\npublic class Bad {}").undocumented()).hasSize(1);
        assertThat(findings("/// A doc.\npublic class Bad {}").undocumented()).isEmpty();
        assertThat(findings("/** A doc. */ public record Bad() {}").undocumented()).isEmpty();
        assertThat(findings("class Bad {}").undocumented()).isEmpty();
    }

    @Test
    void eachFileHasOnePublicType() {
        assertThat(REPOSITORY.crowdedFiles()).isEmpty();
    }

    @Test
    void findsAFileWithTwoPublicTypes() throws IOException {
        assertThat(findings("public class Bad {} public class Worse {}").crowdedFiles())
                .hasSize(1);
    }

    private SyntaxRules.Findings findings(String text) throws IOException {
        Path file = folder.resolve("room/src/main/java/bad/Bad.java");
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        return SyntaxRules.of(SourceTree.of(folder));
    }
}
