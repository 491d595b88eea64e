package dev.varve.door.resp;

/// Says that a reply cannot be finished: its beginning is with the client already and the rest is
/// not to be had, or the client is gone. All that is left is to close the connection.
final class BrokenReply extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BrokenReply(String message) {
        super(message, null, false, false);
    }
}
