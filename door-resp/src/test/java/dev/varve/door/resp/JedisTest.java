package dev.varve.door.resp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.exceptions.JedisAccessControlException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.params.SetParams;

/// Jedis, as it is, against the door.
final class JedisTest {

    @ParameterizedTest
    @EnumSource(value = RedisProtocol.class, names = {"RESP2", "RESP3"})
    void worksInBothProtocols(RedisProtocol protocol) {
        try (var fixture = new DoorFixture();
                var jedis = new Jedis(
                        new HostAndPort("127.0.0.1", fixture.port()),
                        DefaultJedisClientConfig.builder()
                                .protocol(protocol)
                                .clientName("tester")
                                .database(2)
                                .build())) {
            var value = new byte[3_000_000];
            new Random(1).nextBytes(value);
            var key = "k".getBytes(StandardCharsets.UTF_8);
            assertThat(jedis.set(key, value)).isEqualTo("OK");
            assertThat(jedis.get(key)).isEqualTo(value);
            assertThat(jedis.exists("k")).isTrue();
            assertThat(jedis.strlen("k")).isEqualTo(value.length);
            assertThat(jedis.clientGetname()).isEqualTo("tester");
            assertThat(jedis.set("t", "v", SetParams.setParams().nx().ex(100))).isEqualTo("OK");
            assertThat(jedis.set("t", "w", SetParams.setParams().nx())).isNull();
            assertThat(jedis.ttl("t")).isBetween(90L, 100L);
            assertThat(jedis.setGet("t", "w")).isEqualTo("v");
            assertThat(jedis.mset("a", "1", "b", "2")).isEqualTo("OK");
            assertThat(jedis.mget("a", "none", "b")).containsExactly("1", null, "2");
            assertThat(jedis.type("a")).isEqualTo("string");
            assertThat(jedis.configGet("databases")).isEqualTo(Map.of("databases", "16"));
            assertThat(jedis.info("replication")).contains("role:master");
            assertThat(jedis.del("a", "b", "none")).isEqualTo(2);
            assertThat(jedis.dbSize()).isEqualTo(2);
            assertThatThrownBy(() -> jedis.lpush("l", "v"))
                    .isInstanceOf(JedisDataException.class)
                    .hasMessage("ERR unknown command 'LPUSH', with args beginning with: 'l' 'v' ");
            assertThat(jedis.flushAll()).isEqualTo("OK");
            assertThat(jedis.dbSize()).isZero();
        }
    }

    @Test
    void pipelinesAndScans() {
        try (var fixture = new DoorFixture();
                var jedis = new Jedis("127.0.0.1", fixture.port())) {
            var pipeline = jedis.pipelined();
            for (int i = 0; i < 1000; i++) {
                pipeline.set("key:" + i, "value " + i);
            }
            pipeline.sync();
            var found = new HashSet<String>();
            var cursor = ScanParams.SCAN_POINTER_START;
            do {
                var page = jedis.scan(cursor, new ScanParams().match("key:*").count(70));
                assertThat(page.getResult()).hasSizeLessThanOrEqualTo(70);
                found.addAll(page.getResult());
                cursor = page.getCursor();
            } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
            assertThat(found).hasSize(1000);
            assertThat(jedis.keys("key:99?")).hasSize(10);
        }
    }

    @Test
    void saysWhoItIs() {
        var users = Map.of("default", "secret", "ann", "other");
        try (var fixture = new DoorFixture(settings -> settings.withUsers(users))) {
            var address = new HostAndPort("127.0.0.1", fixture.port());
            var ann = DefaultJedisClientConfig.builder().user("ann").password("other").build();
            try (var jedis = new Jedis(address, ann)) {
                assertThat(jedis.ping()).isEqualTo("PONG");
            }
            var wrong = DefaultJedisClientConfig.builder().user("ann").password("x").build();
            assertThatThrownBy(() -> new Jedis(address, wrong).close())
                    .isInstanceOf(JedisAccessControlException.class);
            try (var jedis = new Jedis(address)) {
                assertThatThrownBy(jedis::ping).hasMessage("NOAUTH Authentication required.");
                assertThat(jedis.auth("secret")).isEqualTo("OK");
                assertThat(jedis.ping()).isEqualTo("PONG");
            }
        }
    }

    @Test
    void takesTheDoorForAClusterOfOneNode() {
        try (var fixture = new DoorFixture();
                var cluster = RedisClusterClient.create(
                        Set.of(new HostAndPort("127.0.0.1", fixture.port())))) {
            for (var key : List.of("a", "b", "c", "{tag}d")) {
                assertThat(cluster.set(key, "v" + key)).isEqualTo("OK");
                assertThat(cluster.get(key)).isEqualTo("v" + key);
            }
        }
    }
}
