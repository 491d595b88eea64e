package dev.varve.bench;

import dev.varve.server.StatusReport;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;

/// What compressing what goes to flash takes and saves, for content that shrinks little and much:
/// the server decides (`compression = auto`), beside one that always compresses and one that never
/// does. Each side takes the same values, and is asked for some that only flash has; the sides take
/// turns.
///
/// Flash's energy is modelled, from the bytes that it really took and gave; so is the processor's,
/// from the time that compressing and expanding really took. The room that is saved counts nothing
/// here: nothing stays for hours.
///
/// Thread-safe: stateless.
record CompressionBenchmark() implements Benchmark {
    private static final long MEMORY_BYTES = 64L << 20;
    private static final long FLASH_BYTES = 512L << 20;
    private static final int VALUE_BYTES = 256 << 10;
    private static final int VALUES = 64;
    /// How many values a side takes in a round: half of what flash holds of them as they are.
    private static final int SETS = 1024;
    /// 52 MB/s, which demotion keeps up with: what a client waits for is not compressed.
    private static final long SET_NANOS = 5_000_000;
    private static final int SETS_FOR_A_GET = 4;
    /// How many values ago one was written that is read: more than memory holds, less than flash.
    private static final int LEAST_AGO = 400;
    private static final int MOST_AGO = 1500;
    private static final double BAR = 1.1;

    @Override
    public String name() {
        return "compression";
    }

    @Override
    public List<Row> run(BenchOptions options, Workplace workplace) throws Exception {
        var rows = new ArrayList<Row>();
        for (var content : Content.values()) {
            rows.addAll(run(content, options, workplace));
        }
        return rows;
    }

    private static List<Row> run(Content content, BenchOptions options, Workplace around)
            throws Exception {
        try (var auto = Side.start(content, "auto", options, around);
                var always = Side.start(content, "always", options, around);
                var never = Side.start(content, "never", options, around)) {
            var sides = List.of(auto, always, never);
            for (int round = 0; round < options.rounds(); round++) {
                for (int i = 0; i < sides.size(); i++) {
                    sides.get((round + i) % sides.size()).round();
                }
            }
            return rows(content, auto.sum(), always.sum(), never.sum());
        }
    }

    private static List<Row> rows(Content content, Sum auto, Sum always, Sum never) {
        double ratio = auto.joules() / Math.min(always.joules(), never.joules());
        var energy = row(content, "energy of flash and of compressing, modelled", "J/GB",
                Sum::joules, auto, always, never);
        return List.of(
                new Row(energy.work(), energy.ours(), energy.peer(),
                        String.format(Locale.ROOT, "%.2f", ratio),
                        String.format(Locale.ROOT, "<= %.1f of the lower one", BAR),
                        ratio <= BAR ? Row.Verdict.MET : Row.Verdict.NOT_MET),
                row(content, "of which compressing", "J/GB", Sum::spent, auto, always, never),
                row(content, "flash took", "of content", Sum::written, auto, always, never),
                row(content, "GET from flash, mean", "µs", Sum::micros, auto, always, never));
    }

    private static Row row(
            Content content,
            String what,
            String unit,
            ToDoubleFunction<Sum> figure,
            Sum auto,
            Sum always,
            Sum never) {
        return new Row("compression, " + content.text + ": " + what, text(auto, figure, unit),
                "always: " + text(always, figure, unit) + "; never: " + text(never, figure, unit),
                "", "", Row.Verdict.NO_BAR);
    }

    private static String text(Sum sum, ToDoubleFunction<Sum> figure, String unit) {
        return String.format(Locale.ROOT, "%.2f %s", figure.applyAsDouble(sum), unit);
    }

    private enum Content {
        NOISE("random bytes"),
        NUMBERS("normally distributed bfloat16"),
        RECORDS("JSON records"),
        SPARSE("15 of 16 cache lines zero");

        private final String text;

        Content(String text) {
            this.text = text;
        }

        List<byte[]> samples() {
            var random = new Random(1);
            var values = new ArrayList<byte[]>();
            for (int i = 0; i < VALUES; i++) {
                values.add(value(random));
            }
            return values;
        }

        private byte[] value(Random random) {
            var value = new byte[VALUE_BYTES];
            switch (this) {
                case NOISE -> random.nextBytes(value);
                case NUMBERS -> {
                    var out = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
                    while (out.hasRemaining()) {
                        int bits = Float.floatToRawIntBits((float) random.nextGaussian());
                        out.putShort((short) (bits >>> 16));
                    }
                }
                case RECORDS -> {
                    var text = new StringBuilder(VALUE_BYTES + 200);
                    while (text.length() < VALUE_BYTES) {
                        text.append(String.format(Locale.ROOT,
                                "{\"patient\":\"%08x\",\"taken\":\"2026-%02d-%02dT%02d:%02d:00Z\","
                                        + "\"code\":\"LOINC %d-%d\",\"value\":%.2f,"
                                        + "\"unit\":\"mmol/L\",\"flag\":\"%s\"}%n",
                                random.nextInt(), 1 + random.nextInt(12), 1 + random.nextInt(28),
                                random.nextInt(24), random.nextInt(60), random.nextInt(3000),
                                random.nextInt(10), 5 + random.nextGaussian(),
                                random.nextInt(9) == 0 ? "high" : "normal"));
                    }
                    System.arraycopy(text.toString().getBytes(StandardCharsets.US_ASCII), 0, value,
                            0, VALUE_BYTES);
                }
                case SPARSE -> {
                    var line = new byte[64];
                    for (int at = 0; at < VALUE_BYTES; at += 1024) {
                        random.nextBytes(line);
                        System.arraycopy(line, 0, value, at, line.length);
                    }
                }
            }
            return value;
        }
    }

    /// What came of a side's rounds.
    ///
    /// @param joules  of flash's reads and writes and of compressing, for each GB of content
    /// @param spent   those of compressing
    /// @param written bytes that flash took for each of content
    /// @param micros  mean time of a GET that flash served
    private record Sum(double joules, double spent, double written, double micros) {}

    /// A server with its load.
    ///
    /// Confined, but for what it starts.
    private static final class Side implements AutoCloseable {
        private final Workplace workplace;
        private final VarveServer varve;
        private final LeaseClient client;
        private final List<byte[]> values;
        private final SplittableRandom random = new SplittableRandom(1);
        private final Histogram micros = new Histogram(3);
        private final StatusReport begun;
        private int written;

        private Side(Workplace workplace, VarveServer varve, List<byte[]> values) throws Exception {
            this.workplace = workplace;
            this.varve = varve;
            this.values = values;
            client = new LeaseClient(varve.resp());
            for (int i = 0; i < 2 * MOST_AGO; i++) {
                set(); // until flash is full
            }
            begun = varve.status();
        }

        static Side start(
                Content content,
                String compression,
                BenchOptions options,
                Workplace around) throws Exception {
            var workplace = Workplace.in(around.folder(content.name() + "-" + compression));
            var varve = VarveServer.start(options.launcher(), workplace, MEMORY_BYTES, FLASH_BYTES,
                    "--goal", "energy", "--admission", "all", "--compression", compression);
            return new Side(workplace, varve, content.samples());
        }

        void round() {
            long due = System.nanoTime();
            for (int i = 0; i < SETS; i++, due += SET_NANOS) {
                LockSupport.parkNanos(due - System.nanoTime());
                set();
                if (i % SETS_FOR_A_GET == 0) {
                    get(written - random.nextInt(LEAST_AGO, MOST_AGO));
                }
            }
        }

        private void set() {
            client.set(key(written), values.get(written % VALUES));
            client.send();
            client.stored();
            written++;
        }

        private void get(int number) {
            long start = System.nanoTime();
            client.get(key(number));
            client.send();
            var found = client.value();
            micros.recordValue((System.nanoTime() - start) / 1000);
            found.ifPresent(value -> {
                if (!Arrays.equals(value, values.get(number % VALUES))) {
                    throw new IllegalStateException("value " + number + " came back as another");
                }
            });
        }

        private static String key(int number) {
            return "value-" + number;
        }

        Sum sum() throws Exception {
            var now = varve.status();
            var before = begun.engine().movement();
            var after = now.engine().movement();
            double gigabytes = (after.contentBytesWritten() - before.contentBytesWritten()) / 1e9;
            double spent = now.energy().compressing().spentJoules()
                    - begun.energy().compressing().spentJoules();
            return new Sum((flash(now) - flash(begun) + spent) / gigabytes, spent / gigabytes,
                    (after.deviceBytesWritten() - before.deviceBytesWritten()) / 1e9 / gigabytes,
                    micros.getMean());
        }

        private static double flash(StatusReport status) {
            var flash = status.energy().tiers().getLast();
            return flash.readJoules() + flash.writeJoules();
        }

        @Override
        public void close() {
            client.close();
            varve.close();
            workplace.close();
        }
    }
}
