package dev.varve.tier.flash;

import dev.varve.bytes.Block;
import dev.varve.bytes.Scratch;
import dev.varve.env.Clock;
import dev.varve.env.Disk;
import dev.varve.env.Invariant;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.tier.BlockInfo;
import dev.varve.tier.CompressionJudge.Use;
import dev.varve.tier.DutyMeter.Duty;
import dev.varve.tier.Medium;
import dev.varve.tier.Pace;
import dev.varve.tier.Place;
import dev.varve.tier.Purpose;
import dev.varve.tier.SegmentTier;
import dev.varve.tier.SegmentTierCounters;
import dev.varve.tier.flash.SegmentFolder.Damaged;
import dev.varve.tier.flash.SegmentFolder.Found;
import dev.varve.tier.flash.Transfers.Loan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;

/// Blocks in append-only segment files on flash.
///
///     00000042.seg
///     +--------+-----------------+------------------------+ ... +-----------+---------+
///     | header | batch           | batch                  |     | directory | trailer |
///     | 4 KiB  | see Batch       | 4 KiB aligned          |     | of all    | 4 KiB   |
///     +--------+-----------------+------------------------+ ... +-----------+---------+
///     HeaderLayout  BlockLayout                                  FooterLayout
///
/// Each purpose has at most one segment open for writing, and each call of [#write] goes to as few
/// contiguous extents of it as possible. Contents of 64 KiB and more travel between the device and
/// the block's own memory; smaller ones through aligned buffers, a batch at a time. Directory and
/// trailer are written when a segment is full; a segment without them, because the process died, is
/// searched when somebody asks for its entries. Segments of earlier processes are never written to.
///
/// **Budget.** An open segment counts with its full size from the start, a sealed one with the
/// length of its file until the file is closed, which is when the last pin is gone. Damaged files
/// that are kept count too. The last segment of the budget is for cleaning, which needs room to
/// make room.
///
/// **After a failed sync** of durable copies nobody can tell which of them will survive a power
/// failure. Their segment takes no more writes, and [#sync] goes on failing until the callers have
/// released those copies (see [SegmentFile]), so an engine must release what it wrote and could not
/// sync. Cache copies need no such care: if one is lost, its checksum tells.
///
/// **Compression.** Where [dev.varve.tier.Compression] says so, a block is stored as a Zstandard
/// frame, which to everything below this class is its content. A [Place] whose length is not the
/// block's is that of such a copy.
///
/// Thread-safe: by concurrent maps and atomics here, a lock for each purpose while its segment is
/// being replaced, and the locks of [SegmentWriter] and [SegmentFile]; none is held during
/// transfers.
public final class FlashTier implements SegmentTier {
    private final FlashSettings settings;
    private final Clock clock;
    private final long startNanos;
    private final Transfers transfers;
    private final Compressor compressor;
    private final CopyReader copies;
    private final SegmentFolder folder;
    private final NavigableMap<Integer, SegmentFile> segments = new ConcurrentSkipListMap<>();
    private final Map<Integer, SegmentWriter> writers = new ConcurrentHashMap<>();
    private final OpenSegment durable = new OpenSegment(() -> create(Purpose.DURABLE));
    private final OpenSegment cache = new OpenSegment(() -> create(Purpose.CACHE));
    private final OpenSegment cleaned = new OpenSegment(() -> create(Purpose.CLEANED));
    private final OpenSegment kept = new OpenSegment(() -> create(Purpose.KEPT));
    private final Set<SegmentFile> unflushed = ConcurrentHashMap.newKeySet();
    private final List<Damaged> damaged;
    private final AtomicLong usedBytes = new AtomicLong();
    private final LongAdder contentBytesWritten = new LongAdder();
    /// The same, compressed where it was.
    private final LongAdder storedBytesWritten = new LongAdder();
    private final LongAdder reads = new LongAdder();
    /// Writes that somebody waited for.
    private final Speed awaited = new Speed();
    private final LongAdder contentBytesRead = new LongAdder();
    private final LongAdder corruptReads = new LongAdder();
    private volatile boolean closed;

    private FlashTier(Disk disk, FlashSettings settings, Clock clock, RandomGenerator random) {
        this.settings = settings;
        this.clock = clock;
        startNanos = clock.nanoTime();
        this.transfers = new Transfers(settings.transfersInFlight());
        compressor = new Compressor(settings.compression(), clock);
        copies = new CopyReader(transfers, compressor, clock);
        this.folder = new SegmentFolder(disk, transfers, clock, random);
        SegmentFolder.Contents contents = folder.load();
        this.damaged = contents.damaged();
        damaged.forEach(file -> usedBytes.addAndGet(file.sizeBytes()));
        corruptReads.add(damaged.size());
        for (Found found : contents.segments()) {
            usedBytes.addAndGet(found.sizeBytes());
            segments.put(found.identity().number(), new SegmentFile(found.identity(), found.name(),
                    found.file(), found.sizeBytes(), transfers, this::forget));
        }
    }

    /// Opens the segments of a folder.
    ///
    /// @param disk   borrowed; must outlive the tier
    /// @param random for the salts of new segments
    /// @throws StorageException CONFIG if a newer program wrote the folder, UNAVAILABLE if the
    ///         device fails
    public static FlashTier open(
            Disk disk,
            FlashSettings settings,
            Clock clock,
            RandomGenerator random) {
        return new FlashTier(disk, settings, clock, random);
    }

    @Override
    public Medium medium() {
        return new Medium("flash", true);
    }

    @Override
    public List<Place> write(Purpose purpose, List<Write> writes, Pace pace) {
        checkOpen();
        for (Write write : writes) {
            int length = write.info().lengthBytes();
            Invariant.check(write.block().lengthBytes() == length && length <= maxBlockBytes(),
                    "a block of " + write.block().lengthBytes()
                            + " bytes must have the length in its info ("
                            + length + ") and at most " + maxBlockBytes());
        }
        List<Place> places = new ArrayList<>(writes.size());
        boolean complete = false;
        try {
            for (Batch batch : cut(writes)) {
                try (var memory = new Scratch()) {
                    var stored = compressor.stored(
                            batch.writes(), memory, pace.isFull(), this::use);
                    for (Batch compressed : cut(stored)) {
                        writeBatch(purpose, compressed, pace)
                                .forEach(entry -> places.add(entry.place()));
                    }
                }
                batch.writes()
                        .forEach(write -> contentBytesWritten.add(write.info().lengthBytes()));
            }
            complete = true;
        } finally {
            if (!complete) {
                places.forEach(this::release);
            }
        }
        return places;
    }

    @Override
    public void sync() {
        checkOpen();
        Optional<StorageException> failure = Optional.empty();
        for (SegmentFile segment : List.copyOf(unflushed)) {
            if (!segment.acquire()) {
                unflushed.remove(segment);
                continue;
            }
            try {
                segment.flush();
                forgetFlushed(segment);
            } catch (StorageException e) {
                failure = failure.isPresent() ? failure : Optional.of(e);
            } finally {
                segment.letGo();
            }
        }
        if (failure.isPresent()) {
            throw failure.get();
        }
    }

    @Override
    public void read(Place place, BlockInfo info, Block target, Pace pace) {
        checkOpen();
        Invariant.check(target.lengthBytes() == info.lengthBytes(),
                "a target of " + target.lengthBytes()
                        + " bytes must be as long as the block (" + info.lengthBytes() + ")");
        SegmentFile segment = use(place.segment());
        try {
            copies.read(segment, place, info, target, pace);
            segment.markRead(place.offset());
            reads.increment();
            contentBytesRead.add(info.lengthBytes());
        } catch (StorageException e) {
            if (e.kind() == Kind.CORRUPT) {
                corruptReads.increment();
            }
            throw e;
        } finally {
            segment.letGo();
        }
    }

    @Override
    public Pin pin(int segment) {
        checkOpen();
        SegmentFile file = use(segment);
        if (file.isDropped()) {
            file.letGo();
            throw absent(segment);
        }
        var done = new AtomicBoolean();
        return () -> {
            if (done.compareAndSet(false, true)) {
                file.letGo();
            }
        };
    }

    @Override
    public void adopt(Place place) {
        find(place.segment()).ifPresent(segment -> segment.adopt(place));
    }

    @Override
    public void release(Place place) {
        find(place.segment()).ifPresent(segment -> segment.release(place));
    }

    @Override
    public boolean wasRead(Place place) {
        return find(place.segment()).map(segment -> segment.wasRead(place.offset())).orElse(false);
    }

    @Override
    public List<Segment> segments() {
        return segments.values()
                .stream()
                .filter(segment -> !segment.isDropped())
                .map(s -> new Segment(s.identity().number(), s.identity().purpose(), s.usedBytes(),
                        s.wantedBytes(), writers.containsKey(s.identity().number())))
                .toList();
    }

    @Override
    public List<Entry> entries(int segment) {
        checkOpen();
        SegmentFile file = use(segment);
        try (Loan loan = transfers.borrow()) {
            SegmentWriter writer = writers.get(segment);
            if (writer != null) {
                return writer.entries();
            }
            var reader = new SegmentReader(file.identity(), file.file(), transfers, loan.buffer());
            List<Entry> entries = reader.directory().orElseGet(reader::search);
            corruptReads.add(reader.unreadable());
            return entries;
        } finally {
            file.letGo();
        }
    }

    @Override
    public void drop(int segment) {
        checkOpen();
        Invariant.check(!writers.containsKey(segment),
                "segment " + segment + " must be sealed to be dropped");
        SegmentFile file = use(segment);
        try {
            if (!file.isDropped()) {
                folder.delete(file.name());
                if (file.setDropped()) {
                    unflushed.remove(file);
                    file.letGo();
                }
            }
        } finally {
            file.letGo();
        }
    }

    @Override
    public void seal(Purpose purpose) {
        checkOpen();
        lane(purpose).seal();
    }

    @Override
    public long budgetBytes() {
        return settings.budgetBytes();
    }

    @Override
    public long usedBytes() {
        return usedBytes.get();
    }

    @Override
    public int maxBlockBytes() {
        return settings.maxBlockBytes();
    }

    @Override
    public SegmentTierCounters counters() {
        return new SegmentTierCounters(contentBytesWritten.sum(), transfers.bytesWritten(),
                transfers.bytesRead(), reads.sum(), corruptReads.sum(), transfers.failed(), 0,
                false, Duty.NONE, compressor.counters());
    }

    /// Names of files that are kept but cannot be used, because their header is damaged.
    public List<String> damagedFiles() {
        return damaged.stream().map(Damaged::name).toList();
    }

    /// Seals open segments and closes all files, each when its last pin or running read has ended.
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        durable.seal();
        cache.seal();
        cleaned.seal();
        kept.seal();
        for (SegmentFile segment : segments.values()) {
            if (segment.setDropped()) {
                segment.letGo();
            }
        }
        folder.close();
        compressor.close();
    }

    private List<Batch> cut(List<Write> writes) {
        return Batch.cut(writes, settings.maxBlockBytes(), settings.maxBlocksPerSegment() / 4);
    }

    private List<Entry> writeBatch(Purpose purpose, Batch batch, Pace pace) {
        OpenSegment.Extent extent = lane(purpose).reserve(batch);
        long start = clock.nanoTime();
        List<Entry> entries = extent.writer().write(batch, extent.offset(), pace);
        if (pace.isFull()) {
            awaited.took(clock.nanoTime() - start, batch.bytes());
        }
        unflushed.add(extent.writer().segment());
        entries.forEach(entry -> storedBytesWritten.add(entry.place().storedBytes()));
        return entries;
    }

    /// What has become of a byte of content so far, on average.
    private Use use() {
        long content = contentBytesWritten.sum();
        long stored = storedBytesWritten.sum();
        long device = transfers.bytesWritten();
        double seconds = (clock.nanoTime() - startNanos) / 1e9;
        if (content == 0 || stored == 0) {
            return Use.NONE;
        }
        return new Use((double) device / stored, (double) contentBytesRead.sum() / content,
                seconds * Math.min(1, (double) settings.budgetBytes() / device),
                copies.nanosPerByte(), awaited.nanosPerByte());
    }

    private SegmentWriter create(Purpose purpose) {
        checkOpen();
        int size = settings.segmentBytes();
        long limit = settings.budgetBytes() - (purpose.mayUseTheLast() ? 0 : size);
        if (usedBytes.addAndGet(size) > limit) {
            usedBytes.addAndGet(-size);
            throw new StorageException(Kind.FULL, "a new segment of " + size
                    + " bytes must fit into the flash budget (" + limit + "), of which "
                    + usedBytes.get() + " are used");
        }
        boolean complete = false;
        try {
            Found found = folder.create(purpose);
            var segment = new SegmentFile(found.identity(), found.name(), found.file(), size,
                    transfers,
                    this::forget);
            var writer = new SegmentWriter(segment, settings, transfers, this::sealed);
            // In this order, so that nobody takes the new segment for a sealed one.
            writers.put(found.identity().number(), writer);
            segments.put(found.identity().number(), segment);
            complete = true;
            return writer;
        } finally {
            if (!complete) {
                usedBytes.addAndGet(-size);
            }
        }
    }

    private void sealed(SegmentWriter writer) {
        usedBytes.addAndGet(-writer.segment().shrinkTo(writer.sealedBytes()));
        writers.remove(writer.segment().identity().number());
    }

    private void forget(SegmentFile segment) {
        segments.remove(segment.identity().number());
        usedBytes.addAndGet(-segment.usedBytes());
    }

    private void forgetFlushed(SegmentFile segment) {
        unflushed.remove(segment);
        if (!segment.isFlushed()) {
            unflushed.add(segment);
        }
    }

    private OpenSegment lane(Purpose purpose) {
        return switch (purpose) {
            case DURABLE -> durable;
            case CACHE -> cache;
            case CLEANED -> cleaned;
            case KEPT -> kept;
        };
    }

    private Optional<SegmentFile> find(int segment) {
        return Optional.ofNullable(segments.get(segment));
    }

    /// Finds a segment and becomes its user; the caller must let go of it.
    private SegmentFile use(int segment) {
        return find(segment).filter(SegmentFile::acquire).orElseThrow(() -> absent(segment));
    }

    private void checkOpen() {
        if (closed) {
            throw new StorageException(Kind.CLOSED, "the flash tier is closed");
        }
    }

    private static StorageException absent(int segment) {
        return new StorageException(Kind.ABSENT, "segment " + segment + " was dropped");
    }
}
