package dev.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.env.Clock;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final StringWriter out = new StringWriter();
    private final SetClock clock = new SetClock();

    @Test
    void changesOneLineOnATerminal() {
        var progress = new Progress(new PrintWriter(out), true, clock);
        progress.show("too early");
        clock.nanos += TimeUnit.MILLISECONDS.toNanos(200);
        progress.show("half done");
        progress.show("too early again");
        clock.nanos += TimeUnit.MILLISECONDS.toNanos(200);
        progress.show("done");
        progress.end();
        assertThat(out.toString()).isEqualTo("\rhalf done\rdone     \r    \r");
    }

    @Test
    void writesALineNowAndThenElsewhere() {
        var progress = new Progress(new PrintWriter(out), false, clock);
        for (int second = 0; second <= 25; second++) {
            progress.show("second " + second);
            clock.nanos += TimeUnit.SECONDS.toNanos(1);
        }
        progress.end();
        assertThat(out.toString().lines()).containsExactly("second 10", "second 20");
    }

    private static final class SetClock implements Clock {
        private long nanos = 77;

        @Override
        public long nanoTime() {
            return nanos;
        }

        @Override
        public long epochMillis() {
            return 0;
        }

        @Override
        public void sleepNanos(long time) {
            nanos += time;
        }
    }
}
