package dev.varve.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

final class WaitingRoomTest implements EvictionPolicyContract {

    @Override
    public EvictionPolicy policy() {
        return room();
    }

    @Override
    public boolean consistent(EvictionPolicy policy) {
        return ((WaitingRoom) policy).consistent();
    }

    @Test
    void letsAllElseGoBeforeWhatWaits() {
        var room = room();
        wait(room, 1, 2);
        room.inserted(3, 100);
        room.inserted(4, 100);
        assertThat(room.victim()).isEqualTo(3);
        assertThat(room.victim()).isEqualTo(4);
        assertThat(room.victim()).isEqualTo(1);
        assertThat(room.victim()).isEqualTo(2);
    }

    @Test
    void letsWhatHasWaitedLongestGoOnceThreeQuartersWait() {
        var room = room();
        wait(room, 1, 2, 3, 4, 5, 6, 7, 8);
        room.inserted(9, 100);
        assertThat(room.victim()).isEqualTo(1);
        assertThat(room.victim()).isEqualTo(9);
    }

    @Test
    void givesWhatIsReadWhileItWaitsBackToThePolicy() {
        var room = room();
        wait(room, 1, 2);
        room.accessed(1);
        assertThat(room.victim()).isEqualTo(1);
        assertThat(room.count()).isEqualTo(1);
    }

    @Test
    void rejectsACapacityBelowOneByte() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new WaitingRoom(new LruPolicy(), 0));
    }

    private static WaitingRoom room() {
        return new WaitingRoom(new LruPolicy(), 1000);
    }

    private static void wait(WaitingRoom room, long... ids) {
        for (long id : ids) {
            room.inserted(id, 100);
            assertThat(room.victim()).isEqualTo(id);
            room.spared(id, 100);
        }
    }
}
