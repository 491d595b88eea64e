package dev.varve.door.resp;

/// The four ways in which a client says when something ends.
enum Expiry {
    /// In seconds from now.
    EX(1000, true),
    /// In milliseconds from now.
    PX(1, true),
    /// In seconds since the epoch.
    EXAT(1000, false),
    /// In milliseconds since the epoch.
    PXAT(1, false);

    private final long unitMillis;
    private final boolean fromNow;

    Expiry(long unitMillis, boolean fromNow) {
        this.unitMillis = unitMillis;
        this.fromNow = fromNow;
    }

    /// The moment that an argument of `SET` and its like means, in milliseconds since the epoch.
    /// Must lie after the epoch, or after now.
    long positiveMillis(long argument, long nowMillis, String command) {
        if (argument <= 0) {
            throw ReplyError.invalidExpire(command);
        }
        return millis(argument, nowMillis, command);
    }

    /// The moment that an argument of `EXPIRE` and its like means, in milliseconds since the
    /// epoch; may have passed.
    long millis(long argument, long nowMillis, String command) {
        try {
            long millis = Math.multiplyExact(argument, unitMillis);
            return fromNow ? Math.addExact(millis, nowMillis) : millis;
        } catch (ArithmeticException _) {
            throw ReplyError.invalidExpire(command);
        }
    }
}
