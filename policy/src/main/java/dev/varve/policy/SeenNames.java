package dev.varve.policy;

/// Names that were seen lately, without what they name: a table of one hash each, where a newer
/// name displaces an older one that falls on its place. It may take one name in some billions for
/// another, and forgets some early.
///
/// Four bytes a name. Confined.
final class SeenNames {
    private final int[] tags;

    /// @param names how many there may be; a power of two
    SeenNames(int names) {
        if (names < 2 || Integer.bitCount(names) != 1) {
            throw new IllegalArgumentException("names (" + names + ") must be a power of two");
        }
        tags = new int[names];
    }

    void add(long name) {
        long h = Hashes.mix(name);
        tags[index(h)] = tag(h);
    }

    boolean contains(long name) {
        long h = Hashes.mix(name);
        return tags[index(h)] == tag(h);
    }

    private int index(long h) {
        return (int) h & tags.length - 1;
    }

    /// 0 means that a place is empty.
    private static int tag(long h) {
        return (int) (h >>> 32) | 1;
    }
}
