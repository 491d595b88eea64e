package dev.varve.door.resp;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/// The connections that are open, by their numbers.
///
/// Thread-safe: a concurrent map.
final class Clients {
    private final ConcurrentSkipListMap<Long, Connection> open = new ConcurrentSkipListMap<>();
    private final AtomicLong lastId = new AtomicLong();
    private final AtomicLong count = new AtomicLong();

    /// A number for a new connection, never given out before.
    long nextId() {
        return lastId.incrementAndGet();
    }

    void add(long id, Connection connection) {
        if (open.put(id, connection) == null) {
            count.incrementAndGet();
        }
    }

    void remove(long id) {
        if (open.remove(id) != null) {
            count.decrementAndGet();
        }
    }

    long count() {
        return count.get();
    }

    /// By number, so the oldest first.
    List<Session> sessions() {
        return all().stream().map(Connection::session).toList();
    }

    Collection<Connection> all() {
        return open.values();
    }
}
