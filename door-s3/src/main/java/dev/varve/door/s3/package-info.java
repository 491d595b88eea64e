/// The S3 protocol on the engine.
@NullMarked
package dev.varve.door.s3;

import org.jspecify.annotations.NullMarked;
