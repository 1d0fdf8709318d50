package org.portreeve.admin.page;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.portreeve.admin.page.model.AuditModel;
import org.portreeve.admin.page.model.ConfirmModel;
import org.portreeve.admin.page.model.MappingRow;
import org.portreeve.admin.page.model.MappingsModel;
import org.portreeve.admin.page.model.OverviewModel;
import org.portreeve.admin.page.model.RequestRow;
import org.portreeve.admin.page.model.ReservationFields;
import org.portreeve.admin.page.model.ReservationModel;
import org.portreeve.admin.page.model.ReservationRow;
import org.portreeve.admin.page.model.ReservationsModel;
import org.portreeve.admin.page.model.SubscriberModel;
import org.portreeve.admin.page.model.SubscriberRow;
import org.portreeve.admin.page.model.SubscribersModel;
import org.portreeve.admin.page.part.Choice;
import org.portreeve.admin.page.part.ConflictWords;
import org.portreeve.admin.page.part.Frame;
import org.portreeve.admin.page.part.Pager;
import org.portreeve.admin.page.part.Section;
import org.portreeve.admin.page.part.Term;
import org.portreeve.admin.security.Principal;
import org.portreeve.admin.web.NodeFacts;
import org.portreeve.control.policy.Profile;
import org.portreeve.control.policy.RequestRate;
import org.portreeve.control.request.RequestEntry;
import org.portreeve.control.reservation.Conflict;
import org.portreeve.control.reservation.Reservation;
import org.portreeve.control.reservation.ReservationView;
import org.portreeve.control.store.AuditEntry;
import org.portreeve.control.store.User.Role;
import org.portreeve.control.view.MappingOrigin;
import org.portreeve.control.view.MappingView;
import org.portreeve.control.view.SubscriberView;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.rules.Rules;

/** Values that pages are rendered from in tests. */
final class Samples {
    /** 2026-01-31 12:00:00 UTC. */
    static final long NOW = 1_769_860_800_000L;

    /** What somebody may call a mapping who means no good. */
    static final String HOSTILE = "<script>alert(1)</script>\u202egnp.exe\" onload='x' &amp;";

    static final InternalTuple INTERNAL =
            InternalTuple.of(Protocol.TCP, Ipv4.of("100.64.0.10"), 8080);
    static final int EXTERNAL_IP = Ipv4.of("198.51.100.4");

    private Samples() {}

    static Frame frame(String title, Section section, Role role) {
        return new Frame(
                title,
                Optional.of(section),
                Optional.of(new Principal("mira", role, false)),
                "token-of-the-session",
                Optional.empty());
    }

    static MappingView mapping(MappingOrigin origin, String description) {
        long left = origin == MappingOrigin.STATIC ? MappingView.FOREVER : 7_500;
        return new MappingView(
                INTERNAL,
                "house-17",
                EXTERNAL_IP,
                9308,
                origin,
                description,
                left,
                INTERNAL.internalIp(),
                List.of());
    }

    static MappingsModel mappings(Role role, List<MappingView> views, boolean narrowed) {
        return new MappingsModel(
                frame("Mappings", Section.MAPPINGS, role),
                narrowed ? "house" : "",
                List.of(new Choice("", "All", true), new Choice("pcp", "PCP", false)),
                List.of(new Choice("", "All", true), new Choice("udp", "UDP", false)),
                narrowed,
                views.stream().map(view -> MappingRow.of(view, NOW)).toList(),
                Pager.of("/mappings?", 50, views.size(), 400, 50));
    }

    static Reservation reservation(String description) {
        return new Reservation(
                7, 3, INTERNAL, EXTERNAL_IP, 443, description, "mira", NOW - 3_600_000);
    }

    static ReservationView view(String description, Conflict... conflicts) {
        return new ReservationView(reservation(description), "house-17", List.of(conflicts));
    }

    static ReservationsModel reservations(Role role, List<ReservationView> views) {
        return new ReservationsModel(
                frame("Reservations", Section.RESERVATIONS, role),
                "",
                views.size(),
                views.stream().map(view -> ReservationRow.of(view, NOW)).toList(),
                Pager.of("/reservations?", 0, views.size(), views.size(), 50));
    }

    static ReservationModel form(Role role, Conflict... conflicts) {
        return new ReservationModel(
                frame("New reservation", Section.RESERVATIONS, role),
                "/reservations/new",
                0,
                ReservationFields.of(reservation("Doorbell, ticket 4711")),
                List.of(),
                Optional.empty(),
                Optional.of(
                        new ReservationModel.Check(
                                "Subscriber house-17 gets 198.51.100.4:443 for TCP"
                                        + " 100.64.0.10:8080.",
                                ConflictWords.all(List.of(conflicts), NOW))));
    }

    static Conflict.PortLeased leased() {
        return new Conflict.PortLeased(
                "house-9",
                InternalTuple.of(Protocol.TCP, Ipv4.of("100.64.3.9"), 443),
                MappingOrigin.UPNP,
                "Camera",
                NOW + 5_400_000);
    }

    static List<Conflict> everyConflict() {
        return List.of(
                leased(),
                new Conflict.PortReserved(12, INTERNAL),
                new Conflict.PortResting("house-9", OptionalLong.of(NOW + 90_000)),
                new Conflict.PortInUse("house-17"),
                new Conflict.BlockHeld("house-9", 20_480, 20_991),
                new Conflict.InternalLeased(EXTERNAL_IP, 9308, MappingOrigin.PCP, NOW + 90_000_000),
                new Conflict.InternalReserved(13, EXTERNAL_IP, 8443),
                new Conflict.PairedElsewhere("house-17", EXTERNAL_IP));
    }

    static SubscriberView subscriber(String id, int ports) {
        var rules =
                Rules.of(
                        new Rules.Quota(32, 2048, 4096, 200, 2000),
                        new PortRange(1024, 65_535),
                        new Rules.Eif(1024, 50, 200, 30_000_000_000L, false));
        return new SubscriberView(
                id,
                List.of("100.64.0.0/28", "100.64.9.1/32"),
                new Profile("default", rules, new RequestRate(20, 100)),
                false,
                OptionalInt.of(EXTERNAL_IP),
                false,
                5,
                1,
                2,
                ports,
                311,
                List.of(20_480, 40_960));
    }

    static SubscribersModel subscribers(List<SubscriberView> views) {
        return new SubscribersModel(
                frame("Subscribers", Section.SUBSCRIBERS, Role.VIEWER),
                "",
                views.stream().map(SubscriberRow::of).toList(),
                Pager.of("/subscribers?", 0, views.size(), views.size(), 50));
    }

    static SubscriberModel subscriberPage(Role role, String description) {
        return SubscriberModel.of(
                frame("house-17", Section.SUBSCRIBERS, role),
                subscriber("house-17", 1800),
                List.of(
                        MappingRow.of(mapping(MappingOrigin.UPNP, description), NOW),
                        MappingRow.of(mapping(MappingOrigin.STATIC, description), NOW)),
                2,
                List.of(ReservationRow.of(view(description), NOW)),
                List.of(
                        request(new RequestEntry.Told.Granted(EXTERNAL_IP, 8080, 3600)),
                        request(new RequestEntry.Told.Refused("USER_EX_QUOTA", description))));
    }

    private static RequestRow request(RequestEntry.Told told) {
        var asked = new RequestEntry.Asked.Mapping(INTERNAL, 8080, 7200);
        int client = INTERNAL.internalIp();
        return RequestRow.of(
                new RequestEntry(NOW - 60_000, MappingOrigin.NAT_PMP, client, asked, told), NOW);
    }

    static ConfirmModel confirm(String description) {
        return new ConfirmModel(
                frame("Drop this mapping?", Section.MAPPINGS, Role.OPERATOR),
                List.of(new Term("External", "198.51.100.4:9308"), new Term("Called", description)),
                "It ends at once.",
                "/mappings/drop",
                List.of(new Term("port", "8080")),
                "Drop mapping",
                "/mappings");
    }

    static OverviewModel overview(boolean ready) {
        return OverviewModel.of(frame("Overview", Section.OVERVIEW, Role.ADMIN), facts(ready));
    }

    static NodeFacts facts(boolean ready) {
        return new NodeFacts(
                "cgn-1",
                "0.1.0",
                93_784,
                ready,
                List.of("198.51.100.4", "198.51.100.5"),
                2,
                new NodeFacts.Holdings(1204, 311, 12, 9, 48_211, 15_230, 16_021, 129_024),
                new NodeFacts.Traffic(91_223_411, 120_331_876, 81_223_411_000L, 1L << 41, 4_311),
                List.of(
                        new NodeFacts.AnswerCount("PCP", "SUCCESS", 5120),
                        new NodeFacts.AnswerCount("UPnP", "718", 3)),
                List.of(
                        new NodeFacts.ServiceHealth("PCP", "100.64.0.1:5351", true, ""),
                        new NodeFacts.ServiceHealth(
                                "UPnP", "eth1", ready, ready ? "" : "The interface is down.")));
    }

    static AuditModel audit(String detail) {
        return new AuditModel(
                frame("Audit", Section.AUDIT, Role.AUDITOR),
                List.of(
                        AuditModel.Row.of(
                                new AuditEntry(
                                        NOW - 60_000,
                                        "mira",
                                        "reservation.create",
                                        "reservation 7",
                                        detail),
                                NOW)),
                Optional.of("/audit?before=1"));
    }
}
