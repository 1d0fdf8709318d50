package org.portreeve.admin.api;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Collection;
import java.util.Locale;
import java.util.function.Function;
import org.portreeve.admin.web.NodeFacts;
import org.portreeve.control.policy.Profile;
import org.portreeve.control.request.RequestEntry;
import org.portreeve.control.reservation.Reservation;
import org.portreeve.control.reservation.ReservationView;
import org.portreeve.control.store.AuditEntry;
import org.portreeve.control.store.HistoryEntry;
import org.portreeve.control.store.User;
import org.portreeve.control.view.DrainView;
import org.portreeve.control.view.MappingEvent;
import org.portreeve.control.view.MappingView;
import org.portreeve.control.view.SubscriberDrainView;
import org.portreeve.control.view.SubscriberView;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PeerFilter;
import org.portreeve.nat.Protocol;

/** Port control's views as the API writes them, by {@link Shapes}. Pure; any thread. */
final class Views {
    private Views() {}

    static <T> JsonArray list(Collection<T> items, Function<? super T, ?> view) {
        var list = new JsonArray();
        items.forEach(item -> list.add(view.apply(item)));
        return list;
    }

    static JsonObject status(NodeFacts facts) {
        return new JsonObject()
                .put("node", facts.node())
                .put("version", facts.version())
                .put("uptimeSeconds", facts.uptimeSeconds())
                .put("ready", facts.ready())
                .put("poolAddresses", new JsonArray(facts.poolAddresses()))
                .put("shards", facts.shards())
                .put("holdings", holdings(facts.holdings()))
                .put("traffic", traffic(facts.traffic()))
                .put("answers", list(facts.answers(), Views::answerCount))
                .put("services", list(facts.services(), Views::service));
    }

    private static JsonObject holdings(NodeFacts.Holdings holdings) {
        return new JsonObject()
                .put("pairedSubscribers", holdings.pairedSubscribers())
                .put("leases", holdings.leases())
                .put("reservations", holdings.reservations())
                .put("holds", holdings.holds())
                .put("sessions", holdings.sessions())
                .put("mappings", holdings.mappings())
                .put("portsUsed", holdings.portsUsed())
                .put("portsTotal", holdings.portsTotal());
    }

    private static JsonObject traffic(NodeFacts.Traffic traffic) {
        return new JsonObject()
                .put("outboundPackets", traffic.outboundPackets())
                .put("inboundPackets", traffic.inboundPackets())
                .put("outboundOctets", traffic.outboundOctets())
                .put("inboundOctets", traffic.inboundOctets())
                .put("drops", traffic.drops());
    }

    private static JsonObject answerCount(NodeFacts.AnswerCount answers) {
        return new JsonObject()
                .put("protocol", answers.protocol())
                .put("result", answers.result())
                .put("count", answers.count());
    }

    private static JsonObject service(NodeFacts.ServiceHealth service) {
        return new JsonObject()
                .put("name", service.name())
                .put("listen", service.listen())
                .put("healthy", service.healthy())
                .put("detail", service.detail());
    }

    /** Adds the internal side. */
    static JsonObject internal(JsonObject object, InternalTuple internal) {
        return object.put("protocol", Protocol.name(internal.protocol()).toLowerCase(Locale.ROOT))
                .put("internalAddress", Ipv4.format(internal.internalIp()))
                .put("internalPort", internal.internalPort());
    }

    static JsonObject mapping(MappingView mapping) {
        JsonObject object =
                internal(new JsonObject(), mapping.internal())
                        .put("externalAddress", Ipv4.format(mapping.externalIp()))
                        .put("externalPort", mapping.externalPort())
                        .put("subscriber", mapping.subscriber())
                        .put("origin", Shapes.word(mapping.origin()))
                        .put("description", mapping.description());
        if (mapping.remainingSeconds() != MappingView.FOREVER) {
            object.put("remainingSeconds", mapping.remainingSeconds());
        }
        if (mapping.portCount() > 1) {
            object.put("portCount", mapping.portCount());
        }
        if (!mapping.filters().isEmpty()) {
            object.put("filters", list(mapping.filters(), PeerFilter::toString));
        }
        if (mapping.clientIp() != 0) {
            object.put("clientAddress", Ipv4.format(mapping.clientIp()));
        }
        return object;
    }

    static JsonObject possession(HistoryEntry entry) {
        JsonObject object =
                new JsonObject()
                        .put("subscriber", entry.subscriber())
                        .put("externalAddress", Ipv4.format(entry.externalIp()))
                        .put("firstPort", entry.firstPort())
                        .put("lastPort", entry.lastPort())
                        .put("fromMillis", entry.fromMillis());
        if (entry.protocol() != HistoryEntry.ANY_PROTOCOL) {
            object.put("protocol", Protocol.name(entry.protocol()).toLowerCase(Locale.ROOT));
        }
        if (entry.remoteIp() != HistoryEntry.ANY_REMOTE) {
            object.put("remoteAddress", Ipv4.format(entry.remoteIp()));
        }
        if (entry.toMillis() != HistoryEntry.ONGOING) {
            object.put("toMillis", entry.toMillis());
        }
        return object;
    }

    static JsonObject event(MappingEvent event) {
        JsonObject object = new JsonObject().put("mapping", mapping(event.mapping()));
        return switch (event) {
            case MappingEvent.Made _ -> object.put("change", "made");
            case MappingEvent.Changed _ -> object.put("change", "changed");
            case MappingEvent.Ended(MappingView _, MappingEvent.Cause cause) ->
                    object.put("change", "ended").put("cause", Shapes.word(cause));
        };
    }

    static JsonObject reservation(ReservationView view) {
        Reservation reservation = view.reservation();
        return internal(new JsonObject(), reservation.internal())
                .put("id", reservation.id())
                .put("version", reservation.version())
                .put("externalAddress", Ipv4.format(reservation.externalIp()))
                .put("externalPort", reservation.externalPort())
                .put("description", reservation.description())
                .put("subscriber", view.subscriber())
                .put("inForce", view.isInForce())
                .put("waitsFor", list(view.waitsFor(), ConflictViews::conflict))
                .put("editedBy", reservation.editedBy())
                .put("editedMillis", reservation.editedMillis());
    }

    static JsonObject subscriberDrain(SubscriberDrainView drain) {
        return new JsonObject()
                .put("subscriber", drain.subscriber())
                .put("sinceMillis", drain.sinceMillis())
                .put("leases", drain.leases());
    }

    static JsonObject subscriber(SubscriberView view) {
        JsonObject object =
                new JsonObject()
                        .put("id", view.id())
                        .put("prefixes", new JsonArray(view.prefixes()))
                        .put("profile", profile(view.profile()))
                        .put("drained", view.isDrained())
                        .put("dedicated", view.isDedicated())
                        .put("leases", view.leases())
                        .put("statics", view.statics())
                        .put("holds", view.holds())
                        .put("ports", view.ports())
                        .put("sessions", view.sessions())
                        .put("blocks", new JsonArray(view.blocks()));
        view.externalIp().ifPresent(ip -> object.put("externalAddress", Ipv4.format(ip)));
        return object;
    }

    static JsonObject request(RequestEntry entry) {
        return new JsonObject()
                .put("atMillis", entry.wallMillis())
                .put("protocol", Shapes.word(entry.protocol()))
                .put("client", Ipv4.format(entry.clientIp()))
                .put("asked", entry.asked().sentence())
                .put("result", entry.told().result())
                .put("told", entry.told().sentence());
    }

    private static JsonObject profile(Profile profile) {
        return new JsonObject()
                .put("name", profile.name())
                .put("mappings", profile.quota().mappings())
                .put("ports", profile.quota().ports())
                .put("sessions", profile.quota().sessions())
                .put("sessionsPerSecond", profile.quota().sessionsPerSecond())
                .put("sessionBurst", profile.quota().sessionBurst())
                .put("requestsPerSecond", profile.requests().perSecond())
                .put("requestBurst", profile.requests().burst());
    }

    static JsonObject auditEntry(AuditEntry entry) {
        return new JsonObject()
                .put("atMillis", entry.atMillis())
                .put("who", entry.who())
                .put("action", entry.action())
                .put("subject", entry.subject())
                .put("detail", entry.detail());
    }

    static JsonObject user(User user) {
        return new JsonObject()
                .put("name", user.name())
                .put("role", Shapes.word(user.role()))
                .put("mustChangePassword", user.mustChangePassword());
    }

    static JsonObject drain(DrainView drain) {
        var view =
                new JsonObject()
                        .put("address", Ipv4.format(drain.externalIp()))
                        .put("restSeconds", drain.restSeconds())
                        .put("sinceMillis", drain.sinceMillis())
                        .put("subscribers", drain.subscribers());
        return drain.remainingSeconds() == DrainView.FOREVER
                ? view
                : view.put("remainingSeconds", drain.remainingSeconds());
    }
}
