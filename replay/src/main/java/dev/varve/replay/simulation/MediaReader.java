package dev.varve.replay.simulation;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.replay.simulation.Figure.Evidence;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;

/// Reads a catalogue of media; `media.yaml` shows the form. Works on YAML's tree of nodes, each of
/// which knows its line, and takes no text for anything but text: `1e5 cycles` stays as it was
/// written.
///
/// Whatever is unknown, twice, negative or without its unit is an error with its line.
///
/// Confined.
final class MediaReader {
    private static final String MEDIA = "media";
    private static final String NAME = "name";
    private static final List<String> FIGURE = List.of("value", "evidence", "source", "dated");

    private final String file;
    private final Map<String, ModelledMedium> media;

    /// @param file   for messages
    /// @param before media that the file may change
    MediaReader(String file, Map<String, ModelledMedium> before) {
        this.file = file;
        media = new LinkedHashMap<>(before);
    }

    /// @return the media before with those read over them
    /// @throws StorageException CONFIG
    Map<String, ModelledMedium> read(Reader text) {
        Optional<Node> root;
        try {
            var yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
            root = Optional.ofNullable(yaml.compose(text));
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 0 : e.getProblemMark().getLine();
            throw wrong(line, "is not YAML: " + e.getProblem(), e);
        } catch (YAMLException e) {
            boolean isText = !(e.getCause() instanceof CharacterCodingException);
            throw wrong(0, isText ? "is not YAML: " + e.getMessage() : "is not text in UTF-8", e);
        }
        var fields = fields(root.orElseThrow(() -> wrong(0, "is empty", null)), "a catalogue");
        for (var field : fields.entrySet()) {
            if (!field.getKey().equals(MEDIA)) {
                throw wrong(field.getValue(), "has the unknown key '" + field.getKey() + "'; only '"
                        + MEDIA + "' may stand here");
            }
            fields(field.getValue(), MEDIA).forEach(this::readMedium);
        }
        return media;
    }

    private void readMedium(String id, Node node) {
        var figures = new EnumMap<Property, Figure>(Property.class);
        Optional<String> name = Optional.empty();
        for (var field : fields(node, "medium " + id).entrySet()) {
            if (field.getKey().equals(NAME)) {
                name = Optional.of(text(field.getValue(), "the name of " + id));
                continue;
            }
            var property = Property.of(field.getKey())
                    .orElseThrow(() -> wrong(field.getValue(),
                            "has the unknown key '" + field.getKey() + "' in medium " + id));
            figures.put(property, figure(id, property, field.getValue()));
        }
        var before = media.get(id);
        try {
            media.put(id, before == null
                    ? new ModelledMedium(id, name.orElse(id), figures)
                    : before.with(name, figures));
        } catch (IllegalArgumentException e) {
            throw wrong(line(node), ": " + e.getMessage(), e);
        }
    }

    private Figure figure(String id, Property property, Node node) {
        String what = property.key() + " of " + id;
        var fields = fields(node, what);
        for (var field : fields.entrySet()) {
            if (!FIGURE.contains(field.getKey())) {
                throw wrong(field.getValue(), "has the unknown key '" + field.getKey() + "' in "
                        + what + "; a figure has " + String.join(", ", FIGURE));
            }
        }
        String written = text(required(fields, "value", node, what), what);
        double value;
        try {
            value = property.dimension().parse(written);
        } catch (IllegalArgumentException e) {
            throw wrong(line(node), ": " + what + " " + e.getMessage(), e);
        }
        if (value == 0 && property.mustBePositive()) {
            throw wrong(node, ": " + what + " must be greater than 0, is '" + written + "'");
        }
        var mark = required(fields, "evidence", node, what);
        String evidence = text(mark, what);
        String source = text(required(fields, "source", node, what), what);
        if (source.isBlank()) {
            throw wrong(node, ": " + what + " has an empty source");
        }
        Optional<LocalDate> dated = Optional.ofNullable(fields.get("dated"))
                .map(date -> date(date, what));
        if (property == Property.PRICE && dated.isEmpty()) {
            throw wrong(node, ": " + what + " must be dated, as 2026-01-31");
        }
        return new Figure(value, written,
                Evidence.of(evidence)
                        .orElseThrow(() -> wrong(mark, ": the evidence of " + what
                                + " must be one of " + marks() + ", is '" + evidence + "'")),
                source, dated);
    }

    private static String marks() {
        return String.join(", ",
                List.of(Evidence.values()).stream().map(Evidence::key).toList());
    }

    private LocalDate date(Node node, String what) {
        String text = text(node, what);
        try {
            return LocalDate.parse(text);
        } catch (DateTimeParseException e) {
            throw wrong(line(node), ": the date of " + what + " must be as 2026-01-31, is '" + text
                    + "'", e);
        }
    }

    private Node required(Map<String, Node> fields, String key, Node parent, String what) {
        var node = fields.get(key);
        if (node == null) {
            throw wrong(parent, ": " + what + " lacks its " + key);
        }
        return node;
    }

    private Map<String, Node> fields(Node node, String what) {
        if (!(node instanceof MappingNode mapping)) {
            throw wrong(node, ": " + what + " must be a list of keys and values");
        }
        var fields = new LinkedHashMap<String, Node>();
        for (var tuple : mapping.getValue()) {
            String key = text(tuple.getKeyNode(), "a key of " + what);
            if (fields.put(key, tuple.getValueNode()) != null) {
                throw wrong(tuple.getKeyNode(), "has '" + key + "' twice in " + what);
            }
        }
        return fields;
    }

    private String text(Node node, String what) {
        if (!(node instanceof ScalarNode scalar)) {
            throw wrong(node, ": " + what + " must be one value");
        }
        return scalar.getValue().strip();
    }

    private StorageException wrong(Node node, String what) {
        return wrong(line(node), what, null);
    }

    private static int line(Node node) {
        return node.getStartMark().getLine();
    }

    private StorageException wrong(int line, String what, @Nullable Exception cause) {
        String message = "line " + (line + 1) + " of " + file
                + (what.startsWith(":") ? what : " " + what);
        return new StorageException(Kind.CONFIG, message, cause);
    }
}
