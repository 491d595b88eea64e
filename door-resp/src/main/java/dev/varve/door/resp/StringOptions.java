package dev.varve.door.resp;

import java.util.Optional;

/// The options of `SET` and `GETEX`, which share a grammar.
///
/// @param existence whether the key must or must not exist
/// @param get       whether the value from before is wanted
/// @param keepTtl   whether the old expiry stays
/// @param persist   whether the expiry goes
/// @param expiry    how `argument` is meant
/// @param argument  position of the expiry's number
///
/// Immutable.
record StringOptions(
        Existence existence,
        boolean get,
        boolean keepTtl,
        boolean persist,
        Optional<Expiry> expiry,
        int argument) {

    /// What must hold of the key for anything to happen.
    enum Existence {
        ANY,
        MUST_NOT,
        MUST
    }

    /// Which command's options are read.
    enum Grammar {
        SET,
        GETEX
    }

    /// Reads the options from the argument at `first` to the last.
    static StringOptions parse(Request request, int first, Grammar grammar) {
        var existence = Existence.ANY;
        boolean get = false;
        boolean keepTtl = false;
        boolean persist = false;
        Optional<Expiry> expiry = Optional.empty();
        int argument = 0;
        for (int i = first; i < request.size(); i++) {
            var timed = expiryAt(request, i);
            boolean other = keepTtl || persist || (expiry.isPresent() && !expiry.equals(timed));
            if (timed.isPresent() && !other && i + 1 < request.size()) {
                expiry = timed;
                argument = ++i;
            } else if (grammar == Grammar.GETEX) {
                persist = require(request.is(i, "PERSIST") && expiry.isEmpty());
            } else if (request.is(i, "NX") && existence != Existence.MUST) {
                existence = Existence.MUST_NOT;
            } else if (request.is(i, "XX") && existence != Existence.MUST_NOT) {
                existence = Existence.MUST;
            } else if (request.is(i, "GET")) {
                get = true;
            } else {
                keepTtl = require(request.is(i, "KEEPTTL") && expiry.isEmpty());
            }
        }
        return new StringOptions(existence, get, keepTtl, persist, expiry, argument);
    }

    private static Optional<Expiry> expiryAt(Request request, int index) {
        for (var expiry : Expiry.values()) {
            if (request.is(index, expiry.name())) {
                return Optional.of(expiry);
            }
        }
        return Optional.empty();
    }

    private static boolean require(boolean holds) {
        if (!holds) {
            throw ReplyError.syntax();
        }
        return true;
    }
}
