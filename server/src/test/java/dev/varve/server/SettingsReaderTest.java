package dev.varve.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.varve.engine.AdmissionSettings;
import dev.varve.engine.EngineSettings;
import dev.varve.engine.PlacementGoal;
import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.policy.PolicyName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsReaderTest {
    private static final long GIB = 1L << 30;

    @TempDir
    private Path folder;

    private final Map<String, String> environment = new HashMap<>();
    private final Map<Setting, List<String>> arguments = new EnumMap<>(Setting.class);
    private Machine machine = new Machine(16 * GIB, path -> 60 * GIB);
    private Optional<Path> config = Optional.empty();

    @BeforeEach
    void startInAnEmptyFolder() {
        argument(Setting.DATA, folder.resolve("data").toString());
    }

    @Test
    void takesItsDefaultsFromTheMachine() {
        var settings = read();

        assertThat(settings.store().memoryBytes()).isEqualTo(4 * GIB);
        assertThat(settings.store().flashBytes()).isEqualTo(30 * GIB);
        assertThat(settings.store().eviction()).isEmpty();
        assertThat(settings.store().engine().admission()).isEqualTo(AdmissionSettings.DEFAULT);
        assertThat(settings.store().engine().lease()).isEqualTo(EngineSettings.DEFAULT.lease());
        assertThat(settings.store().directIo()).isTrue();
        assertThat(settings.resp()).isEqualTo(new Endpoint("127.0.0.1", 6379));
        assertThat(settings.respUsers()).isEmpty();
        assertThat(settings.s3()).isEqualTo(new Endpoint("127.0.0.1", 9000));
        assertThat(settings.admin()).isEqualTo(new Endpoint("127.0.0.1", 9100));
    }

    @Test
    void readsHowManyThreadsServeTheRedisDoor() {
        assertThat(read().respThreads()).as("one a core").isZero();
        argument(Setting.RESP_THREADS, "1");
        assertThat(read().respThreads()).isEqualTo(1);
    }

    @Test
    void readsWhatMayBeWrittenToFlash() {
        argument(Setting.ADMISSION, "selective");
        argument(Setting.FLASH_WRITES_PER_DAY, "500g");
        argument(Setting.LEASE, "250");
        assertThat(read().store().engine().admission())
                .isEqualTo(new AdmissionSettings(AdmissionSettings.Mode.SELECTIVE, 500 * GIB));
        assertThat(read().store().engine().lease()).isEqualTo(Duration.ofMillis(250));
    }

    @Test
    void readsWhatPlacementIsAfter() {
        assertThat(read().store().engine().goal()).isEqualTo(new PlacementGoal.Latency());
        argument(Setting.GOAL, "energy");
        assertThat(read().store().engine().goal()).isEqualTo(new PlacementGoal.Energy(1.2));
        argument(Setting.GOAL_SLACK, "1.5");
        assertThat(read().store().engine().goal()).isEqualTo(new PlacementGoal.Energy(1.5));
    }

    @Test
    void writesOnlyWhatIsLikelyToReturnForEnergyUnlessItIsToldOtherwise() {
        argument(Setting.GOAL, "energy");
        assertThat(read().store().engine().admission().mode())
                .isEqualTo(AdmissionSettings.Mode.SELECTIVE);
        argument(Setting.ADMISSION, "all");
        assertThat(read().store().engine().admission().mode())
                .isEqualTo(AdmissionSettings.Mode.ALL);
    }

    @Test
    void boundsTheDefaultForFlash() {
        machine = new Machine(16 * GIB, path -> 9000 * GIB);
        assertThat(read().store().flashBytes()).isEqualTo(100 * GIB);
        machine = new Machine(16 * GIB, path -> 0);
        assertThat(read().store().flashBytes()).isEqualTo(64 << 20);
    }

    @Test
    void letsTheCommandLineWinOverTheEnvironmentAndThatOverTheFile() throws IOException {
        file("memory = 1g", "flash = 1g", "eviction = lru", "resp-port = 7001");
        environment.put("VARVE_MEMORY", "2g");
        environment.put("VARVE_FLASH", "2g");
        argument(Setting.MEMORY, "3g");

        var settings = read();

        assertThat(settings.store().memoryBytes()).isEqualTo(3 * GIB);
        assertThat(settings.store().flashBytes()).isEqualTo(2 * GIB);
        assertThat(settings.store().eviction()).contains(PolicyName.LRU);
        assertThat(settings.resp().port()).isEqualTo(7001);
    }

    @ParameterizedTest
    @EnumSource
    void knowsEachPolicyByItsName(PolicyName eviction) {
        argument(Setting.EVICTION, eviction.text());
        assertThat(read().store().eviction()).contains(eviction);
    }

    @Test
    void takesNoPolicyInParticularWhereItIsToldAuto() {
        argument(Setting.EVICTION, "auto");
        assertThat(read().store().eviction()).isEmpty();
    }

    @Test
    void readsTheFileOfTheDataFolderWhereNoOtherIsNamed() throws IOException {
        var data = Files.createDirectory(folder.resolve("data"));
        Files.writeString(data.resolve("varve.conf"), "memory = 77m\n");
        assertThat(read().store().memoryBytes()).isEqualTo(77 << 20);

        file("memory = 88m");
        assertThat(read().store().memoryBytes()).isEqualTo(88 << 20);
    }

    @Test
    void readsTheFileThatTheEnvironmentNames() throws IOException {
        file("memory = 99m");
        environment.put("VARVE_CONFIG", config.orElseThrow().toString());
        config = Optional.empty();
        assertThat(read().store().memoryBytes()).isEqualTo(99 << 20);
    }

    @Test
    void gathersUsersFromAllSources() throws IOException {
        file("resp-user.anna = from=file", "resp-user.bert = old");
        environment.put("VARVE_RESP_USER_bert", "new");
        argument(Setting.RESP_USER, "carl=p=q");

        assertThat(read().respUsers())
                .isEqualTo(Map.of("anna", "from=file", "bert", "new", "carl", "p=q"));
    }

    @Test
    void listensElsewhereOnceThereIsAUser() {
        argument(Setting.RESP_HOST, "0.0.0.0");
        argument(Setting.RESP_USER, "anna=secret");
        assertThat(read().resp().host()).isEqualTo("0.0.0.0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1", "no.such.host.invalid"})
    void refusesToListenElsewhereWithoutUsers(String host) {
        argument(Setting.RESP_HOST, host);
        assertThat(problems()).containsExactly(
                "resp-host (" + host + ") from --resp-host must be a loopback address, because no"
                        + " resp-user is set and anyone could read and write");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "localhost", "::1"})
    void listensOnLoopbackWithoutUsers(String host) {
        argument(Setting.RESP_HOST, host);
        assertThat(read().resp().host()).isEqualTo(host);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "MEMORY     | 5x        | a size such as 512m, 20g or 1.5t",
            "MEMORY     | -1        | a size such as 512m, 20g or 1.5t",
            "MEMORY     | 1m        | at least 16 MiB",
            "MEMORY     | 17g       | at most 16 GiB, what this machine has",
            "FLASH      | lots      | a size such as 512m, 20g or 1.5t",
            "FLASH      | 63m       | at least 64 MiB",
            "EVICTION   | random    | auto, fifo, lru, sieve, s3-fifo, arc, lirs, clock-pro-plus,"
                    + " w-tinylfu, gdsf, learned, chain, epoch",
            "GOAL       | speed     | latency or energy",
            "COMPRESSION | zip      | auto, always or never",
            "GOAL_SLACK | 0.9       | a number from 1 to 100",
            "GOAL_SLACK | some      | a number from 1 to 100",
            "ADMISSION  | most      | all or selective",
            "FLASH_WRITES_PER_DAY | lots | a size such as 512m, 20g or 1.5t",
            "FLASH_WRITES_PER_DAY | 1k | at least 1 MiB",
            "LEASE      | -1        | a number of milliseconds from 0 to 600000",
            "LEASE      | 10s       | a number of milliseconds from 0 to 600000",
            "S3_ETAG    | sha1      | md5 or fast",
            "DIRECT_IO  | maybe     | true or false",
            "RESP_PORT  | 70000     | a port from 0 to 65535",
            "RESP_THREADS | 0       | a number from 1 to 1024",
            "RESP_THREADS | many    | a number from 1 to 1024",
            "RESP_PORT  | -1        | a port from 0 to 65535",
            "S3_PORT    | tcp://x   | a port from 0 to 65535",
            "ADMIN_PORT | ''        | a port from 0 to 65535",
            "S3_HOST    | a b       | a host name or an address",
            "ADMIN_HOST | ''        | a host name or an address",
            "S3_DOMAIN  | Not/Good  | a domain name in lower case",
            "S3_REGION  | ''        | a region name such as us-east-1",
            "ADMIN_PORT | 6379      | another port than resp-port",
            "LOCAL_SOCKET | ''      | a path of 1 to 107 bytes",
            "DATA       | ''        | the path of a folder"})
    void saysOneLineForABadSetting(Setting setting, String text, String what) {
        argument(setting, text);
        assertThat(problems()).containsExactly(
                setting.key() + " (" + text + ") from --" + setting.key() + " must be " + what);
    }

    @Test
    void opensALocalSocketOnlyWhereOneIsNamed() {
        assertThat(read().localSocket()).isEmpty();
        argument(Setting.LOCAL_SOCKET, "/run/" + "v".repeat(102));
        assertThat(read().localSocket()).isPresent();
        argument(Setting.LOCAL_SOCKET, "/run/" + "v".repeat(103));
        assertThat(problems()).singleElement().asString().contains("must be a path of 1 to 107");
    }

    @Test
    void refusesAFileWhereTheFolderShouldBe() throws IOException {
        var file = Files.createFile(folder.resolve("plain"));
        argument(Setting.DATA, file.toString());
        assertThat(problems())
                .containsExactly("data (" + file + ") from --data must be a folder, not a file");
    }

    @Test
    void saysWhereABadValueCameFrom() throws IOException {
        file("memory = big");
        environment.put("VARVE_S3_PORT", "x");
        assertThat(problems()).containsExactlyInAnyOrder(
                "memory (big) from " + config.orElseThrow()
                        + " must be a size such as 512m, 20g or 1.5t",
                "s3-port (x) from VARVE_S3_PORT must be a port from 0 to 65535");
    }

    @Test
    void refusesUnknownNames() throws IOException {
        file("memmory = 1g", "resp-user = anna");
        environment.put("VARVE_FLASHH", "1g");
        assertThat(problems()).containsExactlyInAnyOrder(
                "memmory in " + config.orElseThrow() + " is not a setting",
                "resp-user in " + config.orElseThrow()
                        + " is not a setting; write resp-user.NAME = PASSWORD",
                "VARVE_FLASHH in the environment is not a setting");
    }

    @Test
    void looksPastVariablesThatAreNotSettings() {
        environment.put("VARVE_JAVA_HOME", "/opt/jdk");
        environment.put("VARVE_HEAP", "1g");
        environment.put("VARVE_PORT", "tcp://10.0.0.1:6379");
        environment.put("VARVE_SERVICE_HOST", "10.0.0.1");
        environment.put("VARVET", "a province");
        assertThat(read().store().memoryBytes()).isEqualTo(4 * GIB);
    }

    @Test
    void refusesUsersWithoutNameOrPassword() {
        argument(Setting.RESP_USER, "anna");
        argument(Setting.RESP_USER, "=secret");
        argument(Setting.RESP_USER, "bert=");
        assertThat(problems()).containsExactly(
                "resp-user from --resp-user must be NAME=PASSWORD",
                "resp-user () from --resp-user must be a name of 1 to 64 printable characters"
                        + " without '='",
                "resp-user (bert) from --resp-user must have a password");
    }

    @Test
    void refusesAFileThatCannotBeRead() {
        config = Optional.of(folder.resolve("absent.conf"));
        assertThat(problems()).singleElement()
                .asString()
                .startsWith(
                        "config (" + folder.resolve("absent.conf") + ") must be a readable file");
    }

    @Test
    void neverShowsAPassword() {
        argument(Setting.RESP_USER, "anna=hunter2");
        assertThat(read().toString()).contains("anna").doesNotContain("hunter2");
    }

    private void argument(Setting setting, String text) {
        if (setting.repeats()) {
            arguments.computeIfAbsent(setting, key -> new ArrayList<>()).add(text);
        } else {
            arguments.put(setting, List.of(text));
        }
    }

    private void file(String... lines) throws IOException {
        config = Optional.of(Files.write(folder.resolve("my.conf"), List.of(lines)));
    }

    private Settings read() {
        return new SettingsReader(machine, Clock.system(), environment).read(arguments, config);
    }

    private List<String> problems() {
        var refusal = catchThrowableOfType(StorageException.class, this::read);
        assertThat(refusal.kind()).isEqualTo(Kind.CONFIG);
        return String.valueOf(refusal.getMessage()).lines().toList();
    }
}
