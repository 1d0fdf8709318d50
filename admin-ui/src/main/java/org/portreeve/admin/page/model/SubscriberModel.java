package org.portreeve.admin.page.model;

import java.util.List;
import java.util.stream.Collectors;
import org.portreeve.admin.page.part.Frame;
import org.portreeve.admin.page.part.Term;
import org.portreeve.admin.page.part.Use;
import org.portreeve.admin.page.part.Words;
import org.portreeve.control.policy.Profile;
import org.portreeve.control.view.SubscriberView;
import org.portreeve.nat.rules.Rules;

/**
 * One subscriber. Immutable.
 *
 * @param about names and values
 * @param limits of its profile
 * @param uses of each limit
 * @param mappings its first ones
 * @param mappingsTotal how many there are
 * @param requests the last ones of its hosts, the last first
 */
public record SubscriberModel(
        Frame frame,
        String id,
        List<Term> about,
        List<Term> limits,
        List<Use> uses,
        List<MappingRow> mappings,
        int mappingsTotal,
        List<ReservationRow> reservations,
        List<RequestRow> requests) {
    /** Takes copies of the lists. */
    public SubscriberModel {
        about = List.copyOf(about);
        limits = List.copyOf(limits);
        uses = List.copyOf(uses);
        mappings = List.copyOf(mappings);
        reservations = List.copyOf(reservations);
        requests = List.copyOf(requests);
    }

    /** The page of a subscriber. */
    public static SubscriberModel of(
            Frame frame,
            SubscriberView view,
            List<MappingRow> mappings,
            int mappingsTotal,
            List<ReservationRow> reservations,
            List<RequestRow> requests) {
        return new SubscriberModel(
                frame,
                view.id(),
                about(view),
                limits(view.profile()),
                SubscriberRow.uses(view),
                mappings,
                mappingsTotal,
                reservations,
                requests);
    }

    private static List<Term> about(SubscriberView view) {
        String external = SubscriberRow.external(view);
        return List.of(
                new Term("Internal addresses", String.join(", ", view.prefixes())),
                new Term("External address", external.isEmpty() ? "None yet" : external),
                new Term("Ports and protocols", shares(view)),
                new Term("New mappings", view.isDrained() ? "None: drained" : "Within the quota"),
                new Term("Profile", Words.said(view.profile().name())),
                new Term("Reservations in force", Words.count(view.statics())),
                new Term("Resting ports", Words.count(view.holds())),
                new Term("Port blocks from", blocks(view.blocks())));
    }

    private static String shares(SubscriberView view) {
        return view.isDedicated()
                ? "All: the external address is dedicated, nothing is mapped or filtered"
                : "Those mapped: the external address is shared";
    }

    private static String blocks(List<Integer> firstPorts) {
        return firstPorts.isEmpty()
                ? "None"
                : firstPorts.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }

    private static List<Term> limits(Profile profile) {
        Rules.Quota quota = profile.quota();
        return List.of(
                new Term("Mappings", Words.count(quota.mappings())),
                new Term("Ports", Words.count(quota.ports()) + ", resting ones included"),
                new Term("Sessions", Words.count(quota.sessions())),
                new Term("New sessions", rate(quota.sessionsPerSecond(), quota.sessionBurst())),
                new Term(
                        "Requests",
                        rate(profile.requests().perSecond(), profile.requests().burst())));
    }

    private static String rate(int perSecond, int burst) {
        return Words.count(perSecond) + " per second, " + Words.count(burst) + " at once";
    }

    /** Where its addresses are released. */
    public String releaseHref() {
        return "/subscribers/" + Words.encoded(id) + "/release";
    }

    /** Where all its mappings are listed. */
    public String mappingsHref() {
        return "/mappings?q=" + Words.encoded(id);
    }
}
