package dev.varve.replay.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.varve.env.StorageException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class MediaCatalogueTest {
    private static final MediaCatalogue SHIPPED = MediaCatalogue.shipped();

    @Test
    void knowsMediaFromRegistersToObjectStorageEachFigureWithItsSource() {
        assertThat(SHIPPED.media()).extracting(ModelledMedium::id)
                .containsExactly("sram", "hbm", "ddr4", "ddr5", "cxl", "stt-mram", "pcm", "optane",
                        "reram", "pox", "slc", "tlc", "qlc", "hbf", "hdd", "object");
        for (var medium : SHIPPED.media()) {
            medium.figures()
                    .forEach((property, figure) -> assertThat(figure.source())
                            .as(medium.id() + " " + property)
                            .isNotBlank());
            assertThat(figure(medium, Property.PRICE).dated()).isPresent();
        }
    }

    @Test
    void saysThatNoArrayOfPoxFlashHasBeenPublished() {
        var pox = SHIPPED.medium("pox");
        assertThat(pox.assumed()).contains(Property.READ_LATENCY, Property.WRITE_LATENCY,
                Property.READ_ENERGY, Property.WRITE_ENERGY, Property.RETENTION,
                Property.CAPACITY, Property.PRICE);
        assertThat(figure(pox, Property.ENDURANCE).value()).isEqualTo(5.5e6);
        assertThat(figure(pox, Property.ENDURANCE).isAssumed()).isFalse();
        assertThat(figure(pox, Property.WRITE_LATENCY).source()).contains("400 ps");
    }

    @Test
    void readsFiguresInTheirUnits() {
        var tlc = SHIPPED.medium("tlc");
        assertThat(tlc.value(Property.READ_LATENCY)).isEqualTo(80e-6, within(1e-12));
        assertThat(tlc.value(Property.READ_BANDWIDTH)).isEqualTo(12e9);
        assertThat(tlc.value(Property.PRICE)).isEqualTo(0.2e-9, within(1e-15));
        assertThat(SHIPPED.medium("ddr4").value(Property.READ_ENERGY))
                .isEqualTo(8.7 * 8e-12, within(1e-15));
    }

    @Test
    void letsTheUserGiveAFigureAnew() {
        var changed = extended(
                """
                        media:
                          tlc:
                            price: {value: 0.1 USD/GB, evidence: stated,
                              dated: 2026-09-01, source: an offer}
                        """);
        assertThat(changed.medium("tlc").value(Property.PRICE)).isEqualTo(0.1e-9, within(1e-15));
        assertThat(changed.medium("tlc").value(Property.ENDURANCE)).isEqualTo(4000);
        assertThat(changed.media()).hasSameSizeAs(SHIPPED.media());
    }

    @Test
    void rejectsWhatIsWrongWithItsLine() {
        String figure = "{value: 1 us, evidence: assumed, source: x}";
        for (var wrong : List.of(
                List.of("media:\n  tlc:\n    speed: " + figure, "line 3", "unknown key 'speed'"),
                List.of("prices:\n  a: 1", "line 2", "unknown key 'prices'"),
                List.of(tlc("read-latency", "{value: -1 us, evidence: assumed, source: x}"),
                        "line 3", "must be 0 or more, is '-1 us'"),
                List.of(tlc("read-latency", "{value: 5, evidence: assumed, source: x}"),
                        "line 3", "read-latency of tlc lacks its unit"),
                List.of(tlc("read-latency", "{value: 5 GB/s, evidence: assumed, source: x}"),
                        "line 3", "has no unit that is one of"),
                List.of(tlc("read-latency", "{value: fast, evidence: assumed, source: x}"),
                        "line 3", "must be a number and a unit, is 'fast'"),
                List.of(tlc("read-latency", "{value: NaN us, evidence: assumed, source: x}"),
                        "line 3", "must be a number and a unit, is 'NaN us'"),
                List.of(tlc("capacity", "{value: 0 GB, evidence: assumed, source: x}"),
                        "line 3", "must be greater than 0, is '0 GB'"),
                List.of(tlc("price", "{value: 1 USD/GB, evidence: assumed, source: x}"),
                        "line 3", "price of tlc must be dated"),
                List.of(tlc("price", "{value: 1 USD/GB, evidence: assumed, source: x, dated: May}"),
                        "line 3", "must be as 2026-01-31, is 'May'"),
                List.of(tlc("read-latency", "{value: 5 us, source: x}"), "line 3",
                        "lacks its evidence"),
                List.of(tlc("read-latency", "{value: 5 us, evidence: sure, source: x}"), "line 3",
                        "must be one of measured, stated"),
                List.of(tlc("read-latency", "{value: 5 us, evidence: stated}"), "line 3",
                        "lacks its source"),
                List.of(tlc("read-latency", "{value: 5 us, evidence: stated, source: ''}"),
                        "line 3", "empty source"),
                List.of(tlc("read-latency", "{value: 5 us, evidence: stated, source: x, by: me}"),
                        "line 3", "unknown key 'by'"),
                List.of(tlc("read-latency", "5 us"), "line 3", "must be a list of keys"),
                List.of("media:\n  tlc:\n    name: a\n    name: b", "line 4", "'name' twice"),
                List.of("media:\n  mine:\n    read-latency: " + figure, "line 3",
                        "medium mine lacks write-latency"),
                List.of("media:\n  tlc: [1, 2]", "line 2", "must be a list of keys"),
                List.of("media: {tlc: ", "line 1", "is not YAML"),
                List.of("", "line 1", "is empty"))) {
            assertThatThrownBy(() -> extended(wrong.get(0))).as(wrong.get(0))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining(wrong.get(1) + " of mine.yaml")
                    .hasMessageContaining(wrong.get(2));
        }
    }

    @Test
    void saysWhichMediaThereAre() {
        assertThatThrownBy(() -> SHIPPED.medium("tape"))
                .hasMessageContaining("medium 'tape' is none of sram, hbm");
    }

    @Test
    void saysThatAFileIsMissing() {
        assertThatThrownBy(() -> SHIPPED.extended(Path.of("nowhere.yaml")))
                .hasMessage("media file nowhere.yaml does not exist");
    }

    private static String tlc(String key, String figure) {
        return "media:\n  tlc:\n    " + key + ": " + figure;
    }

    private static MediaCatalogue extended(String text) {
        return SHIPPED.extended("mine.yaml", new StringReader(text));
    }

    private static Figure figure(ModelledMedium medium, Property property) {
        return Optional.ofNullable(medium.figures().get(property)).orElseThrow();
    }
}
