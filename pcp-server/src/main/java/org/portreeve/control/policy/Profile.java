package org.portreeve.control.policy;

import java.util.EnumSet;
import java.util.Set;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.rules.Application;
import org.portreeve.nat.rules.Behaviour;
import org.portreeve.nat.rules.Rules;

/**
 * What subscribers of one kind may have. Immutable.
 *
 * @param name as configured; {@link #DEFAULT} always exists
 * @param rules what the translator holds its subscribers to
 * @param requests how many requests of one subscriber are looked at
 * @param map what they may ask of their mappings
 * @param withheld what of PCP and NAT-PMP its subscribers do not get
 */
public record Profile(
        String name, Rules rules, RequestRate requests, MapPolicy map, Set<Service> withheld) {
    /** The profile of subscribers that name none. */
    public static final String DEFAULT = "default";

    /** Takes a copy of the set. */
    public Profile {
        withheld = Set.copyOf(withheld);
    }

    /** One whose subscribers may ask what is usual. */
    public Profile(String name, Rules rules, RequestRate requests) {
        this(name, rules, requests, MapPolicy.USUAL, Set.of());
    }

    /**
     * Whether subscribers may ask for a mapping of an internal port: where the profile lets no
     * stranger reach an implicit one, only if it says so (RFC 6887 §18.1.1).
     */
    public boolean mayAskFor(int protocol, int internalPort) {
        return map.isOpen() || filtering(protocol, internalPort) == Behaviour.ENDPOINT_INDEPENDENT;
    }

    /** That of the first application which has the port; those by external port are not known. */
    private Behaviour filtering(int protocol, int internalPort) {
        Rules.Filtering others = rules.filtering();
        return rules.applications().stream()
                .filter(each -> each.side() == Application.Side.INTERNAL)
                .filter(each -> each.protocol() == protocol && each.ports().contains(internalPort))
                .map(Application::filtering)
                .findFirst()
                .orElse(protocol == Protocol.TCP ? others.tcp() : others.udp());
    }

    /**
     * The same of those with an external address of their own: there nothing is filtered, so no
     * filter can be kept.
     */
    public Set<Service> withheldFromDedicated() {
        Set<Service> all = EnumSet.of(Service.FILTER);
        all.addAll(withheld);
        return all;
    }

    /** The limits of each subscriber. */
    public Rules.Quota quota() {
        return rules.quota();
    }
}
