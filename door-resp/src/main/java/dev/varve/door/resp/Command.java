package dev.varve.door.resp;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/// A command, or a subcommand of one.
///
/// @param name        in lower case; a subcommand's has its parent's and a bar before it
/// @param arity       number of arguments, the name among them; negative: at least that many
/// @param flags       as `COMMAND INFO` tells them
/// @param keys        where keys are
/// @param values      where values are
/// @param handler     what it does; not called where there are subcommands and one was named
/// @param subcommands its subcommands
/// @param calls       how often it was executed
///
/// Immutable but for the count of calls.
record Command(
        String name,
        int arity,
        List<String> flags,
        Keys keys,
        Values values,
        Handler handler,
        List<Command> subcommands,
        LongAdder calls) {

    /// One piece of sequential code; see [Keyspace] for what it must heed. Ends with a complete
    /// reply or with a [ReplyError].
    @FunctionalInterface
    interface Handler {
        void run(Call call);
    }

    /// Positions of the first and the last key (negative counts from the end), and from one to the
    /// next; zeros for none.
    record Keys(int first, int last, int step) {
        static final Keys NONE = new Keys(0, 0, 0);
        static final Keys FIRST = new Keys(1, 1, 1);
        static final Keys ALL = new Keys(1, -1, 1);
        static final Keys PAIRS = new Keys(1, -1, 2);
        /// Those of a subcommand, which has its own name before them.
        static final Keys SUB_FIRST = new Keys(2, 2, 1);
        static final Keys SUB_ALL = new Keys(2, -1, 1);
    }

    /// Which arguments are values, which go into the engine while they arrive.
    enum Values {
        NONE,
        SECOND,
        THIRD,
        PAIRS;

        boolean at(int index) {
            return switch (this) {
                case NONE -> false;
                case SECOND -> index == 2;
                case THIRD -> index == 3;
                case PAIRS -> index >= 2 && index % 2 == 0;
            };
        }

        /// The argument that is the key of the value at `index`.
        int keyOf(int index) {
            return this == PAIRS ? index - 1 : 1;
        }
    }

    /// A command without values and subcommands.
    static Command of(String name, int arity, String flags, Keys keys, Handler handler) {
        return new Command(
                name, arity, flags.isEmpty() ? List.of() : List.of(flags.split(" ")), keys,
                Values.NONE, handler, List.of(),
                new LongAdder());
    }

    /// A subcommand; its full name has the form `parent|name`.
    static Command sub(String name, int arity, Handler handler) {
        return of(name, arity, "loading stale", Keys.NONE, handler);
    }

    Command withKeys(Keys where) {
        return new Command(name, arity, flags, where, values, handler, subcommands, calls);
    }

    Command withValues(Values where) {
        return new Command(name, arity, flags, keys, where, handler, subcommands, calls);
    }

    Command withSubcommands(List<Command> some) {
        return new Command(
                name, arity, flags, keys, values, handler, List.copyOf(some), calls);
    }

    boolean takes(int argumentCount) {
        return arity >= 0 ? argumentCount == arity : argumentCount >= -arity;
    }

    /// Whether it may be used before the client has said who it is.
    boolean needsNoUser() {
        return flags.contains("no_auth");
    }
}
