package dev.varve.door.resp;

import dev.varve.env.StorageException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/// Executes requests: checks what Redis checks before any command, and turns failures into error
/// replies.
///
/// Confined to whoever executes the session's commands.
final class Dispatcher {
    private static final Logger LOG = System.getLogger(Dispatcher.class.getName());

    private final Door door;
    private final Session session;

    Dispatcher(Door door, Session session) {
        this.door = door;
        this.session = session;
    }

    /// Adds one complete reply.
    ///
    /// @throws WouldBlock   if `keys` does not wait and this command must; the reply is incomplete
    /// @throws BrokenReply  if the connection must be closed
    void run(Request request, Keyspace keys, Reply reply) {
        var mark = reply.mark();
        try {
            var command = CommandTable.resolve(request.command(), request);
            session.used(command);
            if (!command.takes(request.size())) {
                throw ReplyError.arity(command.name());
            }
            if (session.guest() && !command.needsNoUser()) {
                throw new ReplyError("NOAUTH Authentication required.");
            }
            if (!permits(command, request)) {
                throw new ReplyError("NOPERM No permissions to access a key");
            }
            command.handler().run(new Call(door, session, request, keys, reply));
        } catch (ReplyError e) {
            fail(reply, mark, e.text());
        } catch (StorageException e) {
            fail(reply, mark, describe(e));
        } catch (WouldBlock | BrokenReply e) {
            throw e;
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "command " + request.command().name() + " failed", e);
            fail(reply, mark, "ERR internal error");
        }
    }

    /// Whether the user may touch all keys of a request. Nobody has looked for them yet.
    private boolean permits(Command command, Request request) {
        var access = session.access();
        var keys = command.keys();
        if (!access.restricted() || keys.first() == 0) {
            return true;
        }
        int last = keys.last() < 0 ? request.size() + keys.last() : keys.last();
        for (int i = keys.first(); i <= last; i += keys.step()) {
            if (!access.allows(request.bytes(i))) {
                return false;
            }
        }
        return true;
    }

    private void fail(Reply reply, Reply.Mark mark, String message) {
        reply.rewind(mark);
        reply.error(message);
        door.tallies().errors.increment();
    }

    private static String describe(StorageException failure) {
        return switch (failure.kind()) {
            case FULL -> "OOM command not allowed when used memory > 'maxmemory'.";
            case CLOSED -> "ERR server is shutting down";
            case CORRUPT, UNAVAILABLE, CONFIG, CONFLICT, ABSENT ->
                "ERR storage failed: " + failure.getMessage();
        };
    }
}
