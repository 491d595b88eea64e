package dev.varve.door.resp;

/// Ends a command with an error reply. The message is the reply without the leading `-`, its first
/// word the code that clients look at.
///
/// Has no stack trace: it is an answer, not a fault.
final class ReplyError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ReplyError(String message) {
        super(message, null, false, false);
    }

    static ReplyError syntax() {
        return new ReplyError("ERR syntax error");
    }

    static ReplyError notInteger() {
        return new ReplyError("ERR value is not an integer or out of range");
    }

    static ReplyError arity(String command) {
        return new ReplyError("ERR wrong number of arguments for '" + command + "' command");
    }

    static ReplyError invalidExpire(String command) {
        return new ReplyError("ERR invalid expire time in '" + command + "' command");
    }

    String text() {
        var message = getMessage();
        return message == null ? "ERR" : message;
    }
}
