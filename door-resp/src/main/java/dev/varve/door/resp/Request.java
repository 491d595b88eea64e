package dev.varve.door.resp;

import dev.varve.engine.ObjectKey;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// One command as it was sent: its name and arguments. Built by the parser, closed by whoever
/// executes it.
///
/// Confined to one thread at a time.
final class Request implements AutoCloseable {
    private static final byte[] NOTHING = new byte[0];

    private final Command command;
    private final List<byte[]> arguments;
    private final List<Value> values = new ArrayList<>(0);
    private final List<Integer> valueIndexes = new ArrayList<>(0);
    private final MemoryBudget budget;
    private long chargedBytes;

    /// @param command what the first argument names
    /// @param budget  gets back what the request was charged with
    Request(Command command, byte[] name, int expectedSize, MemoryBudget budget) {
        this.command = command;
        this.budget = budget;
        arguments = new ArrayList<>(Math.min(expectedSize, 16));
        arguments.add(name);
    }

    Command command() {
        return command;
    }

    /// How many arguments there are, the name among them.
    int size() {
        return arguments.size();
    }

    void add(byte[] argument) {
        arguments.add(argument);
    }

    /// Adds an argument that the engine takes; owned by the request from now on.
    void add(Value value) {
        valueIndexes.add(arguments.size());
        values.add(value);
        arguments.add(NOTHING);
    }

    /// The value that was added last.
    Value lastValue() {
        return values.getLast();
    }

    /// Replaces the value added last, whose writer the caller has closed.
    void replaceLastValue(Value value) {
        values.set(values.size() - 1, value);
    }

    boolean streams() {
        return !values.isEmpty();
    }

    /// The bytes of an argument, borrowed; empty for one that went into the engine.
    byte[] bytes(int index) {
        return arguments.get(index);
    }

    /// An argument with one character for each byte.
    String text(int index) {
        return new String(arguments.get(index), StandardCharsets.ISO_8859_1);
    }

    /// Whether an argument is this word, in any case.
    boolean is(int index, String word) {
        return arguments.get(index).length == word.length()
                && text(index).equalsIgnoreCase(word);
    }

    Value value(int index) {
        int at = valueIndexes.indexOf(index);
        return at < 0 ? new Value.Whole(arguments.get(index)) : values.get(at);
    }

    /// An argument as a number, or the error reply for what is none.
    long number(int index) {
        OptionalLong number = Numbers.parse(arguments.get(index));
        if (number.isEmpty()) {
            throw ReplyError.notInteger();
        }
        return number.getAsLong();
    }

    /// The key at `index`; empty for one that no object can have.
    Optional<ObjectKey> key(int index, int maxKeyBytes) {
        byte[] bytes = arguments.get(index);
        return bytes.length == 0 || bytes.length > maxKeyBytes
                ? Optional.empty()
                : Optional.of(ObjectKey.of(bytes));
    }

    /// Makes this request answer for memory that was taken from the budget.
    void charge(long bytes) {
        chargedBytes += bytes;
    }

    /// Drops what was not committed and gives the memory back.
    @Override
    public void close() {
        for (var value : values) {
            if (value instanceof Value.Streamed streamed) {
                streamed.writer().close();
            }
        }
        values.clear();
        budget.release(chargedBytes);
        chargedBytes = 0;
    }
}
