package dev.varve.door.resp;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/// Who the server is under TLS, and whose clients it takes: a chain of certificates with the
/// private key of the first one. Speaks TLS 1.3 and 1.2, nothing older.
///
/// Immutable.
public final class TlsIdentity {
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    /// Clients resume with tickets that they keep themselves; few need room here.
    private static final long SESSIONS = 1024;

    private static final byte[] SAMPLE = {'v', 'a', 'r', 'v', 'e'};

    private final SslContext context;
    private final Instant validUntil;

    private TlsIdentity(SslContext context, Instant validUntil) {
        this.context = context;
        this.validUntil = validUntil;
    }

    /// @param chain             the server's certificate, then those that vouch for it; not empty
    /// @param key               the private key of the first one
    /// @param clientAuthorities whose certificates clients must show; none asks them for none
    /// @throws StorageException CONFIG if TLS cannot be spoken with these
    public static TlsIdentity of(
            List<X509Certificate> chain,
            PrivateKey key,
            List<X509Certificate> clientAuthorities) {
        try {
            var builder = SslContextBuilder
                    .forServer(key, chain.toArray(X509Certificate[]::new))
                    .sslProvider(SslProvider.JDK)
                    .protocols(PROTOCOLS)
                    .sessionCacheSize(SESSIONS);
            if (!clientAuthorities.isEmpty()) {
                builder.clientAuth(ClientAuth.REQUIRE)
                        .trustManager(clientAuthorities.toArray(X509Certificate[]::new));
            }
            var earliest = chain.stream()
                    .map(certificate -> certificate.getNotAfter().toInstant())
                    .min(Instant::compareTo)
                    .orElseThrow();
            return new TlsIdentity(builder.build(), earliest);
        } catch (SSLException | IllegalArgumentException e) {
            throw new StorageException(
                    Kind.CONFIG, "the certificates must be fit for TLS, each signed by the next: "
                            + reason(e),
                    e);
        }
    }

    /// The innermost message, because those around it say only that something failed.
    private static String reason(Throwable failure) {
        var innermost = failure;
        for (var cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            innermost = cause;
        }
        return innermost.getClass().getSimpleName() + " (" + innermost.getMessage() + ")";
    }

    /// Whether a private key is the counterpart of a certificate's public key. False also for
    /// kinds of keys other than RSA, elliptic curves and Ed25519.
    public static boolean belongTogether(X509Certificate certificate, PrivateKey key) {
        PublicKey open = certificate.getPublicKey();
        var algorithm = switch (open.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> open.getAlgorithm();
        };
        try {
            var signer = Signature.getInstance(algorithm);
            signer.initSign(key);
            signer.update(SAMPLE);
            byte[] signature = signer.sign();
            signer.initVerify(open);
            signer.update(SAMPLE);
            return signer.verify(signature);
        } catch (GeneralSecurityException _) {
            return false;
        }
    }

    /// When the first certificate of the chain expires.
    public Instant validUntil() {
        return validUntil;
    }

    /// What encrypts one connection.
    ///
    /// @param handshakes does the arithmetic of handshakes, which takes too long for a loop
    /// @param wait       a client that has not finished its handshake by then is closed
    SslHandler handler(ByteBufAllocator allocator, Executor handshakes, Duration wait) {
        var handler = context.newHandler(allocator, handshakes);
        handler.setHandshakeTimeout(wait.toMillis(), TimeUnit.MILLISECONDS);
        return handler;
    }
}
