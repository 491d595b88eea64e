package dev.varve.checks;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// What holds for compiled classes: who sees whom, and who reaches for what lies around.
///
/// @param root    the package that all rooms are under
/// @param classes what to look at
///
/// Immutable.
record ClassRules(String root, JavaClasses classes) {
    private static final Set<String> EMPTY_NAMES = Set.of("Impl", "Manager", "Util", "Utils",
            "Helper", "Helpers", "Data", "Base");

    /// Which rooms may name a library's packages; every library that is wrapped has a line.
    private static final Map<String, Set<Room>> LIBRARIES = Map.of(
            "org.rocksdb", Set.of(Room.ENGINE),
            "io.netty",
            Set.of(Room.DOOR_RESP, Room.DOOR_S3, Room.DOOR_LOCAL, Room.SERVER, Room.BENCH),
            "io.micrometer", Set.of(Room.SERVER),
            "picocli", Set.of(Room.CLI),
            "org.yaml", Set.of(Room.REPLAY),
            "com.fasterxml.jackson", Set.of(Room.REPLAY, Room.SERVER, Room.CLI, Room.BENCH),
            "org.junit", Set.of(Room.TESTKIT),
            "org.assertj", Set.of(Room.TESTKIT),
            "org.openjdk.jmh", Set.of(Room.BENCH));

    private static final List<Ambient> AMBIENT = List.of(
            Ambient.of("java.lang.System", "nanoTime", "currentTimeMillis"),
            Ambient.of("java.lang.Math", "random"),
            Ambient.of("java.lang.StrictMath", "random"),
            Ambient.of("java.util.UUID", "randomUUID"),
            Ambient.of("java.util.concurrent.ThreadLocalRandom", "*"),
            Ambient.of("java.security.SecureRandom", "<init>", "getInstance*"),
            Ambient.of("java.util.random.RandomGenerator", "getDefault"),
            Ambient.withoutArguments("java.util.Random", "<init>"),
            Ambient.withoutArguments("java.util.SplittableRandom", "<init>"),
            Ambient.of("java.time.Clock", "system*", "tick*"),
            Ambient.withoutClock("java.time.", "now"),
            Ambient.of("java.lang.Thread", "<init>", "sleep", "startVirtualThread", "ofVirtual",
                    "ofPlatform"),
            Ambient.of("java.util.Timer", "<init>"),
            Ambient.of("java.util.concurrent.locks.LockSupport", "parkNanos", "parkUntil"),
            Ambient.of("java.util.concurrent.Executors", "*"),
            Ambient.of("java.util.concurrent.ForkJoinPool", "<init>", "commonPool"),
            Ambient.of("java.util.concurrent.ThreadPoolExecutor", "<init>"),
            Ambient.of("java.util.concurrent.ScheduledThreadPoolExecutor", "<init>"),
            Ambient.of("java.util.concurrent.CompletableFuture", "supplyAsync", "runAsync"),
            Ambient.of("java.util.Collection", "parallelStream"));

    /// Dependencies against the arrows between rooms.
    List<Finding> arrows() {
        var findings = new ArrayList<Finding>();
        for (JavaClass from : classes) {
            for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
                JavaClass to = dependency.getTargetClass();
                roomOf(to)
                        .filter(target -> roomOf(from).filter(it -> it.maySee(target)).isEmpty())
                        .ifPresent(_ -> findings.add(finding(from, dependency.getDescription())));
            }
        }
        return findings;
    }

    /// Libraries seen outside the rooms that wrap them.
    List<Finding> libraries() {
        var findings = new ArrayList<Finding>();
        for (JavaClass from : classes) {
            for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
                String name = dependency.getTargetClass().getFullName();
                LIBRARIES.forEach((prefix, rooms) -> {
                    if (name.startsWith(prefix + ".")
                            && roomOf(from).filter(rooms::contains).isEmpty()) {
                        findings.add(finding(from, dependency.getDescription()));
                    }
                });
            }
        }
        return findings;
    }

    /// Classes outside every room.
    List<Finding> homeless() {
        return classes.stream()
                .filter(it -> roomOf(it).isEmpty())
                .map(it -> new Finding(it.getFullName(), "in no room"))
                .toList();
    }

    /// Rooms with more than two packages.
    List<Finding> crowdedRooms() {
        var findings = new ArrayList<Finding>();
        for (Room room : Room.values()) {
            List<String> packages = classes.stream()
                    .filter(it -> roomOf(it).equals(Optional.of(room)))
                    .map(JavaClass::getPackageName)
                    .distinct()
                    .toList();
            if (packages.size() > 2) {
                findings.add(new Finding(room.module(), "more than two packages: " + packages));
            }
        }
        return findings;
    }

    /// Clocks, chance and threads taken from the surroundings outside `env`.
    List<Finding> ambient() {
        return accesses(Room.ENV, access -> AMBIENT.stream().anyMatch(it -> it.is(access)));
    }

    /// Arenas made outside `bytes`.
    List<Finding> arenas() {
        return accesses(Room.BYTES, access -> isOwnedBy(access, "java.lang.foreign.Arena")
                && (access.getName().startsWith("of") || access.getName().equals("global")));
    }

    /// Use of the process's own output.
    List<Finding> printing() {
        return accesses(Room.CLI, access -> isOwnedBy(access, "java.lang.System")
                && (access.getName().equals("out") || access.getName().equals("err")));
    }

    /// Names that say nothing.
    List<Finding> emptyNames() {
        return classes.stream()
                .filter(it -> EMPTY_NAMES.stream().anyMatch(it.getSimpleName()::endsWith))
                .map(it -> finding(it, "a name that says nothing: " + it.getSimpleName()))
                .toList();
    }

    private List<Finding> accesses(Room home, Predicate<JavaAccess<?>> breach) {
        var findings = new ArrayList<Finding>();
        for (JavaClass from : classes) {
            if (roomOf(from).filter(home::equals).isPresent()) {
                continue;
            }
            var accesses = new ArrayList<JavaAccess<?>>(from.getAccessesFromSelf());
            from.getMethodReferencesFromSelf().forEach(accesses::add);
            from.getConstructorReferencesFromSelf().forEach(accesses::add);
            accesses.stream()
                    .filter(breach)
                    .map(access -> finding(from, access.getDescription()))
                    .distinct()
                    .forEach(findings::add);
        }
        return findings;
    }

    private Optional<Room> roomOf(JavaClass type) {
        return Room.ofPackage(root, type.getBaseComponentType().getPackageName());
    }

    private Finding finding(JavaClass from, String message) {
        JavaClass top = from;
        while (top.getEnclosingClass().isPresent()) {
            top = top.getEnclosingClass().get();
        }
        String module = roomOf(from).map(Room::module).orElse(from.getPackageName());
        return new Finding(module + "/" + top.getSimpleName(), message);
    }

    private static boolean isOwnedBy(JavaAccess<?> access, String className) {
        return access.getTargetOwner().getFullName().equals(className);
    }

    /// Members of one class, or of all in one package, that must not be reached.
    ///
    /// @param owner   a class, or a package when it ends with a dot
    /// @param names   members' names; a `*` ends the comparison
    /// @param allowed which of the calls are harmless all the same
    private record Ambient(String owner, List<String> names, Predicate<JavaAccess<?>> allowed) {

        static Ambient of(String owner, String... names) {
            return new Ambient(owner, List.of(names), _ -> false);
        }

        static Ambient withoutArguments(String owner, String name) {
            return new Ambient(owner, List.of(name), access -> !access.getTarget()
                    .getFullName()
                    .endsWith("()"));
        }

        static Ambient withoutClock(String owner, String name) {
            return new Ambient(owner, List.of(name), access -> access.getTarget()
                    .getFullName()
                    .endsWith("(java.time.Clock)"));
        }

        boolean is(JavaAccess<?> access) {
            String type = access.getTargetOwner().getFullName();
            boolean owned = owner.endsWith(".") ? type.startsWith(owner) : type.equals(owner);
            return owned && names.stream().anyMatch(it -> named(it, access.getName()))
                    && !allowed.test(access);
        }

        private static boolean named(String pattern, String name) {
            return pattern.endsWith("*")
                    ? name.startsWith(pattern.substring(0, pattern.length() - 1))
                    : name.equals(pattern);
        }
    }
}
