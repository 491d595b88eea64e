package dev.varve.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.engine.Access;
import dev.varve.engine.AccessListener;
import dev.varve.engine.Bucket;
import dev.varve.engine.BucketClass;
import dev.varve.engine.Engine;
import dev.varve.engine.EngineStatus;
import dev.varve.engine.ObjectKey;
import dev.varve.engine.ShareSettings;
import dev.varve.env.SystemTasks;
import dev.varve.server.AdminServer.Answer;
import dev.varve.server.AdminServer.Page;
import dev.varve.server.AdminServer.Query;
import dev.varve.server.AdminServer.Stream;
import dev.varve.testkit.ManualClock;
import dev.varve.trace.TraceEvent;
import dev.varve.trace.TraceReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TraceRecorderTest {
    private final ListeningEngine engine = new ListeningEngine();
    private final ManualClock clock = new ManualClock();
    private final TraceRecorder recorder = new TraceRecorder(engine, clock, new Random(1));

    @Test
    void recordsUntilTheTimeIsOver() {
        var out = new ByteArrayOutputStream();
        try (var source = stream("/trace?rate=1&seconds=5").source()) {
            clock.advance(Duration.ofMillis(3));
            access(Access.Operation.WRITE, "a", 10);
            access(Access.Operation.READ_HIT, "a", 10);
            clock.advance(Duration.ofSeconds(5));
            source.writeTo(out);
        }
        var events = events(out);
        assertThat(events).extracting(TraceEvent::operation)
                .containsExactly(TraceEvent.Operation.WRITE, TraceEvent.Operation.READ_HIT);
        assertThat(events).extracting(TraceEvent::timeMicros).containsExactly(3_000L, 3_000L);
        assertThat(events).extracting(TraceEvent::sizeBytes).containsOnly(10L);
        assertThat(events).extracting(TraceEvent::connection).containsOnly(3);
        assertThat(events.getFirst().keyHash()).isEqualTo(events.getLast().keyHash());
        assertThat(engine.listener).isEmpty();
        assertThat(recorder.tally().events().sum()).isEqualTo(2);
    }

    @Test
    void recordsAllAccessesToAKeyOrNone() {
        var out = new ByteArrayOutputStream();
        try (var source = stream("/trace?rate=0.2&seconds=1").source()) {
            for (int i = 0; i < 2000; i++) {
                access(Access.Operation.WRITE, "key" + i, 1);
                access(Access.Operation.READ_HIT, "key" + i, 1);
            }
            clock.advance(Duration.ofSeconds(1));
            source.writeTo(out);
        }
        var events = events(out);
        assertThat(events.size()).isBetween(600, 1000);
        for (int i = 0; i < events.size(); i += 2) {
            assertThat(events.get(i).keyHash()).isEqualTo(events.get(i + 1).keyHash());
        }
    }

    @Test
    void usesAnotherSecretEachTime() {
        var hashes = new ArrayList<Long>();
        for (int i = 0; i < 2; i++) {
            var out = new ByteArrayOutputStream();
            try (var source = stream("/trace?rate=1&seconds=1").source()) {
                access(Access.Operation.WRITE, "a", 1);
                clock.advance(Duration.ofSeconds(1));
                source.writeTo(out);
            }
            hashes.add(events(out).getFirst().keyHash());
        }
        assertThat(hashes).doesNotHaveDuplicates();
    }

    @Test
    void dropsAndCountsWhatTheStreamIsTooSlowFor() {
        var out = new ByteArrayOutputStream();
        int count = 100_000;
        try (var source = stream("/trace?rate=1&seconds=1").source()) {
            for (int i = 0; i < count; i++) {
                access(Access.Operation.READ_MISS, "key" + i, 0);
            }
            clock.advance(Duration.ofSeconds(1));
            source.writeTo(out);
        }
        var reader = reader(out);
        long read = 0;
        while (reader.next().isPresent()) {
            read++;
        }
        assertThat(reader.droppedEvents()).isPositive();
        assertThat(read + reader.droppedEvents()).isEqualTo(count);
        assertThat(recorder.tally().dropped().sum()).isEqualTo(reader.droppedEvents());
    }

    @Test
    void endsWhenItIsStoppedAndWhenTheServerCloses() {
        for (Runnable end : List.<Runnable>of(recorder::stop, recorder::close)) {
            var out = new ByteArrayOutputStream();
            var source = stream("/trace?rate=1").source();
            access(Access.Operation.WRITE, "a", 1);
            try (var tasks = new SystemTasks()) {
                tasks.start("stream", () -> {
                    source.writeTo(out);
                    source.close();
                });
                end.run();
            }
            assertThat(events(out)).hasSize(1);
            assertThat(engine.listener).isEmpty();
        }
        assertThat(recorder.stop().code()).isEqualTo(409);
    }

    @Test
    void endsWhenNobodyReads() {
        try (var source = stream("/trace?rate=1").source()) {
            source.writeTo(new OutputStream() {
                @Override
                public void write(int b) throws IOException {
                    throw new IOException("Broken pipe");
                }
            });
        }
        assertThat(engine.listener).isEmpty();
        stream("/trace?rate=1").source().close();
    }

    @Test
    void makesOneRecordingAtATime() {
        var first = stream("/trace").source();
        assertThat(((Page) ask("/trace")).code()).isEqualTo(409);
        first.close();
        var second = stream("/trace").source();
        // The end of the first is not the second's.
        first.close();
        assertThat(engine.listener).isPresent();
        second.close();
        assertThat(engine.listener).isEmpty();
    }

    @Test
    void refusesWhatCannotBe() {
        for (var query : List.of("rate=0", "rate=1.5", "rate=x", "rate=NaN", "seconds=-1",
                "seconds=0", "seconds=86401", "seconds=Infinity")) {
            assertThat(((Page) ask("/trace?" + query)).code()).as(query).isEqualTo(400);
        }
        assertThat(engine.listener).isEmpty();
    }

    private Stream stream(String uri) {
        return (Stream) ask(uri);
    }

    private Answer ask(String uri) {
        return recorder.record(Query.of(URI.create(uri)));
    }

    private void access(Access.Operation operation, String key, long sizeBytes) {
        engine.listener.orElseThrow()
                .accessed(new Access(operation, ObjectKey.of(key), sizeBytes, 1, 2, 3));
    }

    private static TraceReader reader(ByteArrayOutputStream out) {
        return new TraceReader("test.trace", new ByteArrayInputStream(out.toByteArray()));
    }

    private static List<TraceEvent> events(ByteArrayOutputStream out) {
        var reader = reader(out);
        var events = new ArrayList<TraceEvent>();
        for (var next = reader.next(); next.isPresent(); next = reader.next()) {
            events.add(next.get());
        }
        assertThat(reader.ending()).isEqualTo(TraceReader.Ending.WHOLE);
        return events;
    }

    /// An engine that somebody can listen to, and nothing else.
    private static final class ListeningEngine implements Engine {
        private volatile Optional<AccessListener> listener = Optional.empty();

        @Override
        public void listen(Optional<AccessListener> next) {
            listener = next;
        }

        @Override
        public Optional<Bucket> bucket(String name) {
            return Optional.empty();
        }

        @Override
        public Bucket createBucket(String name, BucketClass bucketClass) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Bucket openBucket(String name, BucketClass bucketClass) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void deleteBucket(String name) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Bucket> buckets() {
            return List.of();
        }

        @Override
        public void divide(List<ShareSettings> shares) {
            throw new UnsupportedOperationException();
        }

        @Override
        public EngineStatus status() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }
}
