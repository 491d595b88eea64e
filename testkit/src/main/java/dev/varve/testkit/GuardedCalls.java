package dev.varve.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.tier.DeviceGuard;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/// What callers of a device see that hangs ([WedgedDisk]) and is guarded.
public final class GuardedCalls {
    private GuardedCalls() {}

    /// Waits until the guard has noticed that its device answers again: it looks every now and then
    /// by itself.
    public static void awaitAnswers(DeviceGuard guard) {
        while (!guard.answers()) {
            Thread.onSpinWait();
        }
    }

    /// That a call was given up.
    ///
    /// @param message a part of what the caller is told
    public static void assertUnavailable(Future<?> call, String message) {
        assertThatExceptionOfType(ExecutionException.class).isThrownBy(call::get)
                .havingCause()
                .isInstanceOfSatisfying(StorageException.class,
                        e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE))
                .withMessageContaining(message);
    }
}
