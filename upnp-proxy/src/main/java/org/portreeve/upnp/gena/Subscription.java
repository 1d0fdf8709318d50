package org.portreeve.upnp.gena;

import java.util.List;
import org.portreeve.upnp.device.EventedService;

/** One host's interest in one service. Loop of the gateway only. */
final class Subscription {
    /** UDA 1.0 §4.1: the number after the greatest is 1, as 0 is the first event of all. */
    private static final long MAX_SEQUENCE = 0xffff_ffffL;

    private final String sid;
    private final EventedService service;
    private final String subscriber;
    private final int hostIp;
    private final List<Callbacks.Callback> callbacks;
    private long deadlineNs;
    private long sequence;
    private long updateId;
    private boolean isSending;
    private boolean isStale;

    Subscription(
            String sid,
            EventedService service,
            String subscriber,
            int hostIp,
            List<Callbacks.Callback> callbacks,
            long deadlineNs) {
        this.sid = sid;
        this.service = service;
        this.subscriber = subscriber;
        this.hostIp = hostIp;
        this.callbacks = List.copyOf(callbacks);
        this.deadlineNs = deadlineNs;
    }

    String sid() {
        return sid;
    }

    EventedService service() {
        return service;
    }

    /** The id of the subscriber that the host belongs to. */
    String subscriber() {
        return subscriber;
    }

    int hostIp() {
        return hostIp;
    }

    List<Callbacks.Callback> callbacks() {
        return callbacks;
    }

    boolean isOver(long nowNs) {
        return deadlineNs - nowNs <= 0;
    }

    void renew(long deadlineNs) {
        this.deadlineNs = deadlineNs;
    }

    /** The value of SystemUpdateID. */
    long updateId() {
        return updateId;
    }

    void onMappingChange() {
        updateId = (updateId + 1) & MAX_SEQUENCE;
    }

    /** The number of the event to send now. */
    long takeSequence() {
        long taken = sequence;
        sequence = sequence == MAX_SEQUENCE ? 1 : sequence + 1;
        return taken;
    }

    /** Begins to send, unless an event is under way: then another follows it. */
    boolean beginSending() {
        if (isSending) {
            isStale = true;
            return false;
        }
        isSending = true;
        isStale = false;
        return true;
    }

    /** An event was taken or given up; true when the values changed meanwhile. */
    boolean endSending() {
        isSending = false;
        return isStale;
    }

    /** What is to be sent could not be found out: it is due for another attempt. */
    void putOff() {
        isSending = false;
        isStale = true;
    }

    /** Whether an event was put off. */
    boolean isPutOff() {
        return isStale && !isSending;
    }
}
