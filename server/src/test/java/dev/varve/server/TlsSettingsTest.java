package dev.varve.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.varve.env.Clock;
import dev.varve.env.StorageException;
import dev.varve.testkit.TestCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The settings about TLS, and the files that they name.
class TlsSettingsTest {
    private static final TestCertificate OWN = TestCertificate.elliptic();

    @TempDir
    private Path folder;

    private final Map<Setting, List<String>> arguments = new EnumMap<>(Setting.class);

    @BeforeEach
    void startInAnEmptyFolder() {
        argument(Setting.DATA, folder.resolve("data").toString());
    }

    @Test
    void offersNoTlsByItself() {
        assertThat(read().respTls()).isEmpty();
    }

    @Test
    void offersTlsWithACertificateAndItsKey() throws IOException {
        give(OWN.certificatePem(), OWN.keyPem());
        var tls = read().respTls().orElseThrow();
        assertThat(tls.endpoint()).isEqualTo(new Endpoint("127.0.0.1", 6380));
        assertThat(tls.identity().validUntil())
                .isEqualTo(OWN.certificate().getNotAfter().toInstant());
    }

    @Test
    void listensForTlsElsewhereThanWithout() throws IOException {
        give(OWN.certificatePem(), OWN.keyPem());
        argument(Setting.RESP_TLS_HOST, "0.0.0.0");
        argument(Setting.RESP_TLS_PORT, "7000");
        argument(Setting.RESP_USER, "ann=secret");
        var settings = read();
        assertThat(settings.resp()).isEqualTo(new Endpoint("127.0.0.1", 6379));
        assertThat(settings.respTls().orElseThrow().endpoint())
                .isEqualTo(new Endpoint("0.0.0.0", 7000));
    }

    @Test
    void readsTheOlderFormsOfKeysAndWhatStandsBetweenSections() throws IOException {
        var rsa = TestCertificate.rsa();
        give("Bag Attributes\n" + OWN.certificatePem() + "and more\n",
                "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
                        + TestCertificate.pem("EC PRIVATE KEY", inner(OWN.key().getEncoded())));
        assertThat(read().respTls()).isPresent();
        give(rsa.certificatePem(),
                TestCertificate.pem("RSA PRIVATE KEY", inner(rsa.key().getEncoded())));
        assertThat(read().respTls()).isPresent();
        var edwards = TestCertificate.edwards();
        give(edwards.certificatePem(), edwards.keyPem().replace("\n", "\r\n"));
        assertThat(read().respTls()).isPresent();
    }

    @Test
    void wantsTheCertificateAndTheKeyTogether() throws IOException {
        var files = give(OWN.certificatePem(), OWN.keyPem());
        arguments.remove(Setting.RESP_TLS_KEY);
        assertThat(problems()).containsExactly("resp-tls-cert (" + files.getFirst()
                + ") from --resp-tls-cert must be given together with resp-tls-key");
        arguments.remove(Setting.RESP_TLS_CERT);
        argument(Setting.RESP_TLS_KEY, files.getLast().toString());
        assertThat(problems()).containsExactly("resp-tls-key (" + files.getLast()
                + ") from --resp-tls-key must be given together with resp-tls-cert");
    }

    @ParameterizedTest
    @EnumSource(value = Setting.class,
            names = {"RESP_TLS_PORT", "RESP_TLS_HOST", "RESP_TLS_CLIENT_CA"})
    void refusesSettingsOfTlsWithoutACertificate(Setting setting) {
        argument(setting, "7000");
        assertThat(problems()).containsExactly(setting.key() + " (7000) from --" + setting.key()
                + " must be given together with resp-tls-cert and resp-tls-key");
    }

    @Test
    void refusesToListenElsewhereWithoutUsers() throws IOException {
        give(OWN.certificatePem(), OWN.keyPem());
        argument(Setting.RESP_TLS_HOST, "0.0.0.0");
        assertThat(problems()).containsExactly(
                "resp-tls-host (0.0.0.0) from --resp-tls-host must be a loopback address, because"
                        + " no resp-user is set and anyone could read and write");
        arguments.remove(Setting.RESP_TLS_HOST);
        argument(Setting.RESP_HOST, "0.0.0.0");
        assertThat(problems()).containsExactly(
                "resp-host (0.0.0.0) from --resp-host must be a loopback address, because"
                        + " no resp-user is set and anyone could read and write");
    }

    @Test
    void refusesThePortOfAnotherDoor() throws IOException {
        give(OWN.certificatePem(), OWN.keyPem());
        argument(Setting.RESP_PORT, "6380");
        assertThat(problems()).containsExactly("resp-tls-port (6380) from the defaults must be"
                + " another port than resp-port");
    }

    @Test
    void refusesFilesThatAreNotThere() throws IOException {
        var files = give(OWN.certificatePem(), OWN.keyPem());
        argument(Setting.RESP_TLS_CLIENT_CA, folder.resolve("absent").toString());
        assertThat(problems()).containsExactly("resp-tls-client-ca (" + folder.resolve("absent")
                + ") from --resp-tls-client-ca must be the path of a file that exists");
        Files.delete(files.getLast());
        arguments.remove(Setting.RESP_TLS_CLIENT_CA);
        assertThat(problems()).containsExactly("resp-tls-key (" + files.getLast()
                + ") from --resp-tls-key must be the path of a file that exists");
        argument(Setting.RESP_TLS_CERT, folder.toString());
        assertThat(problems()).singleElement()
                .asString()
                .startsWith("resp-tls-cert (" + folder
                        + ") from --resp-tls-cert must be a file that can be read: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no PEM at all", "-----BEGIN CERTIFICATE-----\nabc"})
    void refusesFilesWithoutACertificate(String text) throws IOException {
        give(text, OWN.keyPem());
        assertProblem(Setting.RESP_TLS_CERT, "a PEM file with a certificate (BEGIN CERTIFICATE)");
    }

    @Test
    void refusesCertificatesThatAreDamaged() throws IOException {
        var whole = OWN.certificatePem();
        for (var damaged : List.of(
                whole.replaceFirst("\n.", "\n!"),
                whole.substring(0, 200) + whole.substring(whole.indexOf("\n-----END")))) {
            give(damaged, OWN.keyPem());
            assertProblem(Setting.RESP_TLS_CERT, "a PEM file whose CERTIFICATE is whole");
        }
    }

    @Test
    void refusesCertificatesThatAreNotValidNow() throws IOException {
        var expired = TestCertificate.expired();
        give(expired.certificatePem(), expired.keyPem());
        assertProblem(Setting.RESP_TLS_CERT, "valid now; CN=expired is valid from "
                + expired.certificate().getNotBefore().toInstant() + " to "
                + expired.certificate().getNotAfter().toInstant());
        var future = TestCertificate.of(
                "future", "-keyalg", "EC", "-groupname", "secp256r1", "-startdate", "+10d");
        give(future.certificatePem(), future.keyPem());
        assertThat(problems()).singleElement().asString().contains("CN=future is valid from");
        assertThat(future.certificate().getNotBefore().toInstant())
                .isAfter(expired.certificate()
                        .getNotAfter()
                        .toInstant()
                        .plus(
                                1, ChronoUnit.DAYS));
    }

    @Test
    void refusesTheKeyOfAnotherCertificate() throws IOException {
        give(OWN.certificatePem(), TestCertificate.other().keyPem());
        assertProblem(Setting.RESP_TLS_KEY,
                "the private key of the first certificate in resp-tls-cert");
        give(OWN.certificatePem(), TestCertificate.rsa().keyPem());
        assertProblem(Setting.RESP_TLS_KEY, "a private key of the certificate's kind, EC");
        give(TestCertificate.rsa().certificatePem() + OWN.certificatePem(), OWN.keyPem());
        assertProblem(Setting.RESP_TLS_KEY, "a private key of the certificate's kind, RSA");
    }

    @Test
    void refusesFilesWithoutAKeyThatItCanUse() throws IOException {
        var one = "a PEM file with one private key (BEGIN PRIVATE KEY)";
        give(OWN.certificatePem(), OWN.certificatePem());
        assertProblem(Setting.RESP_TLS_KEY, one);
        give(OWN.certificatePem(), OWN.keyPem() + OWN.keyPem());
        assertProblem(Setting.RESP_TLS_KEY, one);
        give(OWN.certificatePem(), OWN.keyPem().replace("PRIVATE", "ENCRYPTED PRIVATE"));
        assertProblem(Setting.RESP_TLS_KEY, "a private key without a passphrase");
        give(OWN.certificatePem(), """
                -----BEGIN EC PRIVATE KEY-----
                Proc-Type: 4,ENCRYPTED
                DEK-Info: AES-256-CBC,00

                AAAA
                -----END EC PRIVATE KEY-----
                """);
        assertProblem(Setting.RESP_TLS_KEY, "a private key without a passphrase");
        for (var label : List.of("PRIVATE KEY", "EC PRIVATE KEY")) {
            give(OWN.certificatePem(), TestCertificate.pem(label, new byte[]{1, 2, 3}));
            assertProblem(Setting.RESP_TLS_KEY, "a private key of the certificate's kind, EC");
        }
    }

    @Test
    void refusesFilesThatAreFarTooLong() throws IOException {
        give(OWN.certificatePem() + " ".repeat(2 << 20), OWN.keyPem());
        assertProblem(Setting.RESP_TLS_CERT, "a PEM file, and shorter than 1 MiB");
        give(OWN.certificatePem(), TestCertificate.pem("PRIVATE KEY", new byte[100_000]));
        assertProblem(Setting.RESP_TLS_KEY, "a private key of at most 32768 bytes");
    }

    @Test
    void refusesCertificatesThatDoNotVouchForEachOther() throws IOException {
        give(OWN.certificatePem() + TestCertificate.rsa().certificatePem(), OWN.keyPem());
        assertThat(problems()).singleElement()
                .asString()
                .contains("usable with its key, but the certificates must be fit for TLS, each"
                        + " signed by the next: ");
    }

    /// The content of the last part of PKCS#8, which is the key in its older form.
    private static byte[] inner(byte[] pkcs8) {
        for (int at = 0; at < pkcs8.length; at++) {
            // An OCTET STRING that reaches to the end, and holds a SEQUENCE.
            int header = (pkcs8[at + 1] & 0xff) < 0x80 ? 2 : 2 + (pkcs8[at + 1] & 0x7f);
            if (pkcs8[at] == 4 && pkcs8[at + header] == 0x30) {
                return Arrays.copyOfRange(pkcs8, at + header, pkcs8.length);
            }
        }
        throw new AssertionError();
    }

    private List<Path> give(String certificate, String key) throws IOException {
        var files = List.of(
                Files.writeString(folder.resolve("cert.pem"), certificate),
                Files.writeString(folder.resolve("key.pem"), key));
        argument(Setting.RESP_TLS_CERT, files.getFirst().toString());
        argument(Setting.RESP_TLS_KEY, files.getLast().toString());
        return files;
    }

    private void argument(Setting setting, String text) {
        arguments.put(setting, List.of(text));
    }

    private Settings read() {
        var machine = new Machine(16L << 30, _ -> 60L << 30);
        return new SettingsReader(machine, Clock.system(), Map.of())
                .read(arguments, Optional.empty());
    }

    private void assertProblem(Setting setting, String what) {
        assertThat(problems()).containsExactly(setting.key() + " ("
                + arguments.getOrDefault(setting, List.of()).getFirst() + ") from --"
                + setting.key() + " must be "
                + what);
    }

    private List<String> problems() {
        var refusal = catchThrowableOfType(StorageException.class, this::read);
        assertThat(refusal.kind()).isEqualTo(StorageException.Kind.CONFIG);
        return String.valueOf(refusal.getMessage()).lines().toList();
    }
}
