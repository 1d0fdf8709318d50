package org.portreeve.daemon.command;

import java.lang.reflect.Proxy;
import java.util.concurrent.Semaphore;

/**
 * SIGHUP as something to wait for. Several that come while a reload is under way lead to one more.
 * Any thread.
 */
final class ReloadSignal {
    private final Semaphore asked = new Semaphore(0);

    private ReloadSignal() {}

    /** Takes the signal from now on; without it the JVM would end. */
    static ReloadSignal install() {
        var reload = new ReloadSignal();
        try {
            reload.handle();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("this JDK has no sun.misc.Signal", e);
        }
        return reload;
    }

    /** Runs an action for each signal, on a thread of its own, as long as the process lives. */
    void onEach(Runnable action) {
        Thread.ofPlatform()
                .name("reload")
                .daemon()
                .start(() -> {
                    while (true) {
                        asked.acquireUninterruptibly();
                        asked.drainPermits();
                        action.run();
                    }
                });
    }

    /**
     * The only way that the JDK has, in its module {@code jdk.unsupported}; by reflection, because
     * the compiler's warning of the class cannot be switched off.
     */
    private void handle() throws ReflectiveOperationException {
        Class<?> signal = Class.forName("sun.misc.Signal");
        Class<?> handler = Class.forName("sun.misc.SignalHandler");
        Object ours =
                Proxy.newProxyInstance(
                        handler.getClassLoader(),
                        new Class<?>[] {handler},
                        (_, _, _) -> {
                            asked.release();
                            return null;
                        });
        signal.getMethod("handle", signal, handler)
                .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), ours);
    }
}
