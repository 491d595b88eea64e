package dev.varve.door.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.varve.door.s3.SigV4.Scope;
import dev.varve.door.s3.SigV4.SignedHeader;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// A client that writes exactly the bytes that a test wants, and can sign them.
final class Wire implements AutoCloseable {
    private static final DateTimeFormatter TIMESTAMP = DateTimeFormatter
            .ofPattern("yyyyMMdd'T'HHmmss'Z'")
            .withZone(ZoneOffset.UTC);

    final Socket socket;
    private final InputStream in;
    private final String host;

    /// An answer as it came.
    record Reply(int status, Map<String, String> headers, byte[] body) {
        String text() {
            return new String(body, UTF_8);
        }

        String header(String name) {
            return headers.getOrDefault(name, "");
        }

        /// The code of an error document.
        String code() {
            var text = text();
            int from = text.indexOf("<Code>");
            return from < 0 ? "" : text.substring(from + 6, text.indexOf("</Code>"));
        }
    }

    Wire(int port) {
        try {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(20_000);
            in = new BufferedInputStream(socket.getInputStream());
            host = "127.0.0.1:" + port;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A request that can be changed before it is sent.
    final class Request {
        final String method;
        final String uri;
        final Map<String, String> headers = new TreeMap<>();
        String payloadHash = "UNSIGNED-PAYLOAD";
        Instant time = Instant.now();
        String accessKey = DoorRig.ACCESS_KEY;
        String secret = DoorRig.SECRET;
        byte[] body = {};

        Request(String method, String uri) {
            this.method = method;
            this.uri = uri;
            headers.put("host", host);
        }

        Request header(String name, String value) {
            headers.put(name, value);
            return this;
        }

        Request body(byte[] bytes) {
            body = bytes.clone();
            return header("content-length", Integer.toString(bytes.length));
        }

        Request body(String text) {
            return body(text.getBytes(UTF_8));
        }

        Request payloadHash(String hash) {
            payloadHash = hash;
            return this;
        }

        Request time(Instant when) {
            time = when;
            return this;
        }

        Request accessKey(String key) {
            accessKey = key;
            return this;
        }

        Request secret(String newSecret) {
            secret = newSecret;
            return this;
        }

        /// Adds the headers of a signature.
        ///
        /// @return the signature
        String sign() {
            var timestamp = TIMESTAMP.format(time);
            var scope = new Scope(timestamp.substring(0, 8), "us-east-1", "s3");
            headers.put("x-amz-date", timestamp);
            headers.put("x-amz-content-sha256", payloadHash);
            var signed = new ArrayList<SignedHeader>();
            headers.forEach((name, value) -> signed.add(new SignedHeader(name, List.of(value))));
            int question = uri.indexOf('?');
            var request = new SigV4.Request(method, path(question < 0
                    ? uri
                    : uri.substring(0, question)), Query
                            .parse(
                                    question < 0 ? "" : uri.substring(question + 1))
                            .canonical(""),
                    signed, payloadHash);
            var signature = SigV4.signature(
                    SigV4.signingKey(secret, scope), timestamp, scope, request);
            headers.put("authorization", SigV4.ALGORITHM + " Credential=" + accessKey + '/' + scope
                    + ", SignedHeaders=" + String.join(";", signed.stream()
                            .map(SignedHeader::name)
                            .toList())
                    + ", Signature=" + signature);
            return signature;
        }

        /// Paths that cannot be decoded are signed as they are.
        private static byte[] path(String raw) {
            try {
                return PercentCodec.decode(raw, PercentCodec.Plus.LITERAL);
            } catch (S3Exception _) {
                return raw.getBytes(UTF_8);
            }
        }

        ChunkSigner chunkSigner(String seed) {
            var timestamp = TIMESTAMP.format(time);
            var scope = new Scope(timestamp.substring(0, 8), "us-east-1", "s3");
            return new ChunkSigner(SigV4.signingKey(secret, scope), timestamp, scope, seed);
        }

        /// Signs and sends it, and reads the answer.
        Reply call() {
            sign();
            return callAsItIs();
        }

        Reply callAsItIs() {
            sendHead();
            Wire.this.send(body);
            return read(method);
        }

        void sendHead() {
            var head = new StringBuilder().append(method)
                    .append(' ')
                    .append(uri)
                    .append(" HTTP/1.1\r\n");
            headers.forEach((name, value) -> head.append(name)
                    .append(": ")
                    .append(value)
                    .append("\r\n"));
            Wire.this.send(head.append("\r\n").toString().getBytes(ISO_8859_1));
        }
    }

    Request request(String method, String uri) {
        return new Request(method, uri);
    }

    /// A signed request without a body.
    Reply call(String method, String uri) {
        return request(method, uri).call();
    }

    /// A signed PUT.
    Reply put(String uri, byte[] body) {
        return request("PUT", uri).body(body).call();
    }

    void send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void send(String text) {
        send(text.getBytes(ISO_8859_1));
    }

    /// Reads the answer to a request.
    Reply read(String method) {
        try {
            var statusLine = line();
            int status = Integer.parseInt(statusLine.split(" ", 3)[1]);
            var headers = new TreeMap<String, String>();
            for (var text = line(); !text.isEmpty(); text = line()) {
                int colon = text.indexOf(':');
                headers.put(text.substring(0, colon).toLowerCase(Locale.ROOT),
                        text.substring(colon + 1).strip());
            }
            int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
            boolean bodyless = method.equals("HEAD") || status == 304 || status < 200;
            var body = bodyless ? new byte[0] : in.readNBytes(length);
            if (!bodyless && body.length < length) {
                throw new EOFException("the answer's body ended after " + body.length);
            }
            return new Reply(status, headers, body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Whether the server has ended the connection; waits for that or for a byte.
    boolean isEnded() {
        try {
            return in.read() < 0;
        } catch (IOException _) {
            return true;
        }
    }

    private String line() throws IOException {
        var out = new ByteArrayOutputStream();
        while (true) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException("the connection ended within a head: " + out);
            }
            if (b == '\n') {
                var text = out.toString(ISO_8859_1);
                return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
            }
            out.write(b);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
