package dev.varve.door.resp;

import dev.varve.door.resp.Command.Keys;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/// Commands about the connection: who is there and which protocol is spoken.
final class ConnectionCommands {
    private static final byte[] DEFAULT_USER = Users.DEFAULT.getBytes(StandardCharsets.UTF_8);
    private static final String WRONG_PASSWORD = "WRONGPASS invalid username-password pair or "
            + "user is disabled.";

    private ConnectionCommands() {}

    static List<Command> all() {
        return List.of(
                Command.of("hello", -1, "noscript loading stale fast no_auth allow_busy",
                        Keys.NONE, ConnectionCommands::hello),
                Command.of("auth", -2, "noscript loading stale fast no_auth allow_busy",
                        Keys.NONE, ConnectionCommands::auth),
                Command.of("ping", -1, "fast", Keys.NONE, ConnectionCommands::ping),
                Command.of("echo", 2, "loading stale fast", Keys.NONE,
                        call -> call.reply().bulk(call.request().bytes(1))),
                Command.of("select", 2, "loading stale fast", Keys.NONE,
                        ConnectionCommands::select),
                Command.of("quit", -1, "noscript loading stale fast no_auth allow_busy",
                        Keys.NONE, call -> call.reply().ok()),
                Command.of("reset", 1, "noscript loading stale fast no_auth allow_busy",
                        Keys.NONE, ConnectionCommands::reset));
    }

    private static void ping(Call call) {
        switch (call.request().size()) {
            case 1 -> call.reply().simple("PONG");
            case 2 -> call.reply().bulk(call.request().bytes(1));
            default -> throw ReplyError.arity("ping");
        }
    }

    private static void select(Call call) {
        long index = call.request().number(1);
        if (index != (int) index) {
            throw new ReplyError("ERR value is out of range, value must between "
                    + Integer.MIN_VALUE + " and " + Integer.MAX_VALUE);
        }
        if (index < 0 || index >= RespSettings.DATABASES) {
            throw new ReplyError("ERR DB index is out of range");
        }
        call.session().select((int) index);
        call.reply().ok();
    }

    private static void reset(Call call) {
        call.session().reset();
        call.reply().simple("RESET");
    }

    private static void auth(Call call) {
        var request = call.request();
        if (request.size() > 3) {
            throw ReplyError.syntax();
        }
        boolean named = request.size() == 3;
        if (!named && !call.session().usersExist()) {
            throw new ReplyError("ERR AUTH <password> called without any password configured for "
                    + "the default user. Are you sure your configuration is correct?");
        }
        authenticate(call, named ? request.bytes(1) : DEFAULT_USER,
                request.bytes(named ? 2 : 1));
        call.reply().ok();
    }

    private static void authenticate(Call call, byte[] user, byte[] password) {
        if (!call.session().authenticate(user, password)) {
            throw new ReplyError(WRONG_PASSWORD);
        }
    }

    private static void hello(Call call) {
        var request = call.request();
        var session = call.session();
        Optional<Integer> protocol = request.size() < 2
                ? Optional.empty()
                : Optional.of(protocol(request));
        Optional<String> name = Optional.empty();
        for (int i = 2; i < request.size(); i++) {
            int more = request.size() - 1 - i;
            if (request.is(i, "AUTH") && more >= 2) {
                authenticate(call, request.bytes(i + 1), request.bytes(i + 2));
                i += 2;
            } else if (request.is(i, "SETNAME") && more >= 1) {
                name = Optional.of(ClientCommands.checkedName(request.text(i + 1)));
                i++;
            } else {
                throw new ReplyError(
                        "ERR Syntax error in HELLO option '" + request.text(i) + "'");
            }
        }
        if (session.guest()) {
            throw new ReplyError("NOAUTH HELLO must be called with the client already "
                    + "authenticated, otherwise the HELLO AUTH <user> <pass> option can be "
                    + "used to authenticate the client and select the RESP protocol version at the "
                    + "same time");
        }
        name.ifPresent(session::rename);
        protocol.ifPresent(session::speak);
        describe(call);
    }

    private static int protocol(Request request) {
        var version = Numbers.parse(request.bytes(1));
        if (version.isEmpty()) {
            throw new ReplyError("ERR Protocol version is not an integer or out of range");
        }
        if (version.getAsLong() != 2 && version.getAsLong() != 3) {
            throw new ReplyError("NOPROTO unsupported protocol version");
        }
        return (int) version.getAsLong();
    }

    private static void describe(Call call) {
        var reply = call.reply();
        reply.map(7);
        reply.bulk("server");
        reply.bulk("redis");
        reply.bulk("version");
        reply.bulk(ServerIdentity.REDIS_VERSION);
        reply.bulk("proto");
        reply.integer(call.session().resp3() ? 3 : 2);
        reply.bulk("id");
        reply.integer(call.session().id());
        reply.bulk("mode");
        reply.bulk("standalone");
        reply.bulk("role");
        reply.bulk("master");
        reply.bulk("modules");
        reply.array(0);
    }
}
