package dev.varve.server;

import dev.varve.door.local.Entry;
import dev.varve.door.resp.RespDoor;
import java.nio.charset.StandardCharsets;

/// Lets the Redis door's users, and no others, in at the local door.
///
/// Thread-safe.
///
/// @param resp knows the users, whom a reload may change
record RespEntry(RespDoor resp) implements Entry {

    @Override
    public boolean open() {
        return resp.users().open();
    }

    @Override
    public boolean has(String user) {
        return resp.users().has(user);
    }

    @Override
    public boolean admits(String user, String password) {
        return resp.users()
                .admits(user.getBytes(StandardCharsets.UTF_8),
                        password.getBytes(StandardCharsets.UTF_8));
    }
}
