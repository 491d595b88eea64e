package dev.varve.door.s3;

import dev.varve.engine.CommitOutcome;
import dev.varve.engine.ObjectInfo;
import dev.varve.engine.Precondition;
import java.util.Optional;

/// The conditional headers of a write. The engine evaluates them in the instant of the commit.
///
/// Immutable.
///
/// @param ifMatch     a list of ETags, one of which the present object must have
/// @param ifNoneMatch a list of ETags, none of which the present object may have
record WriteConditions(Optional<String> ifMatch, Optional<String> ifNoneMatch)
        implements
            Precondition {

    static WriteConditions of(S3Request request) {
        return new WriteConditions(request.header("if-match"), request.header("if-none-match"));
    }

    @Override
    public boolean holds(Optional<ObjectInfo> present) {
        if (ifMatch.isPresent()
                && (present.isEmpty() || !ETag.matches(ifMatch.get(), ETag.of(present.get())))) {
            return false;
        }
        return ifNoneMatch.isEmpty() || present.isEmpty()
                || !ETag.matches(ifNoneMatch.get(), ETag.of(present.get()));
    }

    boolean isEmpty() {
        return ifMatch.isEmpty() && ifNoneMatch.isEmpty();
    }

    /// @throws S3Exception where the conditions do not hold now, so that nothing need be uploaded
    void requireNow(Optional<ObjectInfo> present) {
        if (!holds(present)) {
            throw refused(present);
        }
    }

    /// The object after a commit.
    ///
    /// @throws S3Exception NoSuchKey or PreconditionFailed where the commit was refused
    ObjectInfo require(CommitOutcome outcome) {
        return switch (outcome) {
            case CommitOutcome.Done(var present, _) -> present.orElseThrow();
            case CommitOutcome.Refused(var present) -> throw refused(present);
        };
    }

    private S3Exception refused(Optional<ObjectInfo> present) {
        if (ifMatch.isPresent() && present.isEmpty()) {
            return S3Error.NO_SUCH_KEY.exception();
        }
        return S3Error.PRECONDITION_FAILED.exception()
                .detail("Condition",
                        ifMatch.isPresent() ? "If-Match" : "If-None-Match");
    }
}
