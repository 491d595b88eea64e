package dev.varve.door.s3;

import dev.varve.door.s3.Router.Route;
import dev.varve.env.StorageException;
import io.netty.handler.codec.http.HttpRequest;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/// Answers requests: proves them, finds their operation, carries it out, and words its errors.
///
/// Thread-safe: it has no state.
final class S3Service {
    private static final System.Logger LOG = System.getLogger(S3Service.class.getName());

    private final Authenticator authenticator;
    private final Router router;
    private final List<String> domains;

    /// An answer, and what it is counted under.
    record Answer(String operation, Response response) implements AutoCloseable {
        /// Gives back what the answer holds and was not sent.
        @Override
        public void close() {
            if (response.content() instanceof Response.Slice(var walk)) {
                walk.close();
            }
        }
    }

    S3Service(Authenticator authenticator, Router router, S3Settings settings) {
        this.authenticator = authenticator;
        this.router = router;
        this.domains = settings.domains();
    }

    /// Answers a request; whatever goes wrong is an answer, too, but for a connection that ends.
    Answer answer(String id, int client, HttpRequest http, Body body) {
        return answer(id, client, http, body,
                (route, request) -> Optional.of(route.operation().run(request)))
                .orElseThrow();
    }

    /// As [#answer], of a request without a body where memory alone can tell the answer. Never
    /// blocks.
    Optional<Answer> tryAnswer(String id, int client, HttpRequest http) {
        try {
            var target = RequestTarget.parse(
                    http.uri(), http.headers().get("host", ""), domains);
            var route = router.route(http.method().name(), target, http.headers());
            if (route.quick().isEmpty()) {
                return Optional.empty();
            }
        } catch (S3Exception _) {
            return Optional.empty();
        }
        return answer(id, client, http, new NoBody(),
                (route, request) -> route.quick().flatMap(quick -> quick.tryRun(request)));
    }

    private Optional<Answer> answer(
            String id,
            int client,
            HttpRequest http,
            Body body,
            BiFunction<Route, S3Request, Optional<Response>> way) {
        var method = http.method().name();
        var operation = S3Metrics.REJECTED;
        try {
            if (method.equals("OPTIONS")) {
                throw S3Error.ACCESS_FORBIDDEN.exception();
            }
            var headers = http.headers();
            var target = RequestTarget.parse(http.uri(), headers.get("host", ""), domains);
            var verified = authenticator.verify(method, target, headers);
            var route = router.route(method, target, headers);
            operation = route.name();
            var payload = new Payload(headers, verified.payload(), body);
            var request = new S3Request(
                    id, method, target, headers, payload, client, verified.accessKey());
            return way.apply(route, request).map(response -> new Answer(route.name(), response));
        } catch (S3Exception e) {
            return Optional.of(new Answer(operation, error(id, http, e)));
        } catch (StorageException e) {
            return Optional.of(new Answer(operation, error(id, http, translate(e))));
        } catch (ConnectionClosedException e) {
            throw e;
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, () -> "s3 request failed, operation unexpected-exception, id "
                    + id + ", " + method + ' ' + http.uri(), e);
            return Optional.of(
                    new Answer(operation, error(id, http, S3Error.INTERNAL_ERROR.exception())));
        }
    }

    /// That of a request that has none.
    private record NoBody() implements Body {
        @Override
        public long lengthBytes() {
            return ABSENT;
        }

        @Override
        public void transferTo(ByteSink sink) {
            // there is nothing to pass on
        }
    }

    /// The answer for an error.
    static Response error(String id, HttpRequest http, S3Exception e) {
        var error = e.error();
        boolean bodyless = http.method().name().equals("HEAD") || error.status() == 304;
        Response response;
        if (bodyless) {
            response = Response.empty(error.status());
        } else {
            var xml = XmlWriter.plain("Error")
                    .text("Code", error.code())
                    .text("Message", e.text());
            e.details().forEach(xml::text);
            int question = http.uri().indexOf('?');
            xml.text("Resource", question < 0 ? http.uri() : http.uri().substring(0, question))
                    .text("RequestId", id)
                    .text("HostId", id);
            response = Response.xml(error.status(), xml);
        }
        e.headers().forEach(response::header);
        return response;
    }

    /// What a client is told of a failure of the store.
    static S3Exception translate(StorageException e) {
        return switch (e.kind()) {
            case FULL -> S3Error.STORAGE_FULL.exception();
            case UNAVAILABLE -> S3Error.SLOW_DOWN.exception();
            case CLOSED -> S3Error.SERVICE_UNAVAILABLE.exception();
            case ABSENT -> S3Error.NO_SUCH_KEY.exception();
            case CONFLICT -> S3Error.OPERATION_ABORTED.exception();
            case CORRUPT, CONFIG -> {
                LOG.log(Level.ERROR, "s3 request failed, operation storage-exception", e);
                yield S3Error.INTERNAL_ERROR.exception();
            }
        };
    }
}
