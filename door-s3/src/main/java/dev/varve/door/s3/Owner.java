package dev.varve.door.s3;

/// Everything belongs to one owner.
///
/// Immutable.
final class Owner {
    static final String ID = "varve";

    private Owner() {}

    static void write(XmlWriter xml, String element) {
        xml.begin(element).text("ID", ID).text("DisplayName", ID).end();
    }
}
