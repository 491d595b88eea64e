package dev.varve.door.resp;

/// Says that a command cannot go on without waiting; see [Keyspace].
///
/// Has no stack trace: it is thrown on paths that are taken often.
final class WouldBlock extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WouldBlock() {
        super("would block", null, false, false);
    }
}
