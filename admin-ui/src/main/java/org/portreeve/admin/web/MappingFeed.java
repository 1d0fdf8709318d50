package org.portreeve.admin.web;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.portreeve.control.view.MappingEvent;

/** Hands what happens to mappings to those who look on. Any thread. */
public final class MappingFeed {
    /** Who may look on at once; each costs port control's loop a little at every change. */
    public static final int MAX_LISTENERS = 32;

    private final Set<Consumer<MappingEvent>> listeners = ConcurrentHashMap.newKeySet();
    private final AtomicInteger count = new AtomicInteger();

    /** On port control's loop. */
    void onEvent(MappingEvent event) {
        listeners.forEach(listener -> listener.accept(event));
    }

    /**
     * Calls a listener from now on, on the loop of port control; it must not block. False when
     * there are too many.
     */
    public boolean join(Consumer<MappingEvent> listener) {
        if (count.incrementAndGet() > MAX_LISTENERS) {
            count.decrementAndGet();
            return false;
        }
        return listeners.add(listener);
    }

    /** Calls it no more. */
    public void leave(Consumer<MappingEvent> listener) {
        if (listeners.remove(listener)) {
            count.decrementAndGet();
        }
    }
}
