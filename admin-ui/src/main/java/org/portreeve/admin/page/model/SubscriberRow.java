package org.portreeve.admin.page.model;

import java.util.List;
import org.portreeve.admin.page.part.Use;
import org.portreeve.admin.page.part.Words;
import org.portreeve.control.view.SubscriberView;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.rules.Rules;

/**
 * A subscriber in a table. Immutable.
 *
 * @param external the paired address, or the dedicated one; empty while it has none
 * @param uses of each limit
 */
public record SubscriberRow(
        String id, String href, String prefixes, String profile, String external, List<Use> uses) {
    /** Prefixes that a row names before it counts the rest. */
    private static final int PREFIXES = 2;

    /** Takes a copy of the list. */
    public SubscriberRow {
        uses = List.copyOf(uses);
    }

    /** The row of a subscriber. */
    public static SubscriberRow of(SubscriberView view) {
        return new SubscriberRow(
                Words.said(view.id()),
                "/subscribers/" + Words.encoded(view.id()),
                prefixes(view.prefixes()),
                Words.said(view.profile().name()),
                external(view),
                uses(view));
    }

    /** The paired address, or the dedicated one; empty while there is none. */
    static String external(SubscriberView view) {
        if (view.externalIp().isEmpty()) {
            return "";
        }
        String address = Ipv4.format(view.externalIp().getAsInt());
        return view.isDedicated() ? address + " (dedicated)" : address;
    }

    /** How much of each limit is used. */
    static List<Use> uses(SubscriberView view) {
        Rules.Quota quota = view.profile().quota();
        return List.of(
                new Use("Mappings", view.leases(), quota.mappings()),
                new Use("Ports", view.ports(), quota.ports()),
                new Use("Sessions", view.sessions(), quota.sessions()));
    }

    private static String prefixes(List<String> prefixes) {
        String named = String.join(", ", prefixes.stream().limit(PREFIXES).toList());
        int more = prefixes.size() - PREFIXES;
        return more > 0 ? named + " and " + Words.count(more) + " more" : named;
    }
}
