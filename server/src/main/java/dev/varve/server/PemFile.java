package dev.varve.server;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/// What a PEM file holds: sections of Base64 between lines that say what it is.
///
/// Immutable.
final class PemFile {
    /// Far more than any chain of certificates takes.
    private static final long MOST_BYTES = 1 << 20;

    private static final int MOST_KEY_BYTES = 32 << 10;

    private static final Pattern SECTION = Pattern.compile(
            "-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);
    private static final String CERTIFICATE = "CERTIFICATE";
    private static final String PRIVATE_KEY = "PRIVATE KEY";

    private static final int DER_INTEGER = 0x02;
    private static final int DER_OCTETS = 0x04;
    private static final int DER_SEQUENCE = 0x30;

    private final List<Section> sections;

    private record Section(String label, String text) {}

    /// The file cannot be used; the message ends the sentence "… must be".
    static final class Unfit extends Exception {
        private static final long serialVersionUID = 1;

        Unfit(String message) {
            super(message);
        }
    }

    private PemFile(List<Section> sections) {
        this.sections = sections;
    }

    static PemFile read(Path file) throws Unfit {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new Unfit("a PEM file, and shorter than 1 MiB");
            }
            var text = Files.readString(file, StandardCharsets.ISO_8859_1);
            var sections = SECTION.matcher(text)
                    .results()
                    .map(match -> new Section(match.group(1), match.group(2)))
                    .toList();
            return new PemFile(sections);
        } catch (NoSuchFileException _) {
            throw new Unfit("the path of a file that exists");
        } catch (IOException e) {
            throw new Unfit("a file that can be read: " + e.getClass().getSimpleName());
        }
    }

    /// All certificates in their order; at least one.
    List<X509Certificate> certificates() throws Unfit {
        var certificates = new ArrayList<X509Certificate>();
        for (var section : sections) {
            if (section.label.equals(CERTIFICATE)) {
                certificates.add(certificate(bytes(section)));
            }
        }
        if (certificates.isEmpty()) {
            throw new Unfit("a PEM file with a certificate (BEGIN CERTIFICATE)");
        }
        return certificates;
    }

    /// The private key, as PKCS#8 or in the older forms of RSA and elliptic curves.
    ///
    /// @param counterpart its public key, which tells what the older forms do not
    PrivateKey privateKey(PublicKey counterpart) throws Unfit {
        var keys = sections.stream().filter(it -> it.label.endsWith(PRIVATE_KEY)).toList();
        if (keys.size() != 1) {
            throw new Unfit("a PEM file with one private key (BEGIN PRIVATE KEY)");
        }
        var section = keys.getFirst();
        if (section.label.startsWith("ENCRYPTED") || section.text.contains("ENCRYPTED")) {
            throw new Unfit("a private key without a passphrase");
        }
        byte[] encoded = bytes(section);
        if (encoded.length > MOST_KEY_BYTES) {
            throw new Unfit("a private key of at most " + MOST_KEY_BYTES + " bytes");
        }
        if (!section.label.equals(PRIVATE_KEY)) {
            encoded = pkcs8(encoded, counterpart);
        }
        try {
            return KeyFactory.getInstance(counterpart.getAlgorithm())
                    .generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (GeneralSecurityException _) {
            throw new Unfit("a private key of the certificate's kind, "
                    + counterpart.getAlgorithm());
        }
    }

    private static byte[] bytes(Section section) throws Unfit {
        try {
            return Base64.getDecoder().decode(section.text.replaceAll("\\s", ""));
        } catch (IllegalArgumentException _) {
            throw new Unfit("a PEM file whose " + section.label + " is whole");
        }
    }

    private static X509Certificate certificate(byte[] encoded) throws Unfit {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(encoded));
        } catch (GeneralSecurityException _) {
            throw new Unfit("a PEM file whose " + CERTIFICATE + " is whole");
        }
    }

    /// The key in the envelope of PKCS#8: `SEQUENCE { 0, kind of key, OCTET STRING { key } }`. The
    /// kind stands in the public key as well: `SEQUENCE { kind of key, … }`.
    private static byte[] pkcs8(byte[] key, PublicKey counterpart) {
        var open = ByteBuffer.wrap(counterpart.getEncoded());
        enter(open);
        int begin = open.position();
        int length = enter(open);
        byte[] kind = new byte[open.position() - begin + length];
        open.get(begin, kind);
        byte[] zero = {DER_INTEGER, 1, 0};
        return der(DER_SEQUENCE, zero, kind, der(DER_OCTETS, key));
    }

    /// Passes over the tag and the length of what comes; returns the length.
    private static int enter(ByteBuffer der) {
        der.get();
        int first = der.get() & 0xff;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int i = 0; i < (first & 0x7f); i++) {
            length = (length << 8) | (der.get() & 0xff);
        }
        return length;
    }

    private static byte[] der(int tag, byte[]... parts) {
        int length = 0;
        for (var part : parts) {
            length += part.length;
        }
        var der = ByteBuffer.allocate(4 + length).put((byte) tag);
        if (length < 0x80) {
            der.put((byte) length);
        } else if (length < 0x100) {
            der.put((byte) 0x81).put((byte) length);
        } else {
            der.put((byte) 0x82).putShort((short) length);
        }
        for (var part : parts) {
            der.put(part);
        }
        return Arrays.copyOf(der.array(), der.position());
    }
}
