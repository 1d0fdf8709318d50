package org.portreeve.admin.page;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import org.portreeve.admin.web.EventStream;
import org.portreeve.admin.web.NodeFacts;
import org.portreeve.admin.web.Office;
import org.portreeve.admin.web.Visit;

/**
 * The node's totals, once a second, to every open overview; nothing runs while nobody looks. Event
 * loop only.
 */
final class LiveFeed {
    /** Overviews open at once. */
    static final int MAX_WATCHERS = 64;

    private static final long PERIOD_MS = 1000;
    private static final long NS_PER_MILLI = 1_000_000;

    private final Office office;
    private final Map<EventStream, Visit> watchers = new HashMap<>();
    private OptionalLong timer = OptionalLong.empty();

    LiveFeed(Office office) {
        this.office = office;
    }

    /** Answers with events until the reader goes or is no longer allowed. */
    void join(Visit visit) {
        if (watchers.size() >= MAX_WATCHERS) {
            visit.fail(
                    503,
                    "Too many overviews are open",
                    "At most " + MAX_WATCHERS + " are live at once. Close one and reload.");
            return;
        }
        EventStream stream = visit.stream();
        watchers.put(stream, visit);
        stream.onEnd(() -> leave(stream));
        stream.begin();
        stream.send("facts", facts());
        if (timer.isEmpty()) {
            timer = OptionalLong.of(office.vertx().setPeriodic(PERIOD_MS, _ -> tell()));
        }
    }

    private void leave(EventStream stream) {
        watchers.remove(stream);
        if (watchers.isEmpty() && timer.isPresent()) {
            office.vertx().cancelTimer(timer.getAsLong());
            timer = OptionalLong.empty();
        }
    }

    private void tell() {
        String facts = facts();
        for (var watcher : new ArrayList<>(watchers.entrySet())) {
            EventStream stream = watcher.getKey();
            if (watcher.getValue().isStillAllowed() && !stream.isOver()) {
                stream.send("facts", facts);
            } else {
                stream.end();
                leave(stream);
            }
        }
    }

    private String facts() {
        long atMillis = office.services().nowNs().getAsLong() / NS_PER_MILLI;
        return json(office.services().facts().get(), atMillis).encode();
    }

    /** The totals as the script of the page knows them. */
    static JsonObject json(NodeFacts facts, long atMillis) {
        NodeFacts.Holdings holdings = facts.holdings();
        NodeFacts.Traffic traffic = facts.traffic();
        return new JsonObject()
                .put("at", atMillis)
                .put("uptime", facts.uptimeSeconds())
                .put("stamp", stamp(facts))
                .put("answers", answers(facts))
                .put(
                        "holdings",
                        new JsonObject()
                                .put("pairedSubscribers", holdings.pairedSubscribers())
                                .put("leases", holdings.leases())
                                .put("reservations", holdings.reservations())
                                .put("holds", holdings.holds())
                                .put("sessions", holdings.sessions())
                                .put("mappings", holdings.mappings())
                                .put("portsUsed", holdings.portsUsed())
                                .put("portsTotal", holdings.portsTotal()))
                .put(
                        "traffic",
                        new JsonObject()
                                .put("outboundPackets", traffic.outboundPackets())
                                .put("inboundPackets", traffic.inboundPackets())
                                .put("outboundOctets", traffic.outboundOctets())
                                .put("inboundOctets", traffic.inboundOctets())
                                .put("drops", traffic.drops()));
    }

    private static JsonObject answers(NodeFacts facts) {
        var counts = new JsonObject();
        facts.answers().stream()
                .filter(answer -> answer.count() > 0)
                .forEach(answer -> counts.put(key(answer), answer.count()));
        return counts;
    }

    /** As the page's row is marked. */
    private static String key(NodeFacts.AnswerCount answer) {
        return answer.protocol() + " " + answer.result();
    }

    /**
     * Another number when parts of the page that are not numbers should be fetched again, which
     * counts as a use of the session. A count is sent; a result that is new makes a row.
     */
    private static int stamp(NodeFacts facts) {
        return Objects.hash(facts.services(), facts.ready(), answers(facts).fieldNames());
    }
}
