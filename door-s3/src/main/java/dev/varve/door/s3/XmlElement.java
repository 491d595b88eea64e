package dev.varve.door.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/// An element of an XML document that a client sent, without its attributes and namespaces.
///
/// Immutable.
record XmlElement(String name, String text, List<XmlElement> children) {
    private static final char LINE_SEPARATOR = 0x2028;
    private static final int MAX_DEPTH = 16;
    private static final int MAX_ELEMENTS = 200_000;

    XmlElement {
        children = List.copyOf(children);
    }

    /// Parses a document. Document type declarations, and with them entities, are refused.
    ///
    /// @param root the name that the root must have
    /// @throws S3Exception MalformedXML
    static XmlElement parse(byte[] document, String root) {
        try {
            var reader = factory().createXMLStreamReader(new StringReader(asXml11(document)));
            try {
                var element = new Parser(reader).document();
                if (element.name.equals(root)) {
                    return element;
                }
            } finally {
                reader.close();
            }
        } catch (XMLStreamException _) {
            // answered below
        }
        throw S3Error.MALFORMED_XML.exception();
    }

    Optional<XmlElement> child(String childName) {
        return children.stream().filter(child -> child.name.equals(childName)).findFirst();
    }

    /// The stripped text of a child; empty where it is missing or blank.
    Optional<String> childText(String childName) {
        return child(childName).map(child -> child.text.strip()).filter(text -> !text.isEmpty());
    }

    List<XmlElement> children(String childName) {
        return children.stream().filter(child -> child.name.equals(childName)).toList();
    }

    /// The document as XML 1.1, in which keys with control characters can be written. Clients send
    /// those as they are, which no version of XML allows.
    private static String asXml11(byte[] document) {
        var text = new String(document, UTF_8);
        int from = text.startsWith("<?xml") ? text.indexOf("?>") + 2 : 0;
        var out = new StringBuilder(text.length() + 32).append("<?xml version=\"1.1\"?>");
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean blank = c == '\n' || c == '\r' || c == '\t';
            if (!blank && (Character.isISOControl(c) || c == LINE_SEPARATOR)) {
                out.append("&#x").append(Integer.toHexString(c)).append(';');
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    private static XMLInputFactory factory() {
        var factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        return factory;
    }

    /// Confined to its thread.
    private static final class Parser {
        private final XMLStreamReader reader;
        private int elements;

        Parser(XMLStreamReader reader) {
            this.reader = reader;
        }

        XmlElement document() throws XMLStreamException {
            while (reader.next() != XMLStreamConstants.START_ELEMENT) {
                if (reader.getEventType() == XMLStreamConstants.DTD) {
                    throw S3Error.MALFORMED_XML.exception();
                }
            }
            var root = element(1);
            while (reader.hasNext()) {
                reader.next();
            }
            return root;
        }

        private XmlElement element(int depth) throws XMLStreamException {
            if (depth > MAX_DEPTH || ++elements > MAX_ELEMENTS) {
                throw S3Error.MALFORMED_XML.exception();
            }
            var name = reader.getLocalName();
            var text = new StringBuilder();
            var children = new ArrayList<XmlElement>();
            while (true) {
                switch (reader.next()) {
                    case XMLStreamConstants.START_ELEMENT -> children.add(element(depth + 1));
                    case XMLStreamConstants.END_ELEMENT -> {
                        return new XmlElement(name, text.toString(), children);
                    }
                    case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA,
                            XMLStreamConstants.SPACE ->
                        text.append(reader.getText());
                    case XMLStreamConstants.COMMENT,
                            XMLStreamConstants.PROCESSING_INSTRUCTION -> {
                        // means nothing here
                    }
                    default -> throw S3Error.MALFORMED_XML.exception();
                }
            }
        }
    }
}
