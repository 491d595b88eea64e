package dev.varve.door.resp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.bytes.Slab;
import dev.varve.env.Clock;
import dev.varve.env.SystemTasks;
import dev.varve.testkit.TestSlab;
import java.util.function.UnaryOperator;

/// A door on a fake engine. Closing it checks that nothing was left open or leased.
final class DoorFixture implements AutoCloseable {
    static final int BLOCK_BYTES = 1 << 20;

    final TestSlab slab;
    final FakeEngine engine;
    final SystemTasks tasks = new SystemTasks();
    final RespDoor door;

    DoorFixture() {
        this(UnaryOperator.identity());
    }

    DoorFixture(UnaryOperator<RespSettings> settings) {
        this(settings, Clock.system(), TestSlab.of(256 << 20));
    }

    DoorFixture(UnaryOperator<RespSettings> settings, Clock clock, TestSlab slab) {
        this.slab = slab;
        engine = new FakeEngine((Slab) slab, clock, BLOCK_BYTES);
        var chosen = settings.apply(RespSettings.on("127.0.0.1", 0).withLoopThreads(2));
        door = RespDoor.open(engine, chosen, clock, tasks, LatencyRecorder.NONE);
    }

    int port() {
        return door.localAddress().getPort();
    }

    RawClient client() {
        return new RawClient(port());
    }

    @Override
    public void close() {
        door.close();
        tasks.close();
        engine.close();
        assertThat(engine.openReaders).hasValue(0);
        assertThat(engine.openWriters).hasValue(0);
        slab.assertNoLeases();
        assertThat(door.counters().connectionsOpen()).isZero();
    }
}
