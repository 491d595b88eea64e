package dev.varve.server;

import java.util.Optional;

/// Which Varve this is.
public final class Version {
    private Version() {}

    /// The version of the jar that holds this class; "development" where there is no jar.
    public static String text() {
        return Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
                .orElse("development");
    }
}
