package dev.varve.door.s3;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/// The S3 door's numbers and names.
///
/// @param host           address to listen on
/// @param port           TCP port to listen on; 0 takes a free one
/// @param region         what clients are told; requests signed for any other region pass as well
/// @param domains        names whose subdomains are buckets (`<bucket>.<domain>`)
/// @param etags          how the ETags of new objects are made
/// @param anonymous      whether requests without a signature are let in, with all rights
/// @param clockSkew      how far a request's time may lie from ours
/// @param limits         what a client may make us hold
/// @param timeouts       how long a client may keep us waiting
///
/// Immutable.
public record S3Settings(
        String host,
        int port,
        String region,
        List<String> domains,
        ETags etags,
        Anonymous anonymous,
        Duration clockSkew,
        Limits limits,
        Timeouts timeouts) {

    /// Loopback, port 9000, `<bucket>.localhost`, MD5 ETags, signed requests only.
    public static final S3Settings DEFAULT = new S3Settings("127.0.0.1", 9000, "us-east-1",
            List.of("localhost"), ETags.MD5, Anonymous.REFUSED, Duration.ofMinutes(15),
            Limits.DEFAULT, Timeouts.DEFAULT);

    /// How the ETag of an object is made that was uploaded in one piece.
    public enum ETags {
        /// The MD5 of the content: what S3 does, at 1.5 core-seconds a gigabyte.
        MD5,
        /// A random number, in the form that tells clients that it is no MD5 (`<32 hex digits>-1`).
        /// Where the client sends a Content-MD5, so that it is computed anyway, the ETag is that.
        FAST
    }

    /// What happens to requests without a signature.
    public enum Anonymous {
        REFUSED,
        ALLOWED
    }

    /// @param headerBytes     all header fields of a request
    /// @param xmlBytes        a body of XML
    /// @param objectBytes     an object, also in parts
    /// @param singlePutBytes  an object in one piece, or a part
    /// @param queuedBodyBytes bytes of a body that wait for their request's thread
    /// @param drainBytes      rest of a body that is read and dropped after an error, so that the
    ///                        client sees the answer
    public record Limits(
            int headerBytes,
            int xmlBytes,
            long objectBytes,
            long singlePutBytes,
            int queuedBodyBytes,
            long drainBytes) {
        public static final Limits DEFAULT = new Limits(
                32 << 10, 4 << 20, 5L << 40, 5L << 30, 1 << 20, 64L << 20);
    }

    /// @param idle  how long a connection may stay without a request
    /// @param stall how long a client may leave a body or an answer without progress
    /// @param close how long closing the door waits for requests under way
    public record Timeouts(Duration idle, Duration stall, Duration close) {
        public static final Timeouts DEFAULT = new Timeouts(
                Duration.ofMinutes(10), Duration.ofSeconds(60), Duration.ofSeconds(5));
    }

    public S3Settings {
        domains = domains.stream().map(domain -> domain.toLowerCase(Locale.ROOT)).toList();
    }

    /// The same on another address.
    public S3Settings listeningOn(String newHost, int newPort) {
        return new S3Settings(newHost, newPort, region, domains, etags, anonymous, clockSkew,
                limits,
                timeouts);
    }

    /// The same with other ETags.
    public S3Settings withETags(ETags newETags) {
        return new S3Settings(host, port, region, domains, newETags, anonymous, clockSkew, limits,
                timeouts);
    }

    /// The same with another answer to unsigned requests.
    public S3Settings withAnonymous(Anonymous newAnonymous) {
        return new S3Settings(host, port, region, domains, etags, newAnonymous, clockSkew, limits,
                timeouts);
    }

    /// The same with other limits.
    public S3Settings withLimits(Limits newLimits) {
        return new S3Settings(host, port, region, domains, etags, anonymous, clockSkew, newLimits,
                timeouts);
    }

    /// The same with other timeouts.
    public S3Settings withTimeouts(Timeouts newTimeouts) {
        return new S3Settings(host, port, region, domains, etags, anonymous, clockSkew, limits,
                newTimeouts);
    }
}
