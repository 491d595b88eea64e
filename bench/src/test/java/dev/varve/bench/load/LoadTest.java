package dev.varve.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The load client against the smallest server that speaks RESP.
final class LoadTest {
    private static final int KEYS = 20;

    private final Map<String, byte[]> values = new ConcurrentHashMap<>();
    private volatile String extra = "";
    private ServerSocket listener;

    LoadTest() throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @BeforeEach
    void listen() {
        Thread.startVirtualThread(() -> {
            try {
                while (true) {
                    Socket socket = listener.accept();
                    Thread.startVirtualThread(() -> serve(socket));
                }
            } catch (IOException closed) {
                return;
            }
        });
    }

    @AfterEach
    void stop() throws IOException {
        listener.close();
    }

    @Test
    void putsEachKeyOnceAndGetsItBack() throws Exception {
        LoadPlan plan = plan(2 << 20, 4, 1);
        assertThat(Load.run(plan.fill()).clean(false).requests()).isEqualTo(KEYS);
        assertThat(values).hasSize(KEYS);

        LoadResult swept = Load.run(plan.sweep()).clean(false);

        assertThat(swept.contentBytes()).isEqualTo(KEYS * (2L << 20));
        assertThat(swept.latencies().getTotalCount()).isEqualTo(KEYS);
    }

    @Test
    void severalLoopsShareTheWork() throws Exception {
        LoadPlan plan = plan(100, 5, 2);
        Load.run(plan.fill());
        assertThat(Load.run(plan.sweep()).clean(false).requests()).isEqualTo(KEYS);
    }

    @Test
    void missesAreCounted() throws Exception {
        LoadResult result = Load.run(plan(100, 1, 1).sweep());
        assertThat(result.misses()).isEqualTo(KEYS);
        assertThat(result.clean(true)).isSameAs(result);
        assertThatThrownBy(() -> result.clean(false)).hasMessageContaining("20 missed");
    }

    @Test
    void anotherKeysValueIsNoticed() throws Exception {
        LoadPlan plan = plan(100, 1, 1);
        Load.run(plan.fill());
        values.put(Lines.keyName(3), values.get(Lines.keyName(4)));
        assertThat(Load.run(plan.sweep()).wrong()).isEqualTo(1);
    }

    @Test
    void anotherLengthIsNoticed() throws Exception {
        LoadPlan plan = plan(100, 1, 1);
        Load.run(plan.fill());
        values.put(Lines.keyName(3), new byte[]{0, 0, 0, 0, 0, 0, 0, 3, 9});
        assertThatThrownBy(() -> Load.run(plan.sweep()).clean(true))
                .hasMessageContaining("1 were answered wrongly");
    }

    @Test
    void lookupsCountWhatIsThere() throws Exception {
        LoadPlan plan = plan(100, 2, 1);
        Load.run(withLookups(plan, 0).fill());
        LoadResult found = Load.run(withLookups(plan, 5).sweep()).clean(true);
        assertThat(found.present()).isEqualTo(KEYS - 5);
        assertThat(found.misses()).isEqualTo(5);
        assertThat(found.contentBytes()).isZero();
    }

    @Test
    void whatNobodyAskedForIsNoticed() throws Exception {
        LoadPlan plan = plan(100, 1, 1);
        Load.run(plan.fill()).clean(false);
        extra = "+OK\r\n";
        assertThatThrownBy(() -> Load.run(plan.sweep()).clean(true))
                .hasMessageContaining("answered wrongly");
    }

    private static LoadPlan withLookups(LoadPlan plan, long firstKey) {
        return LoadPlan.gets(() -> LmCacheDialect.lookups(firstKey), plan.address(),
                plan.connections(), plan.keyCount(), plan.valueBytes());
    }

    private LoadPlan plan(int valueBytes, int connections, int loops) {
        var address = (InetSocketAddress) listener.getLocalSocketAddress();
        var plan = LoadPlan.gets(RespDialect::new, address, connections, KEYS, valueBytes);
        return new LoadPlan(plan.dialect(), address, connections, loops, KEYS, valueBytes, 0,
                plan.order(), plan.duration(), plan.maxRequests(), plan.pace(), plan.seed());
    }

    private void serve(Socket socket) {
        try (socket) {
            var in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            while (true) {
                int words = number(in);
                String command = new String(word(in), StandardCharsets.US_ASCII);
                String key = new String(word(in), StandardCharsets.US_ASCII);
                if (words == 3) {
                    values.put(key, word(in));
                    assertThat(command).isEqualTo("SET");
                    send(socket, "+OK\r\n");
                } else if (command.equals("EXISTS")) {
                    send(socket, values.containsKey(key) ? ":1\r\n" : ":0\r\n");
                } else if (values.containsKey(key)) {
                    send(socket, "$" + values.get(key).length + "\r\n");
                    socket.getOutputStream().write(values.get(key));
                    send(socket, "\r\n" + extra);
                } else {
                    send(socket, "$-1\r\n");
                }
            }
        } catch (IOException closed) {
            return;
        }
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] word(DataInputStream in) throws IOException {
        var word = new byte[number(in)];
        in.readFully(word);
        in.skipBytes(2);
        return word;
    }

    private static int number(DataInputStream in) throws IOException {
        var digits = new StringBuilder();
        in.readByte();
        for (int c = in.readByte(); c != '\r'; c = in.readByte()) {
            digits.append((char) c);
        }
        in.readByte();
        return Integer.parseInt(digits.toString());
    }
}
