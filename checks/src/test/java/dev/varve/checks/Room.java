package dev.varve.checks;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;

/// The rooms of the house, and the one direction in which they may know each other. A room can only
/// name rooms above it, so this table cannot hold a cycle.
///
/// Immutable.
enum Room {
    /// Owned off-heap memory.
    BYTES("bytes"),
    /// Clock, randomness, tasks and files.
    ENV("env", BYTES),
    /// Pure placement decisions: sees nobody.
    POLICY("policy"),
    /// What a tier promises.
    TIER("tier", BYTES, ENV),
    /// Tiers never see each other.
    TIER_FLASH("tier-flash", BYTES, ENV, TIER),
    /// For tests alone: no module ships with it.
    TESTKIT("testkit", BYTES, ENV, TIER),
    /// The format of recorded accesses.
    TRACE("trace", BYTES, ENV),
    /// Never sees a concrete tier.
    ENGINE("engine", BYTES, ENV, TIER, POLICY),
    /// Constructs the tiers.
    STORE("store", BYTES, ENV, TIER, POLICY, ENGINE, TIER_FLASH),
    /// Doors never see each other.
    DOOR_RESP("door-resp", BYTES, ENV, ENGINE),
    /// Doors never see each other.
    DOOR_S3("door-s3", BYTES, ENV, ENGINE),
    /// Doors never see each other.
    DOOR_LOCAL("door-local", BYTES, ENV, ENGINE),
    /// What a program on the same host embeds: sees nobody.
    CLIENT_LOCAL("client-local", "clients/java"),
    /// Wires doors onto a store.
    SERVER("server", BYTES, ENV, TIER, TRACE, POLICY, ENGINE, STORE, DOOR_RESP, DOOR_S3,
            DOOR_LOCAL),
    /// Replays and simulates; may construct tiers.
    REPLAY("replay", BYTES, ENV, TIER, TRACE, POLICY, ENGINE, TIER_FLASH),
    /// The command.
    CLI("cli", BYTES, ENV, TIER, TRACE, POLICY, ENGINE, STORE, DOOR_RESP, DOOR_S3, DOOR_LOCAL,
            SERVER,
            REPLAY),
    /// Measures everything; nothing depends on it.
    BENCH("bench", BYTES, ENV, POLICY, TIER, TRACE, TIER_FLASH, ENGINE, STORE, DOOR_RESP, DOOR_S3,
            DOOR_LOCAL, CLIENT_LOCAL, SERVER, REPLAY, CLI),
    /// These tests.
    CHECKS("checks");

    private final String module;
    private final String folder;
    @SuppressWarnings("ImmutableEnumChecker") // made by Set.of, which the checker cannot see
    private final Set<Room> sees;

    Room(String module, Room... sees) {
        this(module, module, sees);
    }

    Room(String module, String folder, Room... sees) {
        this.module = module;
        this.folder = folder;
        this.sees = Set.of(sees);
    }

    /// The Maven module's name, without what all of them begin with.
    String module() {
        return module;
    }

    /// The Maven module's folder, from the root.
    String folder() {
        return folder;
    }

    /// The package that the room's classes are in or under, below `root`.
    String packageUnder(String root) {
        return root + "." + module.replace('-', '.');
    }

    boolean maySee(Room other) {
        return other == this || sees.contains(other);
    }

    /// The room of a package: the one with the longest matching name.
    static Optional<Room> ofPackage(String root, String packageName) {
        return Arrays.stream(values())
                .filter(room -> (packageName + ".").startsWith(room.packageUnder(root) + "."))
                .max(Comparator.comparingInt(room -> room.module.length()));
    }

    static Optional<Room> ofFolder(String folder) {
        return Arrays.stream(values()).filter(room -> room.folder.equals(folder)).findFirst();
    }

    static Optional<Room> ofModule(String module) {
        return Arrays.stream(values()).filter(room -> room.module.equals(module)).findFirst();
    }
}
