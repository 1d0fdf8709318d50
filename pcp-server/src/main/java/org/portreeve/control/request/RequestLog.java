package org.portreeve.control.request;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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

    private final LinkedHashMap<Long, Deque<RequestEntry>> bySubscriber =
            new LinkedHashMap<>(16, 0.75f, true);

    /** Keeps a request of a subscriber. */
    public void add(long subscriberKey, RequestEntry entry) {
        Deque<RequestEntry> own =
                bySubscriber.computeIfAbsent(subscriberKey, _ -> new ArrayDeque<>(2));
        if (own.size() == EACH) {
            own.removeLast();
        }
        own.addFirst(entry);
        if (bySubscriber.size() > SUBSCRIBERS) {
            Map.Entry<Long, Deque<RequestEntry>> mostSilent = bySubscriber.firstEntry();
            bySubscriber.remove(mostSilent.getKey());
        }
    }

    /** What is kept of a subscriber, the last one first. */
    public List<RequestEntry> of(long subscriberKey) {
        Deque<RequestEntry> own = bySubscriber.get(subscriberKey);
        return own == null ? List.of() : List.copyOf(own);
    }
}
