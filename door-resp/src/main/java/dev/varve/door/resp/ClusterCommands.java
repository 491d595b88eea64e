package dev.varve.door.resp;

import static dev.varve.door.resp.Command.sub;

import dev.varve.door.resp.Command.Keys;
import java.util.List;

/// `CLUSTER` and its kin: a cluster of one node that has all slots.
///
/// Redis without cluster mode refuses these. We answer, because some clients are set up for
/// clusters only (LMCache's and others' `cluster` modes), and one node that has all slots is the
/// truth. Clients that are not never ask, and `INFO` tells those who look there that this is one
/// server.
final class ClusterCommands {
    private static final int SLOTS = 16384;

    private ClusterCommands() {}

    static List<Command> all() {
        return List.of(
                Command.of("cluster", -2, "", Keys.NONE, _ -> {})
                        .withSubcommands(CommandTable.under("cluster", List.of(
                                sub("info", 2, ClusterCommands::info),
                                sub("keyslot", 3, ClusterCommands::keySlot),
                                sub("myid", 2, call -> call.reply().bulk(id(call))),
                                sub("nodes", 2, ClusterCommands::nodes),
                                sub("shards", 2, ClusterCommands::shards),
                                sub("slots", 2, ClusterCommands::slots)))),
                Command.of("readonly", 1, "loading stale fast", Keys.NONE,
                        call -> call.reply().ok()),
                Command.of("readwrite", 1, "loading stale fast", Keys.NONE,
                        call -> call.reply().ok()));
    }

    private static String id(Call call) {
        return call.door().identity().runId();
    }

    /// The address that this client reached us under, so that it reaches us again.
    private static String host(Call call) {
        return call.session().server().getAddress().getHostAddress();
    }

    private static int port(Call call) {
        return call.session().server().getPort();
    }

    private static void info(Call call) {
        call.reply()
                .verbatim(String.join("\r\n",
                        "cluster_state:ok",
                        "cluster_slots_assigned:" + SLOTS,
                        "cluster_slots_ok:" + SLOTS,
                        "cluster_slots_pfail:0",
                        "cluster_slots_fail:0",
                        "cluster_known_nodes:1",
                        "cluster_size:1",
                        "cluster_current_epoch:1",
                        "cluster_my_epoch:1",
                        ""));
    }

    private static void nodes(Call call) {
        call.reply()
                .verbatim(id(call) + " " + host(call) + ":" + port(call) + "@" + port(call)
                        + " myself,master - 0 0 1 connected 0-" + (SLOTS - 1) + "\n");
    }

    private static void slots(Call call) {
        var reply = call.reply();
        reply.array(1);
        reply.array(3);
        reply.integer(0);
        reply.integer(SLOTS - 1);
        reply.array(4);
        reply.bulk(host(call));
        reply.integer(port(call));
        reply.bulk(id(call));
        reply.array(0);
    }

    private static void shards(Call call) {
        var reply = call.reply();
        reply.array(1);
        reply.map(2);
        reply.bulk("slots");
        reply.array(2);
        reply.integer(0);
        reply.integer(SLOTS - 1);
        reply.bulk("nodes");
        reply.array(1);
        reply.map(7);
        reply.bulk("id");
        reply.bulk(id(call));
        reply.bulk("port");
        reply.integer(port(call));
        reply.bulk("ip");
        reply.bulk(host(call));
        reply.bulk("endpoint");
        reply.bulk(host(call));
        reply.bulk("role");
        reply.bulk("master");
        reply.bulk("replication-offset");
        reply.integer(0);
        reply.bulk("health");
        reply.bulk("online");
    }

    private static void keySlot(Call call) {
        call.reply().integer(slot(call.request().bytes(2)));
    }

    /// The slot of a key: CRC-16 (XMODEM) of what stands between the first braces, or of all of it.
    static int slot(byte[] key) {
        int open = indexOf(key, '{', 0);
        int close = open < 0 ? -1 : indexOf(key, '}', open + 1);
        boolean tagged = close > open + 1;
        int from = tagged ? open + 1 : 0;
        int to = tagged ? close : key.length;
        int crc = 0;
        for (int i = from; i < to; i++) {
            crc ^= (key[i] & 0xff) << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) != 0 ? crc << 1 ^ 0x1021 : crc << 1;
            }
        }
        return (crc & 0xffff) % SLOTS;
    }

    private static int indexOf(byte[] bytes, char wanted, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }
}
