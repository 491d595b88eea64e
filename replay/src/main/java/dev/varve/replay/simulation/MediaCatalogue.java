package dev.varve.replay.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Media by their ids. The one that Varve brings is `media.yaml` beside this class; a file of the
/// user's own adds media to it, or gives some of theirs other figures.
///
/// Immutable.
public final class MediaCatalogue {
    private static final String SHIPPED = "media.yaml";

    private final Map<String, ModelledMedium> media;

    MediaCatalogue(Map<String, ModelledMedium> media) {
        this.media = new LinkedHashMap<>(media);
    }

    /// The catalogue that Varve brings.
    public static MediaCatalogue shipped() {
        try (var stream = MediaCatalogue.class.getResourceAsStream(SHIPPED)) {
            if (stream == null) {
                throw new IllegalStateException("the program lacks its " + SHIPPED);
            }
            return new MediaCatalogue(Map.of()).extended(SHIPPED,
                    new InputStreamReader(stream, UTF_8));
        } catch (IOException e) {
            throw new StorageException(Kind.UNAVAILABLE, SHIPPED + " cannot be read: " + e, e);
        }
    }

    /// This catalogue with the media of a file over it.
    ///
    /// @throws StorageException CONFIG with the line where the file is wrong, ABSENT, UNAVAILABLE
    public MediaCatalogue extended(Path file) {
        try (var reader = Files.newBufferedReader(file)) {
            return extended(file.toString(), reader);
        } catch (NoSuchFileException e) {
            throw new StorageException(
                    Kind.ABSENT, "media file " + file + " does not exist", e);
        } catch (IOException e) {
            throw new StorageException(
                    Kind.UNAVAILABLE, "media file " + file + " cannot be read: " + e, e);
        }
    }

    MediaCatalogue extended(String name, Reader text) {
        return new MediaCatalogue(new MediaReader(name, media).read(text));
    }

    /// @throws IllegalArgumentException if there is none of this id
    public ModelledMedium medium(String id) {
        var medium = media.get(id);
        if (medium == null) {
            throw new IllegalArgumentException("medium '" + id + "' is none of "
                    + String.join(", ", media.keySet()));
        }
        return medium;
    }

    /// All, in the order of the files.
    public List<ModelledMedium> media() {
        return List.copyOf(media.values());
    }
}
