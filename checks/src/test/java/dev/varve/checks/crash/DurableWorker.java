package dev.varve.checks.crash;

import dev.varve.checks.crash.S3Calls.Refused;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/// Puts, deletes and reads objects of a durable bucket over S3, in one piece and in parts.
///
/// Confined to its thread while it runs.
final class DurableWorker implements Worker {
    private static final int KEYS = 16;

    private final List<KeyHistory> histories = new ArrayList<>();
    private final Tally tally;

    /// @param number of the worker: it owns the keys from number times 1000 on
    DurableWorker(int number, Tally tally) {
        this.tally = tally;
        for (int i = 0; i < KEYS; i++) {
            histories.add(new KeyHistory(number * 1000L + i, false));
        }
    }

    @Override
    public void work(ServerProcess server, long seed) throws Violation, InterruptedException {
        var random = new SplittableRandom(seed);
        try (S3Calls s3 = server.s3()) {
            while (true) {
                KeyHistory history = histories.get(random.nextInt(KEYS));
                if (random.nextInt(100) < 20) {
                    read(s3, history);
                    tally.reads.increment();
                } else {
                    change(s3, history, random);
                }
            }
        } catch (IOException gone) {
            return;
        }
    }

    @Override
    public void check(ServerProcess server) throws Violation, IOException, InterruptedException {
        try (S3Calls s3 = server.s3()) {
            for (KeyHistory history : histories) {
                read(s3, history);
                tally.durableChecked.increment();
            }
            var listed = new HashSet<>(s3.list());
            for (KeyHistory history : histories) {
                if (listed.contains(name(history)) != history.isCertain()) {
                    throw new Violation("key " + history.key() + " is "
                            + (history.isCertain() ? "there but not listed" : "listed but gone"));
                }
            }
        } catch (Refused e) {
            throw new Violation(String.valueOf(e.getMessage()));
        }
    }

    private void change(S3Calls s3, KeyHistory history, RandomGenerator random)
            throws IOException, InterruptedException {
        int percent = random.nextInt(100);
        boolean delete = percent < 20;
        byte[] value = delete ? new byte[0] : Content.of(history.key(), history.beginPut());
        if (delete) {
            history.beginDelete();
        }
        try {
            if (delete) {
                s3.delete(name(history));
            } else if (value.length > S3Calls.MIN_PART_BYTES) {
                s3.putInParts(name(history), value);
            } else {
                s3.put(name(history), value);
            }
            history.acknowledge();
            (delete ? tally.deletes : tally.puts).increment();
            if (percent > 97) {
                s3.abandonUpload(name(history));
            }
        } catch (IOException gone) {
            history.leaveOpen();
            tally.open.increment();
            throw gone;
        } catch (Refused refused) {
            history.leaveOpen();
            tally.refused.increment();
        }
    }

    private static void read(S3Calls s3, KeyHistory history)
            throws Violation, IOException, InterruptedException {
        try {
            Optional<byte[]> value = s3.get(name(history));
            history.observe(value.isEmpty()
                    ? KeyHistory.ABSENT
                    : Content.versionOf(history.key(), value.get()));
        } catch (Refused e) {
            throw new Violation(String.valueOf(e.getMessage()));
        }
    }

    private static String name(KeyHistory history) {
        return "object-" + history.key();
    }
}
