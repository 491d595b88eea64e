package dev.varve.replay;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TableTest {

    @Test
    void alignsTheFirstColumnLeftAndTheOthersRight() {
        var table = new Table().row("name", "a", "long head")
                .row()
                .row("x", "12,345", "1")
                .row("longer name", "6");
        assertThat(table.toString()).isEqualTo("""
                name              a  long head

                x            12,345          1
                longer name       6
                """);
    }

    @Test
    void isEmptyWithoutRows() {
        assertThat(new Table().toString()).isEmpty();
    }
}
