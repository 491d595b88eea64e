package dev.varve.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TextRulesTest {
    private static final SourceTree REPOSITORY = SourceTree.ofRepository();

    @TempDir
    Path folder;

    @Test
    void looksAtAllModules() {
        assertThat(REPOSITORY.java(true)).hasSizeGreaterThan(30);
    }

    @Test
    void noMainFileIsTooLong() {
        TextRules.filesThatAreTooLong(REPOSITORY, TextRules.WISHED_FILE_LINES)
                .forEach(it -> System.getLogger("checks").log(System.Logger.Level.WARNING, it));
        assertThat(TextRules.filesThatAreTooLong(REPOSITORY, TextRules.MAX_FILE_LINES)).isEmpty();
    }

    @Test
    void findsAFileThatIsTooLong() {
        assertThat(findings("line\n".repeat(801),
                tree -> TextRules.filesThatAreTooLong(tree, TextRules.MAX_FILE_LINES))).hasSize(1);
        assertThat(findings("line\n".repeat(800),
                tree -> TextRules.filesThatAreTooLong(tree, TextRules.MAX_FILE_LINES))).isEmpty();
    }

    @Test
    void noLineIsTooLong() {
        assertThat(TextRules.linesThatAreTooLong(REPOSITORY)).isEmpty();
    }

    @Test
    void findsALineThatIsTooLong() {
        assertThat(findings("x".repeat(101), TextRules::linesThatAreTooLong)).hasSize(1);
        assertThat(findings("ö".repeat(100), TextRules::linesThatAreTooLong)).isEmpty();
    }

    @Test
    void thereAreNoTabs() {
        assertThat(TextRules.tabs(REPOSITORY)).isEmpty();
    }

    @Test
    void findsATab() {
        assertThat(findings("int a;\tint b;", TextRules::tabs)).hasSize(1);
    }

    @Test
    void nothingIsLeftUnfinished() {
        assertThat(TextRules.unfinishedWork(REPOSITORY)).isEmpty();
    }

    @Test
    void findsUnfinishedWork() {
        assertThat(findings("// TODO later", TextRules::unfinishedWork)).hasSize(1);
        assertThat(findings("// FIXME", TextRules::unfinishedWork)).hasSize(1);
    }

    @Test
    void noCodeIsCommentedOut() {
        assertThat(TextRules.commentedOutCode(REPOSITORY)).isEmpty();
    }

    @Test
    void findsCodeInAComment() {
        assertThat(findings("  // close();", TextRules::commentedOutCode)).hasSize(1);
        assertThat(findings("  // because it is closed", TextRules::commentedOutCode)).isEmpty();
        assertThat(findings("/// in a doc: `close();`", TextRules::commentedOutCode)).isEmpty();
    }

    @Test
    void noMachineShowsThrough() {
        assertThat(TextRules.machineNames(REPOSITORY)).isEmpty();
    }

    @Test
    void findsAMachineThatShowsThrough() {
        assertThat(findings("cd /home/someone/x", TextRules::machineNames)).hasSize(1);
        assertThat(findings("https://repo.corp/maven", TextRules::machineNames)).hasSize(1);
        assertThat(findings("from /work/tree", TextRules::machineNames)).hasSize(1);
        assertThat(findings("import jdk.internal.misc", TextRules::machineNames)).isEmpty();
        assertThat(findings("target/work/x $HOME/home/x", TextRules::machineNames)).isEmpty();
    }

    @Test
    void noToolLeftARemark() {
        assertThat(TextRules.toolRemarks(REPOSITORY)).isEmpty();
    }

    @Test
    void findsAToolsRemark() {
        assertThat(findings("Co-Authored-By: x", TextRules::toolRemarks)).hasSize(1);
    }

    @Test
    void eachPackageMarksNull() {
        assertThat(TextRules.packagesWithoutNullMarked(REPOSITORY)).isEmpty();
    }

    @Test
    void findsAPackageThatLeavesNullUnmarked() {
        assertThat(findings("final class Bad {}", TextRules::packagesWithoutNullMarked))
                .hasSize(1);
        write("package-info.java", "@NullMarked\npackage bad;\n");
        assertThat(TextRules.packagesWithoutNullMarked(SourceTree.of(folder))).isEmpty();
    }

    private List<Finding> findings(String text, Function<SourceTree, List<Finding>> rule) {
        write("Bad.java", text);
        return rule.apply(SourceTree.of(folder));
    }

    private void write(String name, String text) {
        try {
            Path file = folder.resolve("room/src/main/java/bad/" + name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
