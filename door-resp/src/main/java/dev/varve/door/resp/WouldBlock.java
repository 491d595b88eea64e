package dev.varve.door.resp;

/// Says that a command cannot go on without waiting; see [Keyspace].
///
/// One shared instance without a stack trace: it is thrown on paths that are taken often.
final class WouldBlock extends RuntimeException {
    private static final long serialVersionUID = 1L;

    static final WouldBlock SIGNAL = new WouldBlock();

    private WouldBlock() {
        super("would block", null, false, false);
    }
}
