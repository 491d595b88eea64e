package dev.varve.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ModuleRulesTest {
    private static final ModuleRules REPOSITORY = new ModuleRules(SourceTree.ofRepository());

    @TempDir
    Path folder;

    @Test
    void modulesAreTheRooms() {
        assertThat(REPOSITORY.modulesAreRooms()).isEmpty();
    }

    @Test
    void findsAModuleThatIsNoRoom() throws IOException {
        write("pom.xml", "<project><modules><module>attic</module></modules></project>");
        assertThat(bad().modulesAreRooms()).extracting(Finding::place)
                .contains("attic", "engine");
    }

    @Test
    void dependenciesFollowTheArrows() {
        assertThat(REPOSITORY.dependenciesFollowArrows()).isEmpty();
    }

    @Test
    void findsADependencyAgainstTheArrows() throws IOException {
        write("engine/pom.xml", project("tier-flash", ""));
        assertThat(bad().dependenciesFollowArrows()).hasSize(1);
        write("engine/pom.xml", project("tier-flash", "<scope>test</scope>"));
        assertThat(bad().dependenciesFollowArrows()).isEmpty();
    }

    @Test
    void findsTestkitOutsideTests() throws IOException {
        write("store/pom.xml", project("testkit", "<scope>compile</scope>"));
        assertThat(bad().dependenciesFollowArrows()).hasSize(1);
    }

    @Test
    void versionsAreInTheRoot() {
        assertThat(REPOSITORY.versionsAreInTheRoot()).isEmpty();
    }

    @Test
    void findsAVersionOutsideTheRoot() throws IOException {
        write("engine/pom.xml", project("tier", "<version>1</version>"));
        assertThat(bad().versionsAreInTheRoot()).hasSize(1);
    }

    private ModuleRules bad() {
        return new ModuleRules(SourceTree.of(folder));
    }

    private void write(String path, String text) throws IOException {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static String project(String room, String more) {
        return "<project><dependencies><dependency><groupId>dev.varve</groupId><artifactId>varve-"
                + room + "</artifactId>" + more + "</dependency></dependencies></project>";
    }
}
