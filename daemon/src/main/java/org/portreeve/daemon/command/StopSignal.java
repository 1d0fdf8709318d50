package org.portreeve.daemon.command;

import java.util.concurrent.CountDownLatch;
import org.portreeve.daemon.exit.ExitCode;

/**
 * SIGTERM and SIGINT as something to wait for. The JVM answers them by running shutdown hooks and
 * would exit with 143; this hook lets the main thread stop the node in its own order, and then ends
 * the process with the code the main thread chose. Any thread.
 */
final class StopSignal {
    private final CountDownLatch received = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private int exitCode = ExitCode.FAILURE;

    private StopSignal() {}

    /** Takes the signals from now on; {@link #exitWith} must follow, or the process never ends. */
    static StopSignal install() {
        var stop = new StopSignal();
        Runtime.getRuntime().addShutdownHook(new Thread(stop::onShutdown, "stop"));
        return stop;
    }

    /** Blocks until a signal came. */
    void await() throws InterruptedException {
        received.await();
    }

    /** Ends the wait without a signal: the node broke. */
    void raise() {
        received.countDown();
    }

    /** All is stopped: the process may end, with this code. */
    void exitWith(int code) {
        exitCode = code;
        stopped.countDown();
    }

    private void onShutdown() {
        received.countDown();
        try {
            stopped.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(exitCode);
    }
}
