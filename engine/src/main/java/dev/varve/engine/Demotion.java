package dev.varve.engine;

import dev.varve.bytes.Block;
import dev.varve.engine.Departure.Reason;
import dev.varve.engine.Residency.Resident;
import dev.varve.env.Clock;
import dev.varve.env.Invariant;
import dev.varve.env.StorageException;
import dev.varve.env.Tasks;
import dev.varve.tier.BlockInfo;
import dev.varve.tier.Pace;
import dev.varve.tier.Place;
import dev.varve.tier.Purpose;
import dev.varve.tier.SegmentTier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/// Moves what leaves memory to flash: keeps a reserve of memory free in the background, and works
/// for a writer that found none.
///
/// Where the goal is energy, the background lets what leaves gather until there is enough for a
/// burst ([Gathering]), and what it has written stays in memory until its room is needed.
///
/// A fresh object goes as a whole, because its catalog entry speaks for all its blocks. Where
/// flash will not take it, or the rules say that it is not worth a write, it is dropped.
///
/// Thread-safe: several threads may work at once, each on blocks of its own.
final class Demotion implements Tasks.Worker {
    private static final System.Logger LOG = System.getLogger(Demotion.class.getName());
    private static final long BATCH_BYTES = 8 << 20;
    private static final long LOG_PAUSE_NANOS = Duration.ofSeconds(10).toNanos();

    private final Residency residency;
    private final ObjectTable table;
    private final SegmentTier flash;
    private final Admission admission;
    private final Clock clock;
    private final Lookups lookups;
    private final Gathering gathering;
    private final Pace pace;
    private final EngineCounters counters;
    private final AtomicLong quietUntil;
    private volatile Runnable alarm = () -> {};
    private volatile Runnable fullFlash = () -> {};

    Demotion(
            Residency residency,
            ObjectTable table,
            SegmentTier flash,
            Admission admission,
            Clock clock,
            Lookups lookups,
            MovementControl movement,
            Gathering gathering,
            EngineCounters counters) {
        this.residency = residency;
        this.table = table;
        this.flash = flash;
        this.admission = admission;
        this.clock = clock;
        this.lookups = lookups;
        this.gathering = gathering;
        pace = movement.pace(residency::isShort);
        this.counters = counters;
        this.quietUntil = new AtomicLong(clock.nanoTime());
    }

    /// Says how the background task that runs this worker is woken.
    void onWake(Runnable wake) {
        alarm = wake;
    }

    /// Says who is told when flash has no room, although its budget may not be used up: the device
    /// can be smaller, or others can have filled it.
    void onFullFlash(Runnable told) {
        fullFlash = told;
    }

    /// Tells the background that memory runs low. Never blocks.
    void wake() {
        alarm.run();
    }

    /// Demotes one batch, at the pace of the background as long as memory lasts.
    ///
    /// @return how many blocks left memory, may leave it now, or were told to wait
    @Override
    public int doWork() {
        residency.gather(gathering.burstBytes());
        return work(pace, residency::letGoLater);
    }

    /// As [#doWork], for a client that waits for memory.
    int help() {
        return work(Pace.FULL, resident -> false);
    }

    /// @param later lets a block stay until its room is needed, or says that it must go now
    private int work(Pace atPace, Predicate<Resident> later) {
        residency.restoreReserve();
        var leaving = residency.takeLeaving(BATCH_BYTES);
        if (leaving.isEmpty()) {
            return 0;
        }
        var reads = new LinkedHashMap<LiveObject, Integer>();
        for (var resident : leaving) {
            if (resident.owner().state() == LiveObject.State.FRESH) {
                reads.merge(resident.owner(), resident.reads(), Math::max);
            }
        }
        int staying = demote(reads, false, atPace);
        leaving.stream().filter(later.negate()).forEach(table::letGo);
        return Math.max(0, leaving.size() - staying);
    }

    /// Gives an object a copy on flash now, if it has none yet.
    ///
    /// @return whether it has one
    boolean persist(LiveObject object) {
        demote(Map.of(object, Integer.MAX_VALUE), true, Pace.FULL);
        return object.state() == LiveObject.State.PERSISTED;
    }

    /// @param certain whether nobody is asked if they are worth it
    /// @return how many blocks must stay in memory
    private int demote(Map<LiveObject, Integer> reads, boolean certain, Pace atPace) {
        int staying = 0;
        var loads = new ArrayList<Load>();
        try {
            for (var entry : reads.entrySet()) {
                var load = prepare(entry.getKey(), entry.getValue());
                if (load.isEmpty()) {
                    staying += drop(entry.getKey(), Reason.NOT_ADMITTED, entry.getValue(), "");
                } else if (certain) {
                    loads.add(load.get());
                } else {
                    staying += judge(load.get(), loads);
                }
            }
            var writes = loads.stream().flatMap(load -> load.writes().stream()).toList();
            if (writes.isEmpty()) {
                return staying;
            }
            var places = flash.write(Purpose.CACHE, writes, atPace);
            int at = 0;
            for (var load : loads) {
                int end = at + load.writes().size();
                staying += finish(load, places.subList(at, end));
                at = end;
            }
            Invariant.check(at == places.size(), "as many places as writes");
        } catch (StorageException refused) {
            if (refused.kind() == StorageException.Kind.FULL) {
                fullFlash.run();
            }
            for (var load : loads) {
                staying += refuse(load, refused);
            }
        } finally {
            loads.forEach(Load::close);
        }
        return staying;
    }

    /// Adds a load to those that are written, lets its object wait, or drops it.
    ///
    /// @return how many blocks must stay in memory
    private int judge(Load load, List<Load> written) {
        var object = load.object();
        var ruling = admission.decide(object, load.reads(),
                table.mustStay(object.bucket(), object.key()));
        return switch (ruling.decision()) {
            case WRITE -> {
                written.add(load);
                yield 0;
            }
            case WAIT -> {
                load.close();
                object.waits(load.reads());
                residency.stay(object.stored().blocks());
                yield 0;
            }
            case REFUSE -> {
                load.close();
                yield drop(object, Reason.NOT_ADMITTED, load.reads(), ruling.detail());
            }
        };
    }

    /// Drops an object, or keeps it in memory where something holds it.
    ///
    /// @return how many blocks were kept
    private int drop(LiveObject object, Reason reason, int reads, String detail) {
        if (table.dropFresh(object, reason, reads, detail)) {
            return 0;
        }
        residency.stay(object.stored().blocks());
        return object.stored().blocks().size();
    }

    /// @return empty where memory lacks a block of it
    private Optional<Load> prepare(LiveObject object, int reads) {
        var stored = object.stored();
        var load = new Load(object, reads, new ArrayList<>());
        for (var info : stored.blocks()) {
            var block = residency.peek(info.id());
            if (block.isPresent()) {
                load.writes().add(new SegmentTier.Write(info, block.get()));
            }
        }
        boolean whole = load.writes().size() == stored.blocks().size();
        if (whole) {
            return Optional.of(load);
        }
        load.close();
        return Optional.empty();
    }

    /// @return how many blocks were kept
    private int finish(Load load, List<Place> places) {
        try {
            if (table.persist(load.object(), places)) {
                counters.demotedBytes.add(load.bytes());
                lookups.moved(load.object().bucket(), load.object().key(), load.bytes(),
                        Traffic::flashWritten);
            }
            return 0;
        } catch (StorageException refused) {
            return refuse(load, refused);
        }
    }

    /// @return how many blocks were kept
    private int refuse(Load load, StorageException refused) {
        long now = clock.nanoTime();
        long quiet = quietUntil.get();
        if (now - quiet >= 0 && quietUntil.compareAndSet(quiet, now + LOG_PAUSE_NANOS)) {
            LOG.log(System.Logger.Level.WARNING, "flash takes no blocks from memory: {0}",
                    refused.getMessage());
        }
        return drop(load.object(), Reason.FLASH_REFUSED, load.reads(), refused.getMessage());
    }

    /// An object on its way, with a lease on each block.
    private record Load(LiveObject object, int reads, List<SegmentTier.Write> writes) {
        long bytes() {
            return writes.stream()
                    .map(SegmentTier.Write::info)
                    .mapToLong(BlockInfo::lengthBytes)
                    .sum();
        }

        void close() {
            writes.stream().map(SegmentTier.Write::block).forEach(Block::close);
        }
    }
}
