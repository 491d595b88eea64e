package dev.varve.door.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.env.Clock;
import dev.varve.env.Randomness;
import dev.varve.env.StorageException;
import dev.varve.env.SystemTasks;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class S3DoorCloseTest {

    @Test
    void letsARequestEndThatIsUnderWay(@TempDir Path folder) throws Exception {
        var rig = new DoorRig(folder);
        try (var wire = rig.wire();
                var idle = rig.wire();
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            wire.call("PUT", "/bucket");
            var request = wire.request("PUT", "/bucket/k")
                    .header("expect", "100-continue")
                    .header("content-length", "10");
            request.sign();
            request.sendHead();
            assertThat(wire.read("PUT").status()).isEqualTo(100);
            wire.send("hello");
            var closing = executor.submit(rig.door::close);
            assertThat(idle.isEnded()).isTrue();
            wire.send("world");
            var reply = wire.read("PUT");
            assertThat(reply.status()).isEqualTo(200);
            assertThat(wire.isEnded()).isTrue();
            closing.get();
            assertThat(rig.engine()
                    .bucket("bucket")
                    .orElseThrow()
                    .get(dev.varve.engine.ObjectKey.of("k")))
                    .contains("helloworld".getBytes(UTF_8));
            assertThatThrownBy(rig::wire).hasRootCauseInstanceOf(java.net.ConnectException.class);
        } finally {
            rig.close();
        }
    }

    @Test
    void canBeOpenedAgainOnTheSameStore(@TempDir Path folder) {
        try (var rig = new DoorRig(folder)) {
            try (var wire = rig.wire()) {
                wire.call("PUT", "/bucket");
            }
            int port = rig.port();
            rig.door.close();
            rig.door.close();
            var tasks = new SystemTasks();
            try (var again = S3Door.open(rig.engine(),
                    S3Settings.DEFAULT.listeningOn("127.0.0.1", port),
                    _ -> Optional.of(DoorRig.SECRET), Clock.system(), Randomness.system(), tasks);
                    var wire = new Wire(again.localAddress().getPort())) {
                assertThat(wire.call("HEAD", "/bucket").status()).isEqualTo(200);
            }
            tasks.close();
        }
    }

    @Test
    void saysWhichAddressIsTaken(@TempDir Path folder) {
        try (var rig = new DoorRig(folder)) {
            var taken = S3Settings.DEFAULT.listeningOn("127.0.0.1", rig.port());
            var tasks = new SystemTasks();
            assertThatThrownBy(() -> S3Door.open(rig.engine(), taken, _ -> Optional.empty(),
                    Clock.system(), Randomness.system(), tasks))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("127.0.0.1:" + rig.port());
            tasks.close();
        }
    }
}
