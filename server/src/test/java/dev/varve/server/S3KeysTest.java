package dev.varve.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class S3KeysTest {
    @TempDir
    private Path folder;

    @Test
    void makesKeysOnceAndKeepsThem() {
        assertThat(S3Keys.read(folder)).isEmpty();
        var made = S3Keys.openOrCreate(folder, new SplittableRandom(1));

        assertThat(made.accessKey()).matches("[A-Z2-7]{20}");
        assertThat(made.secretKey()).matches("[A-Za-z0-9]{40}");
        assertThat(S3Keys.openOrCreate(folder, new SplittableRandom(2))).isEqualTo(made);
        assertThat(S3Keys.read(folder)).contains(made);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void letsOnlyTheOwnerRead() throws IOException {
        S3Keys.openOrCreate(folder, new SplittableRandom(1));
        assertThat(PosixFilePermissions
                .toString(Files.getPosixFilePermissions(folder.resolve("keys"))))
                .isEqualTo("rw-------");
    }

    @Test
    void survivesADraftThatWasLeftBehind() throws IOException {
        Files.writeString(folder.resolve("keys.new"), "access-key = half");
        var made = S3Keys.openOrCreate(folder, new SplittableRandom(1));
        assertThat(S3Keys.read(folder)).contains(made);
        assertThat(folder.resolve("keys.new")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "access-key = A", "secret-key = B",
            "access-key = \nsecret-key = B"})
    void refusesAFileWithoutBothKeysAndLeavesItAlone(String text) throws IOException {
        var file = Files.writeString(folder.resolve("keys"), text);
        var refusal = catchThrowableOfType(
                StorageException.class,
                () -> S3Keys.openOrCreate(folder, new SplittableRandom(1)));
        assertThat(refusal.kind()).isEqualTo(Kind.CORRUPT);
        assertThat(refusal).hasMessage(
                "keys (" + file + ") must hold an access-key and a secret-key");
        assertThat(file).hasContent(text);
    }

    @Test
    void neverShowsTheSecret() {
        assertThat(new S3Keys("OPEN", "hidden").toString()).contains("OPEN")
                .doesNotContain("hidden");
    }
}
