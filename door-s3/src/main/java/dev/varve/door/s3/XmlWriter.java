package dev.varve.door.s3;

import java.util.ArrayDeque;

/// Writes a small XML document.
///
/// Characters that XML 1.0 cannot hold are written as references all the same (`&#x1;`), as S3
/// does: who stores such keys must ask for `encoding-type=url`.
///
/// Confined to its thread.
final class XmlWriter {
    /// The namespace of S3's documents.
    static final String NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

    private final StringBuilder out = new StringBuilder(512)
            .append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    private final ArrayDeque<String> open = new ArrayDeque<>();

    private XmlWriter() {}

    /// Begins a document of S3's namespace.
    static XmlWriter document(String root) {
        var xml = new XmlWriter();
        xml.out.append('<').append(root).append(" xmlns=\"").append(NAMESPACE).append("\">");
        xml.open.push(root);
        return xml;
    }

    /// Begins a document without a namespace.
    static XmlWriter plain(String root) {
        return new XmlWriter().begin(root);
    }

    XmlWriter begin(String element) {
        out.append('<').append(element).append('>');
        open.push(element);
        return this;
    }

    /// Begins an element with attributes.
    ///
    /// @param attributes as they are to stand in the tag
    XmlWriter begin(String element, String attributes) {
        out.append('<').append(element).append(' ').append(attributes).append('>');
        open.push(element);
        return this;
    }

    XmlWriter end() {
        out.append("</").append(open.pop()).append('>');
        return this;
    }

    XmlWriter text(String element, String value) {
        out.append('<').append(element).append('>');
        escape(value);
        out.append("</").append(element).append('>');
        return this;
    }

    XmlWriter text(String element, long value) {
        return text(element, Long.toString(value));
    }

    XmlWriter text(String element, boolean value) {
        return text(element, Boolean.toString(value));
    }

    /// Text within the open element.
    XmlWriter value(String value) {
        escape(value);
        return this;
    }

    /// The document; ends all open elements.
    @Override
    public String toString() {
        var whole = new StringBuilder(out);
        for (var element : open) {
            whole.append("</").append(element).append('>');
        }
        return whole.toString();
    }

    private void escape(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                default -> {
                    if ((c < ' ' && c != '\n' && c != '\t') || c >= '\uFFFE') {
                        out.append("&#x").append(Integer.toHexString(c)).append(';');
                    } else {
                        out.append(c);
                    }
                }
            }
        }
    }
}
