package org.portreeve.control.request;

import java.util.LinkedHashMap;
import java.util.List;

/**
 * The last requests of those subscribers who asked last. A subscriber who asks a lot pushes out its
 * own requests alone; when there are too many subscribers, all requests of the one go that has been
 * silent for longest. Event loop only.
 */
public final class RequestLog {
    /** Requests of one subscriber that are kept. */
    public static final int EACH = 16;

    /** Subscribers whose requests are kept. */
    public static final int SUBSCRIBERS = 8_192;

    private final LinkedHashMap<Long, KeptRequests> bySubscriber =
            new LinkedHashMap<>(16, 0.75f, true);

    /** Keeps a request of a subscriber. */
    public void add(long subscriberKey, RequestEntry entry) {
        KeptRequests own = bySubscriber.get(subscriberKey);
        if (own == null) {
            own = room();
            bySubscriber.put(subscriberKey, own);
        }
        own.add(entry);
    }

    /** That of the one who was silent for longest is used again: a new one each time is garbage. */
    private KeptRequests room() {
        if (bySubscriber.size() < SUBSCRIBERS) {
            return new KeptRequests(EACH);
        }
        KeptRequests former = bySubscriber.pollFirstEntry().getValue();
        former.clear();
        return former;
    }

    /** What is kept of a subscriber, the last one first. */
    public List<RequestEntry> of(long subscriberKey) {
        KeptRequests own = bySubscriber.get(subscriberKey);
        return own == null ? List.of() : own.latestFirst();
    }
}
