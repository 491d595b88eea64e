package dev.varve.server;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.random.RandomGenerator;

/// The pair of keys that S3 clients sign with, kept in the file `keys` of the data folder, which
/// only its owner may read.
///
/// @param accessKey names the pair; travels in clear
/// @param secretKey signs; never travels
///
/// Immutable.
public record S3Keys(String accessKey, String secretKey) {
    static final String FILE_NAME = "keys";

    private static final String ACCESS_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final String SECRET_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
            + "abcdefghijklmnopqrstuvwxyz0123456789";
    private static final int ACCESS_LENGTH = 20;
    private static final int SECRET_LENGTH = 40;

    /// Reads the folder's keys, or makes them on the first start. The caller holds the folder.
    ///
    /// @param random unpredictable, because whoever guesses the keys owns the objects
    /// @throws StorageException CORRUPT if the file does not hold two keys, UNAVAILABLE if it
    ///         cannot be read or written
    static S3Keys openOrCreate(Path folder, RandomGenerator random) {
        return read(folder).orElseGet(() -> {
            var keys = new S3Keys(
                    pick(random, ACCESS_ALPHABET, ACCESS_LENGTH),
                    pick(random, SECRET_ALPHABET, SECRET_LENGTH));
            keys.write(folder);
            return keys;
        });
    }

    /// Reads a folder's keys; empty if no server has ever been started on it.
    ///
    /// @throws StorageException as [#openOrCreate]
    public static Optional<S3Keys> read(Path folder) {
        var file = folder.resolve(FILE_NAME);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        var properties = new Properties();
        try (var reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new StorageException(Kind.UNAVAILABLE, "keys (" + file + ") must be readable", e);
        }
        var accessKey = properties.getProperty("access-key", "");
        var secretKey = properties.getProperty("secret-key", "");
        if (accessKey.isBlank() || secretKey.isBlank()) {
            throw new StorageException(
                    Kind.CORRUPT,
                    "keys (" + file + ") must hold an access-key and a secret-key");
        }
        return Optional.of(new S3Keys(accessKey, secretKey));
    }

    /// The secret that belongs to an access key, if it is this one.
    Optional<String> secretOf(String wanted) {
        return wanted.equals(accessKey) ? Optional.of(secretKey) : Optional.empty();
    }

    private void write(Path folder) {
        var file = folder.resolve(FILE_NAME);
        var draft = folder.resolve(FILE_NAME + ".new");
        var text = "access-key = " + accessKey + "\nsecret-key = " + secretKey + "\n";
        try {
            Files.deleteIfExists(draft);
            var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            try (var channel = FileChannel.open(draft, options, ownerOnly())) {
                channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
                channel.force(true);
            }
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new StorageException(Kind.UNAVAILABLE, "keys (" + file + ") must be writable", e);
        }
    }

    private static FileAttribute<?>[] ownerOnly() {
        if (!FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            return new FileAttribute<?>[0];
        }
        return new FileAttribute<?>[]{
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))};
    }

    private static String pick(RandomGenerator random, String alphabet, int length) {
        var text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }

    /// The access key alone.
    @Override
    public String toString() {
        return "S3Keys[" + accessKey + "]";
    }
}
