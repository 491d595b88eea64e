package dev.varve.door.s3;

/// A request's body as HTTP carries it, still framed and unchecked.
///
/// Confined to its request's thread.
interface Body {
    /// The length of a body that comes in HTTP chunks, and says nothing of it.
    long UNKNOWN = -1;

    /// The length of a request that has no body and said so by saying nothing.
    long ABSENT = -2;

    /// Content-Length, [#UNKNOWN] or [#ABSENT].
    long lengthBytes();

    /// Takes in all of it, piece by piece as it arrives.
    ///
    /// @throws S3Exception IncompleteBody where it ends early, RequestTimeout where it stalls
    void transferTo(ByteSink sink);
}
