/// The S3 protocol on the engine.
///
/// A request walks through these classes: [dev.varve.door.s3.Connection] frames HTTP on an event
/// loop and hands it to a virtual thread; `Authenticator` proves who sent it; `Router` finds its
/// operation in one table; the operation (`BucketOperations`, `Listing`, `ObjectReads`,
/// `ObjectWrites`, `ObjectCopies`, `MultipartUploads` ...) calls the engine and returns a
/// `Response`; `Outbound` sends that.
@NullMarked
package dev.varve.door.s3;

import org.jspecify.annotations.NullMarked;
