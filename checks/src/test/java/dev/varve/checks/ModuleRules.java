package dev.varve.checks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/// What holds for the Maven modules: they are the rooms, and their dependencies follow the arrows.
///
/// @param tree the checkout
///
/// Immutable.
record ModuleRules(SourceTree tree) {
    private static final String OURS = "dev.varve";

    /// Modules without a room, and rooms without a module.
    List<Finding> modulesAreRooms() {
        var findings = new ArrayList<Finding>();
        List<String> modules = texts(read(tree.root().resolve("pom.xml")).getDocumentElement(),
                "module");
        for (String module : modules) {
            if (Room.ofFolder(module).isEmpty()) {
                findings.add(new Finding(module, "a module that is no room"));
            }
        }
        for (Room room : Room.values()) {
            if (!modules.contains(room.folder())) {
                findings.add(new Finding(room.module(), "a room that is no module"));
            }
        }
        return findings;
    }

    /// Dependencies against the arrows: what a module ships with must be what its room may see.
    List<Finding> dependenciesFollowArrows() {
        var findings = new ArrayList<Finding>();
        for (Room room : Room.values()) {
            Path pom = tree.root().resolve(room.folder()).resolve("pom.xml");
            if (!tree.files().contains(pom)) {
                continue;
            }
            for (Element dependency : elements(read(pom).getDocumentElement(), "dependency")) {
                check(room, dependency).ifPresent(findings::add);
            }
        }
        return findings;
    }

    /// Dependencies with a version of their own; all versions are in the root pom.
    List<Finding> versionsAreInTheRoot() {
        var findings = new ArrayList<Finding>();
        for (Room room : Room.values()) {
            Path pom = tree.root().resolve(room.folder()).resolve("pom.xml");
            if (!tree.files().contains(pom)) {
                continue;
            }
            for (Element dependency : elements(read(pom).getDocumentElement(), "dependency")) {
                if (!texts(dependency, "version").isEmpty()) {
                    findings.add(new Finding(room.module(),
                            "a version outside the root: " + texts(dependency, "artifactId")));
                }
            }
        }
        return findings;
    }

    private static Optional<Finding> check(Room room, Element dependency) {
        if (!texts(dependency, "groupId").contains(OURS)) {
            return Optional.empty();
        }
        String artifact = texts(dependency, "artifactId").getFirst();
        Optional<Room> target = Room.ofModule(artifact.replaceFirst("^varve-", ""));
        boolean shipped = !texts(dependency, "scope").contains("test");
        if (target.isEmpty()) {
            return Optional.of(new Finding(room.module(), "depends on no room: " + artifact));
        }
        if (shipped && !room.maySee(target.get())) {
            return Optional.of(new Finding(room.module(), "may not see " + artifact));
        }
        return Optional.empty();
    }

    private static List<String> texts(Element parent, String tag) {
        return elements(parent, tag).stream().map(it -> it.getTextContent().strip()).toList();
    }

    private static List<Element> elements(Element parent, String tag) {
        var elements = new ArrayList<Element>();
        var nodes = parent.getElementsByTagName(tag);
        for (int i = 0; i < nodes.getLength(); i++) {
            Node node = nodes.item(i);
            if (node instanceof Element element) {
                elements.add(element);
            }
        }
        return elements;
    }

    private static Document read(Path pom) {
        try {
            return DocumentBuilderFactory.newDefaultInstance()
                    .newDocumentBuilder()
                    .parse(pom.toFile());
        } catch (IOException | SAXException | ParserConfigurationException e) {
            throw new AssertionError("cannot read " + pom, e);
        }
    }
}
