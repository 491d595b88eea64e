package dev.varve.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// A self-signed certificate for `localhost` and `127.0.0.1` with its private key, made by the
/// JDK's own keytool; each kind is made once in a process.
///
/// Immutable.
public record TestCertificate(X509Certificate certificate, PrivateKey key) {
    private static final Map<List<String>, TestCertificate> MADE = new ConcurrentHashMap<>();
    /// Of every store that this class writes.
    public static final String PASSWORD = "changeit";

    /// One on an elliptic curve.
    public static TestCertificate elliptic() {
        return of("one", "-keyalg", "EC", "-groupname", "secp256r1", "-validity", "365");
    }

    /// A second one of the same kind.
    public static TestCertificate other() {
        return of("other", "-keyalg", "EC", "-groupname", "secp256r1", "-validity", "300");
    }

    public static TestCertificate rsa() {
        return of("rsa", "-keyalg", "RSA", "-keysize", "2048", "-validity", "365");
    }

    public static TestCertificate edwards() {
        return of("edwards", "-keyalg", "Ed25519", "-validity", "365");
    }

    /// One that was valid for a day, nine days ago.
    public static TestCertificate expired() {
        return of("expired", "-keyalg", "EC", "-groupname", "secp256r1", "-startdate", "-10d",
                "-validity", "1");
    }

    /// @param name    the certificate's common name
    /// @param options further ones for `keytool -genkeypair`
    public static TestCertificate of(String name, String... options) {
        var all = new ArrayList<String>();
        all.add(name);
        all.addAll(List.of(options));
        return MADE.computeIfAbsent(List.copyOf(all), TestCertificate::make);
    }

    /// The certificate's section of a PEM file.
    public String certificatePem() {
        try {
            return pem("CERTIFICATE", certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The key's section of a PEM file, as PKCS#8.
    public String keyPem() {
        return pem("PRIVATE KEY", key.getEncoded());
    }

    /// A section of a PEM file.
    public static String pem(String label, byte[] content) {
        return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(content)
                + "\n-----END " + label + "-----\n";
    }

    /// A client's side of TLS that takes this server and, if `self` is one, shows it.
    ///
    /// @param self who the client is; none shows no certificate
    public SSLContext client(TestCertificate... self) {
        try {
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted());
            var own = emptyStore();
            for (var it : self) {
                own.setKeyEntry("self", it.key, password(), new X509Certificate[]{it.certificate});
            }
            var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(own, password());
            var context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Writes a PKCS#12 file for clients who trust this server.
    ///
    /// @return the file
    public Path writeTrustStore(Path file) {
        try (var out = Files.newOutputStream(file)) {
            trusted().store(out, password());
            return file;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private KeyStore trusted() throws IOException, GeneralSecurityException {
        var trusted = emptyStore();
        trusted.setCertificateEntry("server", certificate);
        return trusted;
    }

    private static char[] password() {
        return PASSWORD.toCharArray();
    }

    private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, password());
        return store;
    }

    private static TestCertificate make(List<String> nameAndOptions) {
        try {
            var folder = Files.createTempDirectory("varve-certificate");
            var file = folder.resolve("store.p12");
            try {
                keytool(file, nameAndOptions);
                var store = KeyStore.getInstance("PKCS12");
                try (var in = Files.newInputStream(file)) {
                    store.load(in, password());
                }
                return new TestCertificate(
                        (X509Certificate) store.getCertificate("own"),
                        (PrivateKey) store.getKey("own", password()));
            } finally {
                Files.deleteIfExists(file);
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void keytool(Path file, List<String> nameAndOptions)
            throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair", "-alias", "own", "-dname", "CN=" + nameAndOptions.getFirst(),
                "-ext", "san=dns:localhost,ip:127.0.0.1", "-storetype", "PKCS12", "-keystore",
                file.toString(), "-storepass", PASSWORD));
        command.addAll(nameAndOptions.subList(1, nameAndOptions.size()));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(
                process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("keytool failed: " + output);
        }
    }
}
