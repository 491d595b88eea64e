package dev.varve.door.s3;

import dev.varve.engine.Bucket;
import dev.varve.engine.ObjectInfo;
import dev.varve.engine.ObjectKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// One page of a listing: objects in the order of their keys, and in place of those that share a
/// prefix up to the delimiter that common prefix.
///
/// Costs one step for each entry of the page, however many keys a common prefix stands for.
///
/// Immutable.
///
/// @param last     the last entry's key or common prefix; empty for an empty page
/// @param next     where the next page begins; empty where this is the last one
record KeyPage(
        List<ObjectInfo> objects,
        List<ObjectKey> commonPrefixes,
        Optional<ObjectKey> last,
        Optional<ObjectKey> next) {

    /// What to list.
    ///
    /// @param prefix     what keys must begin with
    /// @param delimiter  empty for none
    /// @param from       the least key of the page; empty for the first page
    /// @param max        most entries
    /// @param tailBytes  bytes at the end of each key in which no delimiter is looked for
    record Request(
            ObjectKey prefix,
            byte[] delimiter,
            Optional<ObjectKey> from,
            int max,
            int tailBytes) {}

    static KeyPage read(Bucket bucket, Request request) {
        var objects = new ArrayList<ObjectInfo>();
        var commonPrefixes = new ArrayList<ObjectKey>();
        Optional<ObjectKey> last = Optional.empty();
        Optional<ObjectKey> next = Optional.empty();
        if (request.max == 0) {
            return new KeyPage(objects, commonPrefixes, last, next);
        }
        try (var cursor = bucket.list(request.prefix)) {
            request.from.ifPresent(cursor::seek);
            while (true) {
                var found = cursor.next();
                if (found.isEmpty()) {
                    break;
                }
                var object = found.get();
                if (objects.size() + commonPrefixes.size() == request.max) {
                    next = last.flatMap(entry -> behind(entry, commonPrefixes));
                    break;
                }
                var common = commonPrefix(object.key(), request);
                if (common.isEmpty()) {
                    objects.add(object);
                    last = Optional.of(object.key());
                    continue;
                }
                commonPrefixes.add(common.get());
                last = common;
                var successor = successorOfPrefix(common.get());
                if (successor.isEmpty()) {
                    break;
                }
                cursor.seek(successor.get());
            }
        }
        return new KeyPage(objects, commonPrefixes, last, next);
    }

    /// The least key that is greater than `key`; empty where there is none.
    static Optional<ObjectKey> successor(ObjectKey key) {
        int length = key.bytes().length;
        return length < ObjectKey.MAX_BYTES
                ? Optional.of(ObjectKey.of(Arrays.copyOf(key.bytes(), length + 1)))
                : successorOfPrefix(key);
    }

    /// The least key that is greater than all keys with this prefix; empty where there is none.
    static Optional<ObjectKey> successorOfPrefix(ObjectKey prefix) {
        var bytes = prefix.bytes();
        int length = bytes.length;
        while (length > 0 && bytes[length - 1] == (byte) 0xff) {
            length--;
        }
        if (length == 0) {
            return Optional.empty();
        }
        var next = Arrays.copyOf(bytes, length);
        next[length - 1]++;
        return Optional.of(ObjectKey.of(next));
    }

    /// The key's beginning up to the first delimiter behind the prefix.
    static Optional<ObjectKey> commonPrefix(ObjectKey key, Request request) {
        var bytes = key.bytes();
        var delimiter = request.delimiter;
        int lastStart = bytes.length - request.tailBytes - delimiter.length;
        if (delimiter.length == 0 || !key.startsWith(request.prefix)) {
            return Optional.empty();
        }
        for (int at = request.prefix.bytes().length; at <= lastStart; at++) {
            int end = at + delimiter.length;
            if (Arrays.equals(bytes, at, end, delimiter, 0, delimiter.length)) {
                return Optional.of(ObjectKey.of(Arrays.copyOf(bytes, end)));
            }
        }
        return Optional.empty();
    }

    private static Optional<ObjectKey> behind(ObjectKey entry, List<ObjectKey> commonPrefixes) {
        boolean common = !commonPrefixes.isEmpty() && commonPrefixes.getLast().equals(entry);
        return common ? successorOfPrefix(entry) : successor(entry);
    }
}
