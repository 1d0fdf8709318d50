package org.portreeve.admin.api;

import static org.portreeve.admin.api.Field.always;
import static org.portreeve.admin.api.Field.maybe;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.portreeve.control.DrainControl;
import org.portreeve.control.request.RequestLog;
import org.portreeve.control.reservation.ReservationDraft;
import org.portreeve.control.store.User;
import org.portreeve.control.view.MappingEvent;
import org.portreeve.control.view.MappingOrigin;

/** All objects that the API takes and gives. Immutable. */
final class Shapes {
    static final Kind PORT = new Kind.Whole(1, 65_535);
    static final Kind ADDRESS = new Kind.Address();
    static final Kind COUNT = new Kind.Whole(0, Long.MAX_VALUE);
    static final Kind OFFSET = new Kind.Whole(0, Integer.MAX_VALUE);
    static final Kind PROTOCOL = new Kind.Choice(List.of("tcp", "udp"));
    static final Kind ORIGIN = new Kind.Choice(words(MappingOrigin.values()));
    static final Kind ROLE = new Kind.Choice(words(User.Role.values()));
    static final Kind LINE = new Kind.Text(1000);
    static final Kind ANY_TEXT = new Kind.Text(1_000_000);
    static final Kind FLAG = new Kind.Flag();
    static final Kind ID = new Kind.Whole(1, Long.MAX_VALUE);

    /** What can stand in the way of a reservation. */
    static final List<String> CONFLICT_KINDS =
            List.of(
                    "portLeased",
                    "portReserved",
                    "portResting",
                    "portInUse",
                    "blockHeld",
                    "internalLeased",
                    "internalReserved",
                    "pairedElsewhere");

    static final Shape HOLDINGS =
            Shape.of(
                    "Holdings",
                    always("pairedSubscribers", COUNT, "Internal addresses with an external one."),
                    always("leases", COUNT, "Explicit mappings."),
                    always("reservations", COUNT, "Reservations."),
                    always("holds", COUNT, "External ports that rest."),
                    always("sessions", COUNT, "Sessions in the translator."),
                    always(
                            "mappings",
                            COUNT,
                            "Mappings in the translator, implicit ones included."),
                    always("portsUsed", COUNT, "External ports and identifiers in use or resting."),
                    always("portsTotal", COUNT, "External ports and identifiers that there are."));

    static final Shape TRAFFIC =
            Shape.of(
                    "Traffic",
                    always("outboundPackets", COUNT, "Packets translated towards the Internet."),
                    always("inboundPackets", COUNT, "Packets translated towards subscribers."),
                    always("outboundOctets", COUNT, "IPv4 octets of them."),
                    always("inboundOctets", COUNT, "IPv4 octets of them."),
                    always("drops", COUNT, "Packets dropped for whatever reason."));

    static final Shape ANSWER_COUNT =
            Shape.of(
                    "AnswerCount",
                    always("protocol", LINE, "PCP, NAT-PMP or UPnP."),
                    always("result", LINE, "The protocol's name of the result."),
                    always("count", COUNT, "How often."));

    static final Shape SERVICE_HEALTH =
            Shape.of(
                    "ServiceHealth",
                    always("name", LINE, "The service."),
                    always("listen", LINE, "Where it listens."),
                    always("healthy", FLAG, "Whether it answers."),
                    always("detail", LINE, "What is wrong, or empty."));

    static final Shape STATUS =
            Shape.of(
                    "Status",
                    always("node", LINE, "The node's configured name."),
                    always("version", LINE, "The software's version."),
                    always("uptimeSeconds", COUNT, "Since the start of the process."),
                    always("ready", FLAG, "Whether every configured service answers."),
                    always("poolAddresses", new Kind.Values(ADDRESS), "External addresses."),
                    always("shards", COUNT, "Threads of the translator."),
                    always("holdings", new Kind.One(HOLDINGS), "How much there is now."),
                    always("traffic", new Kind.One(TRAFFIC), "Totals since the start."),
                    always(
                            "answers",
                            new Kind.Many(ANSWER_COUNT),
                            "Answers by protocol and result."),
                    always("services", new Kind.Many(SERVICE_HEALTH), "Configured services."));

    static final Shape CONFIG =
            Shape.of(
                    "Config",
                    always(
                            "items",
                            new Kind.Many(
                                    Shape.of(
                                            "ConfigValue",
                                            always("key", LINE, "Its path in the file."),
                                            always("value", ANY_TEXT, "What is in force."))),
                            "Every key, by path."));

    static final Shape MAPPING =
            Shape.of(
                    "Mapping",
                    always("protocol", PROTOCOL, "The transport protocol."),
                    always("internalAddress", ADDRESS, "Where packets are sent."),
                    always("internalPort", PORT, "Where packets are sent."),
                    always("externalAddress", ADDRESS, "What the Internet sees."),
                    always("externalPort", PORT, "What the Internet sees."),
                    always("subscriber", LINE, "The subscriber's id."),
                    always("origin", ORIGIN, "Who asked for it."),
                    always("description", LINE, "What its owner called it."),
                    maybe("portCount", COUNT, "Of a set: ports of either side from those on."),
                    maybe("remainingSeconds", COUNT, "Until it ends; none for a reservation."),
                    maybe("clientAddress", ADDRESS, "Who asked last; none for a reservation."),
                    maybe(
                            "filters",
                            new Kind.Values(LINE),
                            "Whom alone its owner lets in, as prefix or prefix:port."));

    static final Shape MAPPINGS =
            Shape.of(
                    "Mappings",
                    always("items", new Kind.Many(MAPPING), "This part of the list."),
                    always("total", COUNT, "How many match in all."));

    static final Shape CONFLICT =
            Shape.of(
                    "Conflict",
                    always("kind", new Kind.Choice(CONFLICT_KINDS), "What stands in the way."),
                    maybe("subscriber", LINE, "Whose it is."),
                    maybe("protocol", PROTOCOL, "Of the internal side."),
                    maybe("internalAddress", ADDRESS, "Who has the external port."),
                    maybe("internalPort", PORT, "Who has the external port."),
                    maybe("externalAddress", ADDRESS, "What the internal side has."),
                    maybe("externalPort", PORT, "What the internal side has."),
                    maybe("origin", ORIGIN, "Who asked for it."),
                    maybe("description", LINE, "What its owner called it."),
                    maybe("untilMillis", COUNT, "When it ends by itself, since 1970."),
                    maybe("reservationId", ID, "The other reservation."),
                    maybe("firstPort", PORT, "Of the block."),
                    maybe("lastPort", PORT, "Of the block."));

    static final Shape FAULT =
            Shape.of(
                    "Fault",
                    always("field", LINE, "The field or parameter."),
                    always("message", LINE, "What is wrong and what is allowed."));

    static final Shape RESERVATION_DRAFT =
            Shape.of(
                    "ReservationDraft",
                    always("protocol", PROTOCOL, "The transport protocol."),
                    always("internalAddress", ADDRESS, "Where packets are to be sent."),
                    always("internalPort", PORT, "Where packets are to be sent."),
                    maybe("externalAddress", ADDRESS, "None for the subscriber's own."),
                    always("externalPort", PORT, "What the Internet is to see."),
                    maybe(
                            "description",
                            new Kind.Text(ReservationDraft.MAX_DESCRIPTION),
                            "For staff."));

    static final Shape RESERVATION =
            Shape.of(
                    "Reservation",
                    always("id", ID, "Assigned when it was made."),
                    always("version", ID, "Counts changes; the ETag."),
                    always("protocol", PROTOCOL, "The transport protocol."),
                    always("internalAddress", ADDRESS, "Where packets are sent."),
                    always("internalPort", PORT, "Where packets are sent."),
                    always("externalAddress", ADDRESS, "What the Internet sees."),
                    always("externalPort", PORT, "What the Internet sees."),
                    always("description", LINE, "For staff."),
                    always("subscriber", LINE, "Whose address it is; empty when nobody's now."),
                    always("inForce", FLAG, "Whether packets use it."),
                    always("waitsFor", new Kind.Many(CONFLICT), "What stands in its way."),
                    always("editedBy", LINE, "Who changed it last."),
                    always("editedMillis", COUNT, "When, since 1970."));

    static final Shape RESERVATIONS =
            Shape.of(
                    "Reservations",
                    always("items", new Kind.Many(RESERVATION), "This part of the list."),
                    always("total", COUNT, "How many match in all."));

    static final Shape PREVIEW =
            Shape.of(
                    "Preview",
                    always("subscriber", LINE, "Whose address it is."),
                    always("externalAddress", ADDRESS, "What the Internet would see."),
                    always("conflicts", new Kind.Many(CONFLICT), "What stands in the way."));

    static final Shape PROFILE =
            Shape.of(
                    "Profile",
                    always("name", LINE, "As configured."),
                    always("mappings", COUNT, "Explicit mappings at most."),
                    always("ports", COUNT, "External ports and identifiers at most."),
                    always("sessions", COUNT, "Sessions at most."),
                    always("sessionsPerSecond", COUNT, "Sustained rate of new sessions."),
                    always("sessionBurst", COUNT, "New sessions beyond the rate."),
                    always("requestsPerSecond", COUNT, "Sustained rate of requests."),
                    always("requestBurst", COUNT, "Requests beyond the rate."));

    static final Shape SUBSCRIBER =
            Shape.of(
                    "Subscriber",
                    always("id", LINE, "Its configured name, or its address."),
                    always("prefixes", new Kind.Values(LINE), "Its internal addresses."),
                    always("profile", new Kind.One(PROFILE), "What it may have."),
                    always("drained", FLAG, "Whether it gets no new mapping, by staff."),
                    always(
                            "dedicated",
                            FLAG,
                            "Whether its external address is shared with nobody."),
                    maybe("externalAddress", ADDRESS, "The paired or dedicated address, if any."),
                    always("leases", COUNT, "Explicit mappings."),
                    always("statics", COUNT, "Reservations in force."),
                    always("holds", COUNT, "External ports that rest."),
                    always("ports", COUNT, "External ports in use or resting."),
                    always("sessions", COUNT, "Sessions in the translator."),
                    always("blocks", new Kind.Values(PORT), "First ports of its blocks."));

    static final Shape SUBSCRIBERS =
            Shape.of(
                    "Subscribers",
                    always("items", new Kind.Many(SUBSCRIBER), "This part of the list."),
                    always("total", COUNT, "How many match in all."));

    static final Shape RELEASE =
            Shape.of(
                    "Release",
                    always("address", ADDRESS, "An internal address that was given up."));

    static final Shape RELEASED =
            Shape.of("Released", always("leasesEnded", COUNT, "Leases that it had."));

    static final Shape DRAIN_WISH =
            Shape.of(
                    "DrainWish",
                    always("address", ADDRESS, "An external address."),
                    maybe(
                            "restSeconds",
                            new Kind.Whole(0, DrainControl.MAX_REST_SECONDS),
                            "How long it rests when nobody has it any more, before it is used"
                                    + " again; left out or 0: until it is put back."));

    static final Shape DRAIN =
            Shape.of(
                    "Drain",
                    always("address", ADDRESS, "The external address."),
                    always("restSeconds", COUNT, "How long it rests; 0 until it is put back."),
                    always("sinceMillis", COUNT, "When it was taken out, since 1970."),
                    always("subscribers", COUNT, "Subscribers who still have it."),
                    maybe(
                            "remainingSeconds",
                            COUNT,
                            "What is left of its rest, when that has begun."));

    static final Shape DRAINS =
            Shape.of("Drains", always("items", new Kind.Many(DRAIN), "In the pool's order."));

    static final Shape SUBSCRIBER_DRAIN_WISH =
            Shape.of(
                    "SubscriberDrainWish",
                    always("subscriber", LINE, "The id of a subscriber, or an address of it."),
                    maybe(
                            "cut",
                            FLAG,
                            "Whether its leases and sessions end now, rather than by their timers;"
                                    + " reservations stay."));

    static final Shape SUBSCRIBER_DRAIN =
            Shape.of(
                    "SubscriberDrain",
                    always("subscriber", LINE, "The id of the subscriber."),
                    always("sinceMillis", COUNT, "Since when, since 1970."),
                    always("leases", COUNT, "Explicit mappings that it still has."));

    static final Shape SUBSCRIBER_DRAINS =
            Shape.of(
                    "SubscriberDrains",
                    always("items", new Kind.Many(SUBSCRIBER_DRAIN), "In the order of their ids."));

    static final Shape AUDIT_ENTRY =
            Shape.of(
                    "AuditEntry",
                    always("atMillis", COUNT, "When, since 1970."),
                    always(
                            "who",
                            LINE,
                            "The user, local for the control socket, empty for nobody."),
                    always("action", LINE, "What, as a stable word."),
                    always("subject", LINE, "To what."),
                    always("detail", LINE, "A sentence, or empty."));

    static final Shape AUDIT =
            Shape.of("Audit", always("items", new Kind.Many(AUDIT_ENTRY), "Latest first."));

    static final Shape POSSESSION =
            Shape.of(
                    "Possession",
                    always("subscriber", LINE, "Who had the port."),
                    maybe("protocol", PROTOCOL, "None for a port block, which is for all."),
                    always("externalAddress", ADDRESS, "What the Internet saw."),
                    always("firstPort", PORT, "The lowest port."),
                    always("lastPort", PORT, "The highest port."),
                    maybe(
                            "remoteAddress",
                            ADDRESS,
                            "Of a port that several share: towards which remote address."),
                    always("fromMillis", COUNT, "Since when, since 1970."),
                    maybe("toMillis", COUNT, "Until when, since 1970; none while it goes on."));

    static final Shape REQUESTS =
            Shape.of(
                    "Requests",
                    always(
                            "items",
                            new Kind.Many(
                                    Shape.of(
                                            "Request",
                                            always("atMillis", COUNT, "When, since 1970."),
                                            always("protocol", ORIGIN, "How it was asked."),
                                            always("client", ADDRESS, "Who asked."),
                                            always("asked", LINE, "What, in words."),
                                            always("result", LINE, "The name of the result."),
                                            always(
                                                    "told",
                                                    LINE,
                                                    "What was given, or why not, in words."))),
                            "Latest first; at most " + RequestLog.EACH + "."));

    static final Shape TRACE =
            Shape.of("Trace", always("items", new Kind.Many(POSSESSION), "Latest first."));

    static final Shape USER_WISH =
            Shape.of(
                    "UserWish",
                    always("role", ROLE, "What the user may do."),
                    maybe(
                            "password",
                            new Kind.Text(256),
                            "A new password, at least 12 characters; a new user needs one."));

    static final Shape USER =
            Shape.of(
                    "User",
                    always("name", LINE, "Unique, lower case."),
                    always("role", ROLE, "What the user may do."),
                    always(
                            "mustChangePassword",
                            FLAG,
                            "Whether somebody else chose the password."));

    static final Shape USERS = Shape.of("Users", always("items", new Kind.Many(USER), "By name."));

    static final Shape EVENT =
            Shape.of(
                    "MappingEvent",
                    always(
                            "change",
                            new Kind.Choice(List.of("made", "changed", "ended")),
                            "What happened to the mapping."),
                    maybe("cause", new Kind.Choice(words(MappingEvent.Cause.values())), "Why."),
                    always("mapping", new Kind.One(MAPPING), "As it is now, or was last."));

    /** RFC 9457, with members of ours. */
    static final Shape PROBLEM =
            Shape.of(
                    "Problem",
                    always("type", LINE, "Always about:blank; the status tells the kind."),
                    always("title", LINE, "What happened."),
                    always("status", COUNT, "The HTTP status."),
                    always("detail", LINE, "What is allowed, or what to do."),
                    always("instance", LINE, "The path that was asked for."),
                    maybe("faults", new Kind.Many(FAULT), "What is wrong, field by field."),
                    maybe("conflicts", new Kind.Many(CONFLICT), "What stands in the way."));

    private Shapes() {}

    /** A constant as the API writes it. */
    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static List<String> words(Enum<?>[] constants) {
        return Stream.of(constants).map(Shapes::word).toList();
    }
}
