package dev.varve.door.resp;

import dev.varve.engine.Bucket;
import dev.varve.engine.ObjectInfo;
import dev.varve.engine.ReadAhead;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What a connection has agreed on with its client.
///
/// Confined to whoever executes the connection's commands, one at a time; others may read what
/// `CLIENT LIST` shows, and see it a little late.
final class Session {
    /// Which replies a client wants to see.
    enum Replies {
        ALL,
        NONE,
        /// All but that of the next command.
        SKIP_NEXT,
        /// All but that of the present command.
        SKIP_THIS
    }

    private final long id;
    private final InetSocketAddress remote;
    private final InetSocketAddress server;
    private final Supplier<Users> users;
    private final long createdNanos;

    private boolean resp3;
    private int database;
    private String user = Users.DEFAULT;
    private Access access = Access.ALL;
    private Throttle throttle;
    private @Nullable Users accessFrom;
    private boolean authenticated;
    private String name = "";
    private String libraryName = "";
    private String libraryVersion = "";
    private Replies replies = Replies.ALL;
    private String lastCommand = "NULL";
    private long lastActiveNanos;
    private Optional<Bucket> bucket = Optional.empty();
    private int bucketDatabase;
    /// The client's number in the store; 0 before it has used a bucket.
    private int client;
    private @Nullable ReadAhead readAhead;
    private int readAheadDatabase;

    Session(
            long id,
            InetSocketAddress remote,
            InetSocketAddress server,
            Supplier<Users> users,
            long nowNanos) {
        this.id = id;
        this.remote = remote;
        this.server = server;
        this.users = users;
        throttle = users.get().throttleOf(user);
        createdNanos = nowNanos;
        lastActiveNanos = nowNanos;
    }

    /// The selected database's bucket as this client uses it, if it was opened; never waits.
    Optional<Bucket> opened(Databases databases) {
        if (bucket.isEmpty() || bucketDatabase != database) {
            client = client == 0 ? databases.newClient() : client;
            bucket = databases.opened(database).map(opened -> opened.as(client));
            bucketDatabase = database;
        }
        return bucket;
    }

    /// As [#opened]; may wait while the bucket is created.
    Bucket bucket(Databases databases) {
        return opened(databases).orElseGet(() -> {
            databases.bucket(database);
            return opened(databases).orElseThrow();
        });
    }

    /// Tells the store what the client reads, so that it can read ahead.
    void reads(Databases databases, ObjectInfo info) {
        follower(databases).ifPresent(follower -> follower.read(info));
    }

    private Optional<ReadAhead> follower(Databases databases) {
        var follower = readAhead;
        if (follower == null || readAheadDatabase != database) {
            follower = opened(databases).map(Bucket::readAhead).orElse(null);
            readAhead = follower;
            readAheadDatabase = database;
        }
        return Optional.ofNullable(follower);
    }

    /// Back to how it was when the client came, as `RESET` wants it.
    void reset() {
        resp3 = false;
        database = 0;
        user = Users.DEFAULT;
        accessFrom = null;
        authenticated = false;
        name = "";
        replies = Replies.ALL;
    }

    long id() {
        return id;
    }

    InetSocketAddress server() {
        return server;
    }

    boolean resp3() {
        return resp3;
    }

    void speak(int protocol) {
        resp3 = protocol == 3;
    }

    int database() {
        return database;
    }

    void select(int index) {
        database = index;
    }

    /// What the client may touch; who has not said who he is yet, and has to, can do nothing
    /// anyway.
    Access access() {
        refresh(users.get());
        return access;
    }

    /// What limits the client's rate.
    Throttle throttle() {
        refresh(users.get());
        return throttle;
    }

    private void refresh(Users present) {
        if (present != accessFrom) {
            access = present.accessOf(user);
            throttle = present.throttleOf(user);
            accessFrom = present;
        }
    }

    /// Whether the client still has to say who it is. The users may change at any time.
    boolean guest() {
        return !authenticated && !users.get().open();
    }

    /// Lets the client in if the password is right; changes nothing if it is not.
    boolean authenticate(byte[] userName, byte[] password) {
        var present = users.get();
        if (!present.admits(userName, password)) {
            return false;
        }
        user = new String(userName, StandardCharsets.UTF_8);
        // Where everybody may come in nobody has shown a password.
        authenticated = !present.open();
        accessFrom = null;
        refresh(present);
        // What one user reads is no guess at what the next one will.
        readAhead = null;
        return true;
    }

    String user() {
        return user;
    }

    boolean usersExist() {
        return !users.get().open();
    }

    /// Whether the client may stay: it never said who it is, or its user is still among the users.
    boolean welcome() {
        return !authenticated || users.get().has(user);
    }

    String name() {
        return name;
    }

    void rename(String newName) {
        name = newName;
    }

    void library(String newName) {
        libraryName = newName;
    }

    void libraryVersion(String version) {
        libraryVersion = version;
    }

    void show(Replies which) {
        replies = which;
    }

    /// Whether the reply to the command just executed is to be kept from the client; moves on to
    /// the next command.
    boolean mutes() {
        return switch (replies) {
            case ALL -> false;
            case NONE -> true;
            case SKIP_NEXT -> {
                replies = Replies.SKIP_THIS;
                yield true;
            }
            case SKIP_THIS -> {
                replies = Replies.ALL;
                yield true;
            }
        };
    }

    /// Notes a command for `CLIENT LIST`.
    void used(Command command) {
        lastCommand = command.name();
    }

    void active(long nowNanos) {
        lastActiveNanos = nowNanos;
    }

    /// The line of `CLIENT LIST`; what this server does not have is shown as Redis shows it unused.
    String describe(long nowNanos) {
        return "id=" + id + " addr=" + text(remote) + " laddr=" + text(server) + " fd=0 name="
                + name
                + " age=" + seconds(nowNanos - createdNanos)
                + " idle=" + seconds(nowNanos - lastActiveNanos)
                + " flags=N db=" + database
                + " sub=0 psub=0 ssub=0 multi=-1 events=r cmd=" + lastCommand + " user=" + user
                + " redir=-1 resp=" + (resp3 ? 3 : 2)
                + " lib-name=" + libraryName + " lib-ver=" + libraryVersion;
    }

    private static long seconds(long nanos) {
        return Math.max(0, nanos / 1_000_000_000L);
    }

    private static String text(InetSocketAddress address) {
        var host = address.getAddress().getHostAddress();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }
}
