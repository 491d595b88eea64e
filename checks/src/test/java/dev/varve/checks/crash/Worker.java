package dev.varve.checks.crash;

import java.io.IOException;

/// One client of the server with keys of its own: changes them at random and reads them back.
///
/// Confined to its thread while it runs.
interface Worker {

    /// Works until the server is gone.
    ///
    /// @param seed of this cycle's choices
    /// @throws Violation if the living server breaks a promise
    void work(ServerProcess server, long seed) throws Violation, InterruptedException;

    /// Reads all keys once and judges what they hold.
    ///
    /// @throws Violation   if a promise is broken
    /// @throws IOException if the server does not answer
    void check(ServerProcess server) throws Violation, IOException, InterruptedException;
}
