package dev.varve.engine;

import dev.varve.bytes.Block;
import dev.varve.bytes.Slab;
import dev.varve.engine.Catalog.StoredObject;
import dev.varve.engine.Departure.Reason;
import dev.varve.engine.EngineStatus.Survival;
import dev.varve.env.Clock;
import dev.varve.env.Tasks;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Takes up what the process before left in memory, before anything else works with it. What
/// cannot be proven whole is dropped, and counted by its reason.
///
/// A slot is believed if its checksum is right and its block's bytes have the checksum that it
/// names; if no other slot claims the same memory; and if it agrees with the catalog about its
/// object's version. Where slot and catalog differ, one of them was about to be changed when the
/// process died:
///
///     slot       catalog        what happened last                    what is done
///     any        same version   demotion, or promotion                persisted
///     any        newer version  a replacement                         slot dropped
///     fresh      nothing        nothing                               fresh
///     persisted  nothing        a removal, or eviction from flash     slot dropped
///     any        older version  cannot be                             both dropped
///
/// Confined to one thread, which others help with checksums.
final class Recall {
    /// Below this, checksums are not worth a second thread.
    private static final long HELPED_BYTES = 16L << 20;
    private static final int HELPERS = 15;

    private final SlotIndex index;
    private final Slab slab;
    private final BucketRegistry buckets;
    private final Catalog catalog;
    private final Residency residency;
    private final ObjectTable table;
    private final DepartureLog departures;
    private final Clock clock;
    private final EngineCounters counters;
    private final Map<Loss, Long> losses = new EnumMap<>(Loss.class);
    /// Whose slots or blocks were damaged.
    private final Set<Slot.Owner> damaged = new HashSet<>();
    private long foundBlocks;
    private long foundBytes;

    /// Why something that was in memory is not taken up.
    private enum Loss {
        /// The index's head: nothing else is lost with it.
        DAMAGED_HEAD(true),
        /// A slot fails its checksum. Nobody knows for sure whose it was.
        DAMAGED_SLOT(true),
        /// A block fails its checksum.
        DAMAGED_BLOCK(true),
        /// Two slots claim the same memory, or a slot claims what is no place for its block.
        OVERLAP(true),
        /// Another store wrote it, or this one before its folder went back in time.
        FOREIGN(false),
        NO_BUCKET(false),
        EXPIRED(false),
        /// There is a newer version.
        SUPERSEDED(false),
        /// The catalog knew it, and does not any more.
        GONE(false),
        /// The catalog has an older version, which is dropped as well.
        CONTRADICTION(false),
        /// Another part of the object is not there.
        INCOMPLETE(false);

        private final boolean damage;

        Loss(boolean damage) {
            this.damage = damage;
        }

        String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /// A slot that may be taken up.
    private static final class Candidate {
        private final int slot;
        private final Slot said;
        private final boolean fresh;
        private @Nullable Verdict verdict;
        private @Nullable Block block;
        private volatile boolean proven;

        Candidate(int slot, Slot said, boolean fresh) {
            this.slot = slot;
            this.said = said;
            this.fresh = fresh;
        }

        Slot.Owner owner() {
            return new Slot.Owner(said.bucket(), said.key());
        }

        Verdict verdict() {
            if (verdict == null) {
                throw new IllegalStateException("slot " + slot + " was not judged");
            }
            return verdict;
        }

        boolean isFresh() {
            return verdict().state == LiveObject.State.FRESH;
        }

        Block adopted() {
            if (block == null) {
                throw new IllegalStateException("slot " + slot + " has no block");
            }
            return block;
        }

        void prove() {
            proven = adopted().crc32c() == said.block().crc32c();
        }
    }

    /// What becomes of an object.
    ///
    /// @param loss   why nothing of it is taken up, if so
    /// @param stored its present version
    private record Verdict(
            Optional<Loss> loss,
            StoredObject stored,
            LiveObject.State state) {}

    Recall(
            SlotIndex index,
            Slab slab,
            BucketRegistry buckets,
            Catalog catalog,
            Residency residency,
            ObjectTable table,
            DepartureLog departures,
            Clock clock,
            EngineCounters counters) {
        this.index = index;
        this.slab = slab;
        this.buckets = buckets;
        this.catalog = catalog;
        this.residency = residency;
        this.table = table;
        this.departures = departures;
        this.clock = clock;
        this.counters = counters;
    }

    /// @param firstOwnId all ids of the processes before are less
    void run(long firstOwnId, Tasks tasks) {
        if (index.found() == SlotIndex.Head.DAMAGED) {
            count(Loss.DAMAGED_HEAD);
        }
        var candidates = read();
        if (candidates.stream().anyMatch(found -> isForeign(found.said, firstOwnId))) {
            candidates.forEach(found -> drop(found, Loss.FOREIGN));
            candidates = List.of();
        }
        candidates = keep(candidates, this::misplaced);
        candidates = apart(candidates);
        judge(candidates);
        candidates = keep(candidates, Recall::refuted);
        candidates = keep(candidates, this::adopt);
        prove(candidates, tasks);
        candidates = keep(candidates,
                found -> found.proven ? Optional.empty() : Optional.of(Loss.DAMAGED_BLOCK));
        candidates = whole(candidates);
        candidates = labelled(candidates);
        install(candidates);
        damaged.forEach(this::explain);
    }

    /// What was found, for the status.
    Survival survival() {
        var dropped = new LinkedHashMap<String, Long>();
        for (var loss : Loss.values()) {
            dropped.put(loss.text(), losses.getOrDefault(loss, 0L));
        }
        return new Survival(index.slots(), index.usedSlots(), index.withoutSlot(), foundBlocks,
                foundBytes, dropped);
    }

    private interface Judge {
        /// Why a candidate is dropped, if it is.
        Optional<Loss> loss(Candidate candidate);
    }

    private List<Candidate> keep(List<Candidate> candidates, Judge judge) {
        var kept = new ArrayList<Candidate>(candidates.size());
        for (var candidate : candidates) {
            var loss = judge.loss(candidate);
            if (loss.isEmpty()) {
                kept.add(candidate);
            } else {
                drop(candidate, loss.get());
            }
        }
        return kept;
    }

    private List<Candidate> read() {
        var candidates = new ArrayList<Candidate>();
        for (int slot = index.slots() - 1; slot >= 0; slot--) {
            switch (index.read(slot)) {
                case Slot.Found.Free _ -> index.release(slot);
                case Slot.Found.Damaged(var owner) -> {
                    count(Loss.DAMAGED_SLOT);
                    owner.ifPresentOrElse(damaged::add, departures::noteNamelessLoss);
                    index.release(slot);
                }
                case Slot.Found.Whole(var said, var fresh) -> candidates
                        .add(new Candidate(slot, said, fresh));
            }
        }
        candidates.sort(Comparator.comparingLong(found -> found.said.block().id()));
        return candidates;
    }

    private static boolean isForeign(Slot said, long firstOwnId) {
        return said.version() >= firstOwnId || said.block().id() >= firstOwnId;
    }

    /// Whether a slot claims what is no place for its block, so that it cannot speak against
    /// others.
    private Optional<Loss> misplaced(Candidate candidate) {
        long bytes = 0;
        for (long chunk : candidate.said.chunks()) {
            long offset = Slab.chunkOffset(chunk);
            long length = Slab.chunkBytes(chunk);
            if (offset < 0 || length <= 0 || length > slab.capacityBytes()
                    || offset > slab.capacityBytes() - length) {
                return Optional.of(Loss.OVERLAP);
            }
            bytes += length;
        }
        return bytes == slab.footprintBytes(candidate.said.block().lengthBytes())
                ? Optional.empty()
                : Optional.of(Loss.OVERLAP);
    }

    /// Drops all whose memory another one claims as well.
    private List<Candidate> apart(List<Candidate> candidates) {
        record Claim(long chunk, Candidate by) {}

        var claims = new ArrayList<Claim>();
        for (var candidate : candidates) {
            for (long chunk : candidate.said.chunks()) {
                claims.add(new Claim(chunk, candidate));
            }
        }
        claims.sort(Comparator.comparingLong(claim -> Slab.chunkOffset(claim.chunk)));
        var overlapping = new HashSet<Candidate>();
        long end = -1;
        Candidate last = null;
        for (var claim : claims) {
            if (last != null && Slab.chunkOffset(claim.chunk) < end) {
                overlapping.add(last);
                overlapping.add(claim.by);
            }
            long ownEnd = Slab.chunkOffset(claim.chunk) + Slab.chunkBytes(claim.chunk);
            if (ownEnd > end) {
                end = ownEnd;
                last = claim.by;
            }
        }
        return keep(candidates, found -> overlapping.contains(found)
                ? Optional.of(Loss.OVERLAP)
                : Optional.empty());
    }

    /// Compares what the newest slot says of each object with the catalog.
    private void judge(List<Candidate> candidates) {
        var newest = new HashMap<Slot.Owner, Candidate>();
        for (var candidate : candidates) {
            newest.merge(candidate.owner(), candidate,
                    (a, b) -> a.said.version() >= b.said.version() ? a : b);
        }
        var verdicts = new HashMap<Slot.Owner, Verdict>();
        newest.forEach((owner, candidate) -> verdicts.put(owner, judge(owner, candidate)));
        candidates.forEach(candidate -> candidate.verdict = verdicts.get(candidate.owner()));
    }

    private Verdict judge(Slot.Owner owner, Candidate newest) {
        var said = newest.said.stored();
        var bucket = buckets.byId(owner.bucket()).filter(found -> !found.isDurable());
        if (bucket.isEmpty()) {
            return new Verdict(Optional.of(Loss.NO_BUCKET), said, LiveObject.State.GONE);
        }
        var cataloged = catalog.mayHaveObject(owner.bucket(), owner.key())
                ? catalog.object(owner.bucket(), owner.key())
                : Optional.<StoredObject>empty();
        if (cataloged.isEmpty()) {
            var loss = !newest.fresh
                    ? Optional.of(Loss.GONE)
                    : table.isCurrent(said.info())
                            ? Optional.<Loss>empty()
                            : Optional.of(Loss.EXPIRED);
            return new Verdict(loss, said, LiveObject.State.FRESH);
        }
        var known = cataloged.get();
        if (known.info().version() < said.info().version()) {
            table.remove(bucket.get(), owner.key(), Precondition.IF_PRESENT, Reason.LOST,
                    "the catalog had an older version than memory");
            return new Verdict(Optional.of(Loss.CONTRADICTION), known, LiveObject.State.GONE);
        }
        return new Verdict(
                table.isCurrent(known.info()) ? Optional.empty() : Optional.of(Loss.EXPIRED),
                known, LiveObject.State.PERSISTED);
    }

    private static Optional<Loss> refuted(Candidate candidate) {
        var verdict = candidate.verdict();
        if (candidate.said.version() < verdict.stored.info().version()) {
            return Optional.of(Loss.SUPERSEDED);
        }
        return verdict.loss.isPresent()
                || verdict.stored.blocks().contains(candidate.said.block())
                        ? verdict.loss
                        : Optional.of(Loss.DAMAGED_SLOT);
    }

    private Optional<Loss> adopt(Candidate candidate) {
        candidate.block = slab.adopt(candidate.said.block().lengthBytes(), candidate.said.chunks())
                .orElse(null);
        return candidate.block == null ? Optional.of(Loss.OVERLAP) : Optional.empty();
    }

    /// Compares each block's bytes with their checksum, on all processors.
    private static void prove(List<Candidate> candidates, Tasks tasks) {
        var next = new AtomicInteger();
        var left = new CountDownLatch(candidates.size());
        Runnable body = () -> {
            for (int i = next.getAndIncrement(); i < candidates.size(); i = next
                    .getAndIncrement()) {
                try {
                    candidates.get(i).prove();
                } finally {
                    left.countDown();
                }
            }
        };
        long bytes = candidates.stream()
                .mapToLong(found -> found.said.block().lengthBytes())
                .sum();
        for (int i = 0; bytes >= HELPED_BYTES && i < HELPERS; i++) {
            tasks.start("recall", body);
        }
        body.run();
        await(left);
    }

    private static void await(CountDownLatch left) {
        boolean interrupted = false;
        while (left.getCount() > 0) {
            try {
                left.await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// Drops fresh objects that lack a block.
    private List<Candidate> whole(List<Candidate> candidates) {
        var present = candidates.stream()
                .collect(Collectors.groupingBy(Candidate::owner, Collectors.counting()));
        return keep(candidates, found -> found.isFresh() && present
                .getOrDefault(found.owner(), 0L) < found.verdict().stored.blocks().size()
                        ? Optional.of(Loss.INCOMPLETE)
                        : Optional.empty());
    }

    /// Drops fresh labels whose bodies are not there; see [Pairs].
    private List<Candidate> labelled(List<Candidate> candidates) {
        var present = candidates.stream().map(Candidate::owner).collect(Collectors.toSet());
        return keep(candidates, found -> Pairs.bodyOf(found.said.key())
                .filter(_ -> found.isFresh())
                .filter(body -> !present.contains(new Slot.Owner(found.said.bucket(), body))
                        && catalog.object(found.said.bucket(), body).isEmpty())
                .map(_ -> Loss.INCOMPLETE));
    }

    private void install(List<Candidate> candidates) {
        for (var candidate : candidates) {
            var owner = candidate.owner();
            var verdict = candidate.verdict();
            var bucket = buckets.byId(owner.bucket()).orElseThrow();
            var live = bucket.live()
                    .computeIfAbsent(owner.key(),
                            _ -> new LiveObject(bucket, verdict.stored, verdict.state));
            if (verdict.state == LiveObject.State.FRESH) {
                bucket.fresh().add(owner.key());
            }
            residency.readmit(
                    candidate.said.block(), candidate.adopted(), live, candidate.slot);
            residency.restate(live);
            foundBlocks++;
            foundBytes += candidate.said.block().lengthBytes();
        }
    }

    private void drop(Candidate candidate, Loss loss) {
        count(loss);
        if (loss.damage) {
            damaged.add(candidate.owner());
        }
        index.release(candidate.slot);
        if (candidate.block != null) {
            candidate.block.close();
        }
    }

    private void count(Loss loss) {
        losses.merge(loss, 1L, Long::sum);
        if (loss.damage) {
            counters.corruptBlocks.increment();
        }
    }

    /// Says of an object with damage, if nothing else is left of it, why it is not there.
    private void explain(Slot.Owner owner) {
        var bucket = buckets.byId(owner.bucket());
        if (bucket.isEmpty() || table.findEvenExpired(bucket.get(), owner.key()).isPresent()) {
            return;
        }
        var info = new ObjectInfo(owner.key(), 0, 0, clock.epochMillis(), ObjectAttributes.NONE);
        departures.note(bucket.get(), info, Reason.LOST, 0, "damaged in memory over a restart");
        table.dropLost(bucket.get(), info, "damaged in memory over a restart");
    }
}
