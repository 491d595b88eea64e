package dev.varve.checks;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ClassRulesTest {
    private static final String ROOT = "dev.varve";

    /// Who may take time, chance and threads from the surroundings.
    private static final List<Exemption> MAY_BE_AMBIENT = List.of(
            new Exemption("bench", "measures real time with real threads; nothing depends on it"),
            new Exemption("client-local/LocalClient",
                    "stands alone in other people's programs: there is no env to own its clock"));

    /// Who may make arenas beside `bytes`.
    private static final List<Exemption> MAY_MAKE_ARENAS = List.of(
            new Exemption("testkit", "test scope: its fakes own memory as a test does"),
            new Exemption("bench", "its micro-benchmarks measure such memory"),
            new Exemption("client-local/LocalClient", "owns its mapping of a server's memory"),
            new Exemption("client-local/UnixSocket", "owns what it hands to the system"));

    /// Which rooms may have more than two packages.
    private static final List<Exemption> MAY_BE_CROWDED = List.of(
            new Exemption("bench", "what JMH generates has packages of its own"));

    /// Who may print beside `cli`.
    private static final List<Exemption> MAY_PRINT = List.of(
            new Exemption("replay", "renders its tables"),
            new Exemption("bench", "is a command"));

    private static ClassRules varve = new ClassRules(ROOT, new ClassFileImporter()
            .importClasses(ClassRulesTest.class));

    @TempDir
    Path folder;

    @BeforeAll
    static void importAllModules() {
        ImportOption notTheseTests = location -> !location.contains("/checks/");
        varve = new ClassRules(ROOT, new ClassFileImporter(List.of(notTheseTests,
                ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)).importPackages(ROOT));
    }

    @Test
    void looksAtAllModules() {
        for (Room room : Room.values()) {
            boolean seen = varve.classes()
                    .stream()
                    .anyMatch(it -> it.getPackageName().startsWith(room.packageUnder(ROOT)));
            assertThat(seen || room == Room.CHECKS).as(room.module()).isTrue();
        }
    }

    @Test
    void arrowsBetweenRoomsHold() {
        assertThat(varve.arrows()).isEmpty();
    }

    @Test
    void findsAnArrowAgainstTheDirection() {
        var bad = bad("package bad.tier.flash; public class Flash {}",
                "package bad.tier; class Tier { bad.tier.flash.Flash concrete; }");
        assertThat(bad.arrows()).hasSize(1).allMatch(it -> it.place().equals("tier/Tier"));
    }

    @Test
    void findsEachArrowThatTheDesignForbids() {
        var bad = bad(
                "package bad.tier.flash; public class Flash {}",
                "package bad.engine; public class Engine { bad.tier.flash.Flash concrete; }",
                "package bad.door.s3; public class S3 { }",
                "package bad.door.resp; class Resp { bad.door.s3.S3 other; }",
                "package bad.policy; class Lru { bad.engine.Engine engine; }",
                "package bad.server; class Server { Object o = new bad.tier.flash.Flash(); }");
        assertThat(bad.arrows()).extracting(Finding::place)
                .containsOnly("engine/Engine",
                        "door-resp/Resp", "policy/Lru", "server/Server");
    }

    @Test
    void onlyTheWrappingRoomsSeeALibrary() {
        assertThat(varve.libraries()).isEmpty();
    }

    @Test
    void findsALibraryThatLeaksOut() {
        var bad = bad("package bad.engine; class Engine { org.junit.jupiter.api.Test t; }");
        assertThat(bad.libraries()).hasSize(1);
    }

    @Test
    void eachClassIsInARoom() {
        assertThat(varve.homeless()).isEmpty();
    }

    @Test
    void findsAClassInNoRoom() {
        assertThat(bad("package bad.attic; class Box {}").homeless()).hasSize(1);
    }

    @Test
    void noRoomIsCrowded() {
        assertThat(Exemption.without(MAY_BE_CROWDED, varve.crowdedRooms())).isEmpty();
    }

    @Test
    void findsACrowdedRoom() {
        var bad = bad("package bad.cli; class A {}", "package bad.cli.b; class B {}",
                "package bad.cli.c; class C {}");
        assertThat(bad.crowdedRooms()).hasSize(1);
    }

    @Test
    void timeChanceAndThreadsComeFromEnv() {
        assertThat(Exemption.without(MAY_BE_AMBIENT, varve.ambient())).isEmpty();
    }

    @Test
    void findsEachWayToReachForTimeChanceAndThreads() {
        var calls = List.of("System.nanoTime()", "System.currentTimeMillis()", "Math.random()",
                "new java.util.Random()", "java.util.concurrent.ThreadLocalRandom.current()",
                "java.util.UUID.randomUUID()", "java.time.Instant.now()",
                "java.time.LocalDate.now(java.time.ZoneId.of(\"UTC\"))",
                "new Thread(() -> {})", "Thread.ofVirtual()",
                "java.util.concurrent.Executors.newCachedThreadPool()",
                "(java.util.function.LongSupplier) System::nanoTime",
                "new java.security.SecureRandom()");
        var texts = new String[calls.size()];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = "package bad.engine; class C" + i + " { Object o = " + calls.get(i) + "; }";
        }
        List<Finding> findings = bad(texts).ambient();
        for (int i = 0; i < texts.length; i++) {
            String place = "engine/C" + i;
            assertThat(findings).as(calls.get(i)).anyMatch(it -> it.place().equals(place));
        }
    }

    @Test
    void letsSeededAndPassedInSourcesBe() {
        var good = bad("package bad.engine; class C { Object o = new java.util.Random(1); "
                + "Object p = java.time.Instant.now(java.time.Clock.fixed(null, null)); }",
                "package bad.env; class Real { long now = System.nanoTime(); }");
        assertThat(good.ambient()).isEmpty();
    }

    @Test
    void arenasAreMadeInBytes() {
        assertThat(Exemption.without(MAY_MAKE_ARENAS, varve.arenas())).isEmpty();
    }

    @Test
    void findsAnArenaMadeElsewhere() {
        var bad = bad("package bad.engine; class C { Object o = "
                + "java.lang.foreign.Arena.ofShared(); }");
        assertThat(bad.arenas()).hasSize(1);
    }

    @Test
    void onlyCommandsPrint() {
        assertThat(Exemption.without(MAY_PRINT, varve.printing())).isEmpty();
    }

    @Test
    void findsPrinting() {
        var bad = bad("package bad.engine; class C { void m() { System.out.println(); } }");
        assertThat(bad.printing()).hasSize(1);
    }

    @Test
    void namesSaySomething() {
        assertThat(varve.emptyNames()).isEmpty();
    }

    @Test
    void findsAnEmptyName() {
        var bad = bad("package bad.engine; class EngineImpl { class BlockUtils {} }");
        assertThat(bad.emptyNames()).hasSize(2);
    }

    @Test
    void anExemptionCoversItsPlaceAlone() {
        var exemption = new Exemption("cli/Ask", "waits for a person");
        var findings = List.of(new Finding("cli/Ask", "x"), new Finding("cli/Asking", "y"));
        assertThat(Exemption.without(List.of(exemption), findings)).hasSize(1);
        assertThat(Exemption.unused(List.of(exemption), List.of())).containsExactly(exemption);
    }

    @Test
    void noClassIsExemptWithoutNeed() {
        var unused = new java.util.ArrayList<Exemption>();
        unused.addAll(Exemption.unused(MAY_BE_AMBIENT, varve.ambient()));
        unused.addAll(Exemption.unused(MAY_MAKE_ARENAS, varve.arenas()));
        unused.addAll(Exemption.unused(MAY_PRINT, varve.printing()));
        assertThat(unused).filteredOn(it -> it.className().contains("/")).isEmpty();
    }

    private ClassRules bad(String... texts) {
        return new ClassRules("bad", CompiledFixture.compile(folder, texts));
    }
}
