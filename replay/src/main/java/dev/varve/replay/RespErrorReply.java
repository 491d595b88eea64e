package dev.varve.replay;

/// A server answered a command with an error. The connection goes on.
public final class RespErrorReply extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// @param text the server's words, such as `ERR unknown command`
    RespErrorReply(String text) {
        super(text);
    }
}
