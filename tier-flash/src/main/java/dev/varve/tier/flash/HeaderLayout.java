package dev.varve.tier.flash;

import static dev.varve.tier.flash.LittleEndian.U16;
import static dev.varve.tier.flash.LittleEndian.U32;
import static dev.varve.tier.flash.LittleEndian.U64;

import dev.varve.tier.Purpose;
import java.lang.foreign.MemorySegment;

/// The first page of a segment file; see [PageLayout] for its frame.
///
///     6   u16  purpose: 1 durable, 2 cache, 3 cleaned, 4 kept
///     8   u32  segment number
///     12  u32  zero
///     16  u64  salt
///     24  u64  creation time, milliseconds since 1970
final class HeaderLayout {
    static final int MAGIC = 0x47455356; // "VSEG"
    private static final int PURPOSE = 6;
    private static final int NUMBER = 8;
    private static final int SALT = 16;
    private static final int CREATED = 24;

    /// What makes a segment different from all others. The salt goes into the checksum of each
    /// block header, so that neither the leftovers of a deleted file nor content that looks like a
    /// header can be taken for one.
    record Identity(int number, Purpose purpose, long salt, long createdMillis) {}

    private HeaderLayout() {}

    static void encode(MemorySegment page, Identity identity) {
        PageLayout.begin(page, MAGIC);
        page.set(U16, PURPOSE, code(identity.purpose()));
        page.set(U32, NUMBER, identity.number());
        page.set(U64, SALT, identity.salt());
        page.set(U64, CREATED, identity.createdMillis());
        PageLayout.finish(page);
    }

    /// @param page one that [PageLayout#check] found good
    static Identity decode(MemorySegment page) {
        Purpose purpose = purpose(page.get(U16, PURPOSE));
        return new Identity(page.get(U32, NUMBER), purpose, page.get(U64, SALT),
                page.get(U64, CREATED));
    }

    private static short code(Purpose purpose) {
        return switch (purpose) {
            case DURABLE -> 1;
            case CACHE -> 2;
            case CLEANED -> 3;
            case KEPT -> 4;
        };
    }

    private static Purpose purpose(short code) {
        return switch (code) {
            case 2 -> Purpose.CACHE;
            case 3 -> Purpose.CLEANED;
            case 4 -> Purpose.KEPT;
            default -> Purpose.DURABLE; // kept rather than dropped, should it be none of ours
        };
    }
}
