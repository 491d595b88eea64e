package dev.varve.tier.flash;

import dev.varve.env.DiskFile;
import dev.varve.env.SharedFlush;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.tier.Place;
import dev.varve.tier.SegmentTier.Entry;
import dev.varve.tier.flash.HeaderLayout.Identity;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Consumer;

/// One segment: its file, who uses it, and what of it is wanted, read and durable.
///
/// The file is closed when the last user has let go of it; the tier is the first user, and lets go
/// when it drops the segment or is closed.
///
/// **When a flush fails**, what was written since the last good one may be lost even if a later
/// flush succeeds. A durable segment then takes no more writes and refuses to be flushed until each
/// copy in doubt was released by its writer, so that none of them can be mistaken for durable.
///
/// Thread-safe: by atomics, and a monitor around the set of unflushed copies.
final class SegmentFile {
    private final Identity identity;
    private final String name;
    private final DiskFile file;
    private final Transfers transfers;
    private final Consumer<SegmentFile> closed;
    private final AtomicInteger users = new AtomicInteger(1);
    private final AtomicLong wantedBytes = new AtomicLong();
    private final AtomicLong usedBytes;
    private final AtomicLongArray readPages;
    private final SharedFlush flush = new SharedFlush(this::flushFile);
    private final Set<Long> unflushed = new HashSet<>();
    private long writes;
    private long flushedWrites;
    private boolean inDoubt;
    private final AtomicBoolean dropped = new AtomicBoolean();

    /// @param file      owned
    /// @param usedBytes what the segment takes from the budget
    /// @param closed    told when the last user has let go
    SegmentFile(
            Identity identity,
            String name,
            DiskFile file,
            long usedBytes,
            Transfers transfers,
            Consumer<SegmentFile> closed) {
        this.identity = identity;
        this.name = name;
        this.file = file;
        this.transfers = transfers;
        this.closed = closed;
        this.usedBytes = new AtomicLong(usedBytes);
        this.readPages = new AtomicLongArray((int) (usedBytes / PageLayout.BYTES / Long.SIZE) + 1);
    }

    Identity identity() {
        return identity;
    }

    String name() {
        return name;
    }

    DiskFile file() {
        return file;
    }

    long wantedBytes() {
        return wantedBytes.get();
    }

    long usedBytes() {
        return usedBytes.get();
    }

    /// Says what the segment takes now.
    ///
    /// @return how much less than before
    long shrinkTo(long bytes) {
        return usedBytes.getAndSet(bytes) - bytes;
    }

    /// Becomes a user, unless the file is closed already.
    boolean acquire() {
        return users.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
    }

    /// Stops being a user.
    void letGo() {
        if (users.decrementAndGet() == 0) {
            file.close();
            closed.accept(this);
        }
    }

    boolean isDropped() {
        return dropped.get();
    }

    /// @return whether this call was the one that dropped it
    boolean setDropped() {
        return dropped.compareAndSet(false, true);
    }

    void markRead(long offset) {
        long page = offset / PageLayout.BYTES;
        int word = (int) (page / Long.SIZE);
        long bit = 1L << (page % Long.SIZE);
        if ((readPages.getPlain(word) & bit) == 0) {
            readPages.getAndUpdate(word, bits -> bits | bit);
        }
    }

    boolean wasRead(long offset) {
        long page = offset / PageLayout.BYTES;
        int word = (int) (page / Long.SIZE);
        return word < readPages.length() && (readPages.get(word) & 1L << (page % Long.SIZE)) != 0;
    }

    /// Notes a completed write: its copies are wanted, and the next flush must cover it.
    void wrote(List<Entry> entries) {
        entries.forEach(entry -> wantedBytes.addAndGet(entry.place().storedBytes()));
        synchronized (unflushed) {
            writes++;
            if (identity.purpose().mustSurvive()) {
                entries.forEach(entry -> unflushed.add(entry.place().offset()));
            }
        }
    }

    /// Notes that a copy is wanted which was here from the start.
    void adopt(Place place) {
        wantedBytes.addAndGet(place.storedBytes());
    }

    /// Notes that a copy is not wanted any more, so that nobody waits for its flush either.
    void release(Place place) {
        wantedBytes.addAndGet(-place.storedBytes());
        synchronized (unflushed) {
            unflushed.remove(place.offset());
            if (inDoubt && unflushed.isEmpty()) {
                flushedWrites = writes;
            }
        }
    }

    boolean isFlushed() {
        synchronized (unflushed) {
            return flushedWrites == writes;
        }
    }

    /// Whether a flush failed, after which no more may be written.
    boolean isInDoubt() {
        synchronized (unflushed) {
            return inDoubt;
        }
    }

    /// Makes all completed writes durable.
    void flush() {
        flush.flush();
    }

    private void flushFile() {
        long upTo;
        List<Long> covered;
        synchronized (unflushed) {
            upTo = writes;
            covered = List.copyOf(unflushed);
            if (upTo == flushedWrites) {
                return;
            }
            if (inDoubt && !covered.isEmpty()) {
                throw new StorageException(Kind.UNAVAILABLE, "segment " + name + " has "
                        + covered.size()
                        + " copies of which an earlier flush failed; they must be released first");
            }
        }
        try {
            transfers.sync(file);
        } catch (StorageException e) {
            synchronized (unflushed) {
                inDoubt = true;
            }
            throw e;
        }
        synchronized (unflushed) {
            flushedWrites = upTo;
            covered.forEach(unflushed::remove);
        }
    }
}
