package dev.varve.cli;

import dev.varve.cli.S3Client.Listed;
import dev.varve.cli.S3Client.Page;
import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import java.io.InputStream;
import java.io.StringReader;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/// Reads the XML that S3 answers with.
///
/// Immutable.
final class ListingXml {
    private ListingXml() {}

    static List<String> buckets(InputStream xml) {
        return entries(xml, "Bucket", new HashMap<>()).stream()
                .map(entry -> entry.getOrDefault("Name", ""))
                .toList();
    }

    static Page objects(InputStream xml) {
        var outside = new HashMap<String, String>();
        var objects = entries(xml, "Contents", outside).stream()
                .map(entry -> new Listed(
                        URLDecoder.decode(entry.getOrDefault("Key", ""), StandardCharsets.UTF_8),
                        Long.parseLong(entry.getOrDefault("Size", "0")),
                        entry.getOrDefault("LastModified", "")))
                .toList();
        return new Page(objects, outside.getOrDefault("NextContinuationToken", ""));
    }

    /// The code and the message of an error; the text itself where it is no XML.
    static String error(String text) {
        var outside = new HashMap<String, String>();
        try {
            entries(factory().createXMLStreamReader(new StringReader(text)), "", outside);
        } catch (XMLStreamException e) {
            return text.strip();
        }
        return outside.containsKey("Code")
                ? outside.get("Code") + " (" + outside.getOrDefault("Message", "") + ")"
                : text.strip();
    }

    private static List<Map<String, String>> entries(
            InputStream xml,
            String element,
            Map<String, String> outside) {
        try {
            return entries(factory().createXMLStreamReader(xml), element, outside);
        } catch (XMLStreamException e) {
            throw new StorageException(Kind.CORRUPT, "the server's answer must be XML", e);
        }
    }

    /// The texts below each `element`, by name; those that are below none go into `outside`.
    private static List<Map<String, String>> entries(
            XMLStreamReader reader,
            String element,
            Map<String, String> outside) throws XMLStreamException {
        var entries = new ArrayList<Map<String, String>>();
        var target = outside;
        var text = new StringBuilder();
        while (reader.hasNext()) {
            switch (reader.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    text.setLength(0);
                    if (reader.getLocalName().equals(element)) {
                        target = new HashMap<>();
                        entries.add(target);
                    }
                }
                case XMLStreamConstants.CHARACTERS -> text.append(reader.getText());
                case XMLStreamConstants.END_ELEMENT -> {
                    if (reader.getLocalName().equals(element)) {
                        target = outside;
                    } else {
                        target.putIfAbsent(reader.getLocalName(), text.toString());
                    }
                    text.setLength(0);
                }
                default -> {
                }
            }
        }
        return entries;
    }

    private static XMLInputFactory factory() {
        var factory = XMLInputFactory.newInstance();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        return factory;
    }
}
