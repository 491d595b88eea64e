package dev.varve.door.local;

/// Who may come in. Answers may change at any time.
///
/// Thread-safe.
public interface Entry {
    /// Lets in whoever can reach the socket.
    Entry FREE = new Entry() {
        @Override
        public boolean open() {
            return true;
        }

        @Override
        public boolean has(String user) {
            return false;
        }

        @Override
        public boolean admits(String user, String password) {
            return true;
        }
    };

    /// Whether nobody has to say who he is.
    boolean open();

    /// Whether there is such a user.
    boolean has(String user);

    /// Whether this is the user's password. Takes the same time whether the user exists or not.
    boolean admits(String user, String password);
}
