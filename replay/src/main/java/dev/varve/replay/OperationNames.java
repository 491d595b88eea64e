package dev.varve.replay;

import dev.varve.replay.TraceRequest.Operation;
import java.util.Locale;

/// What the operations of foreign traces are called.
final class OperationNames {
    private OperationNames() {}

    /// The operation of a name; names that nobody knows are reads.
    static Operation operation(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "set", "add", "replace", "cas", "put", "write", "append", "prepend", "copy" ->
                Operation.WRITE;
            case "delete", "del", "remove" -> Operation.DELETE;
            case "head", "exists" -> Operation.EXISTS;
            case "touch", "expire" -> Operation.TOUCH;
            default -> Operation.FETCH;
        };
    }
}
