package dev.varve.tier.flash;

import dev.varve.env.Disk;
import dev.varve.env.DiskFile;
import dev.varve.env.StorageException;
import dev.varve.tier.SegmentTier.Entry;
import dev.varve.tier.flash.FlashReport.Finding;
import dev.varve.tier.flash.FlashReport.Problem;
import dev.varve.tier.flash.HeaderLayout.Identity;
import dev.varve.tier.flash.Transfers.Loan;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// Reads all segments of a folder and checks every header, directory and block. Changes nothing;
/// the folder must not be in use.
///
/// Confined to its thread.
public final class FlashVerifier {
    private final Disk disk;
    private final Consumer<Entry> intact;
    private final Transfers transfers = new Transfers(1);
    private final List<Problem> problems = new ArrayList<>();
    private int segments;
    private int unsealed;
    private long blocks;
    private long contentBytes;

    private FlashVerifier(Disk disk, Consumer<Entry> intact) {
        this.disk = disk;
        this.intact = intact;
    }

    /// Checks a folder.
    ///
    /// @param disk   borrowed
    /// @param intact told of each sound block, segment by segment
    public static FlashReport verify(Disk disk, Consumer<Entry> intact) {
        var verifier = new FlashVerifier(disk, intact);
        for (String name : disk.names()) {
            if (SegmentFolder.number(name).isPresent()) {
                verifier.checkFile(name);
            }
        }
        return new FlashReport(verifier.segments, verifier.unsealed, verifier.blocks,
                verifier.contentBytes,
                verifier.problems);
    }

    private void checkFile(String name) {
        segments++;
        try (DiskFile file = disk.open(name); Loan loan = transfers.borrow()) {
            MemorySegment page = loan.buffer().asSlice(0, PageLayout.BYTES);
            if (file.sizeBytes() < PageLayout.BYTES) {
                report(Finding.UNFINISHED_FILE, name, "the file ends within its header");
                return;
            }
            file.read(0, page);
            switch (PageLayout.check(page, HeaderLayout.MAGIC)) {
                case DAMAGED ->
                    report(file.sizeBytes() > PageLayout.BYTES
                            ? Finding.DAMAGED_HEADER
                            : Finding.UNFINISHED_FILE, name,
                            "the first page is no header, or was changed");
                case NEWER -> report(Finding.NEWER_VERSION, name,
                        "format version " + PageLayout.version(page)
                                + " is newer than this program");
                case GOOD -> {
                    Identity identity = HeaderLayout.decode(page);
                    if (identity.number() == SegmentFolder.number(name).orElseThrow()) {
                        checkSegment(name,
                                new SegmentReader(identity, file, transfers, loan.buffer()));
                    } else {
                        report(Finding.DAMAGED_HEADER, name,
                                "the header says segment " + identity.number());
                    }
                }
            }
        } catch (StorageException e) {
            report(Finding.UNREADABLE, name, String.valueOf(e.getMessage()));
        }
    }

    private void checkSegment(String name, SegmentReader reader) {
        Optional<List<Entry>> directory = reader.directory();
        List<Entry> found = reader.search();
        Set<Entry> headers = new HashSet<>(found);
        if (directory.isEmpty()) {
            unsealed++;
            if (reader.hasTrailer()) {
                report(Finding.DAMAGED_DIRECTORY, name,
                        "the directory does not match its checksum");
            }
        }
        for (Entry entry : directory.orElse(found)) {
            String block = "block " + entry.info().id() + " (" + entry.info().lengthBytes()
                    + " bytes) at offset " + entry.place().offset();
            if (!reader.isIntact(entry)) {
                report(directory.isPresent() ? Finding.DAMAGED_BLOCK : Finding.UNFINISHED_BLOCK,
                        name,
                        block + " does not match its checksum");
            } else if (!headers.contains(entry)) {
                report(Finding.DAMAGED_BLOCK, name, "the header of " + block + " is damaged");
            } else {
                blocks++;
                contentBytes += entry.info().lengthBytes();
                intact.accept(entry);
            }
        }
    }

    private void report(Finding finding, String name, String text) {
        problems.add(new Problem(finding, name, text));
    }
}
