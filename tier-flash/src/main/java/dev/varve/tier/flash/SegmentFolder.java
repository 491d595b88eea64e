package dev.varve.tier.flash;

import dev.varve.env.Clock;
import dev.varve.env.Disk;
import dev.varve.env.DiskFile;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.tier.Purpose;
import dev.varve.tier.flash.HeaderLayout.Identity;
import dev.varve.tier.flash.Transfers.Loan;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The segment files of a folder: their names, their headers, and which of them can be used.
///
/// A new file gets its header, and header and name are made durable, before anything else is
/// written to it. So a file whose header is missing and that is no longer than a header is what a
/// power failure left of a creation, and is deleted. Any other file without a sound header was
/// damaged: it is left alone and reported.
///
/// Thread-safe: numbers have a monitor; the rest is immutable.
final class SegmentFolder implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(SegmentFolder.class.getName());
    private static final Pattern NAME = Pattern.compile("([0-9]{8,10})\\.seg");

    private final Disk disk;
    private final Transfers transfers;
    private final Clock clock;
    private final RandomGenerator random;
    private final SegmentNumbers numbers;

    /// A segment file with a sound header; the file is owned by whoever receives this.
    record Found(Identity identity, String name, DiskFile file, long sizeBytes) {}

    /// A file that cannot be used.
    record Damaged(String name, long sizeBytes) {}

    /// What an earlier process left.
    record Contents(List<Found> segments, List<Damaged> damaged) {}

    SegmentFolder(Disk disk, Transfers transfers, Clock clock, RandomGenerator random) {
        this.disk = disk;
        this.transfers = transfers;
        this.clock = clock;
        this.random = random;
        this.numbers = SegmentNumbers.open(disk, highestNumber(disk));
    }

    static String name(int number) {
        return String.format(Locale.ROOT, "%08d.seg", number);
    }

    /// The number in a file name; empty for a file that is no segment.
    static OptionalInt number(String name) {
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            return OptionalInt.empty();
        }
        long number = Long.parseLong(matcher.group(1));
        return number < 1 || number > Integer.MAX_VALUE
                ? OptionalInt.empty()
                : OptionalInt.of((int) number);
    }

    /// Opens what is there, oldest first; closes this folder if that fails.
    ///
    /// @throws StorageException CONFIG if a newer program wrote it
    Contents load() {
        List<Found> segments = new ArrayList<>();
        List<Damaged> damaged = new ArrayList<>();
        boolean complete = false;
        try {
            for (String name : disk.names()) {
                if (number(name).isPresent()) {
                    loadOne(name, segments, damaged);
                }
            }
            complete = true;
        } finally {
            if (!complete) {
                segments.forEach(found -> found.file().close());
                close();
            }
        }
        return new Contents(segments, damaged);
    }

    /// Creates a segment with nothing but a header, durable.
    Found create(Purpose purpose) {
        var identity = new Identity(numbers.next(), purpose, random.nextLong(),
                clock.epochMillis());
        String name = name(identity.number());
        DiskFile file = disk.create(name);
        boolean complete = false;
        try (Loan loan = transfers.borrow()) {
            MemorySegment page = loan.buffer().asSlice(0, PageLayout.BYTES);
            HeaderLayout.encode(page, identity);
            transfers.write(file, 0, page);
            transfers.sync(file);
            disk.syncNames();
            complete = true;
        } finally {
            if (!complete) {
                abandon(name, file);
            }
        }
        return new Found(identity, name, file, PageLayout.BYTES);
    }

    void delete(String name) {
        disk.delete(name);
    }

    @Override
    public void close() {
        numbers.close();
    }

    private void loadOne(String name, List<Found> segments, List<Damaged> damaged) {
        DiskFile file = disk.open(name);
        boolean kept = false;
        try (Loan loan = transfers.borrow()) {
            long size = file.sizeBytes();
            MemorySegment page = loan.buffer().asSlice(0, PageLayout.BYTES);
            var state = PageLayout.State.DAMAGED;
            if (size >= PageLayout.BYTES) {
                transfers.read(file, 0, page);
                state = PageLayout.check(page, HeaderLayout.MAGIC);
            }
            if (state == PageLayout.State.NEWER) {
                throw new StorageException(Kind.CONFIG, "segment " + file + " has format version "
                        + PageLayout.version(page) + ", but this program knows only "
                        + PageLayout.VERSION
                        + ".\nMaybe a newer program wrote this folder; use that one.");
            }
            boolean sound = state == PageLayout.State.GOOD
                    && HeaderLayout.decode(page).number() == number(name).orElseThrow();
            if (sound) {
                segments.add(new Found(HeaderLayout.decode(page), name, file, size));
                kept = true;
            } else if (size <= PageLayout.BYTES) {
                disk.delete(name);
                LOG.log(System.Logger.Level.INFO,
                        "Deleted " + name + ", left by an interrupted creation");
            } else {
                damaged.add(new Damaged(name, size));
                LOG.log(System.Logger.Level.ERROR, "Segment " + file + " (" + size
                        + " bytes) has no sound header; it is kept, and not used");
            }
        } finally {
            if (!kept) {
                file.close();
            }
        }
    }

    private void abandon(String name, DiskFile file) {
        file.close();
        try {
            disk.delete(name);
        } catch (StorageException e) {
            LOG.log(System.Logger.Level.WARNING, "Cannot delete " + name + ": " + e.getMessage());
        }
    }

    private static int highestNumber(Disk disk) {
        return disk.names().stream().mapToInt(name -> number(name).orElse(0)).max().orElse(0);
    }
}
