package org.portreeve.daemon.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.portreeve.control.policy.Profile;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.rules.Application;
import org.portreeve.nat.rules.Behaviour;
import org.portreeve.nat.rules.Rules;

/** What a profile amounts to, in words for operators. Any thread. */
final class ProfileMeaning {
    private ProfileMeaning() {}

    /** Its limits, its behaviour and what outside hosts may do, a line each. */
    static List<String> lines(Profile profile) {
        Rules rules = profile.rules();
        String start = "profile " + profile.name() + ": ";
        var lines = new ArrayList<String>();
        lines.add(start + limits(profile));
        lines.add(start + behaviour(rules));
        lines.add(start + outside(rules.eif()));
        rules.applications().forEach(each -> lines.add(start + application(each)));
        return lines;
    }

    private static String limits(Profile profile) {
        return "%,d mappings, %,d ports%s, %,d sessions, %,d new sessions and %,d requests a second"
                .formatted(
                        profile.quota().mappings(),
                        profile.quota().ports(),
                        ofProtocols(profile.quota().each()),
                        profile.quota().sessions(),
                        profile.quota().sessionsPerSecond(),
                        profile.requests().perSecond());
    }

    private static String ofProtocols(Rules.PortsOf each) {
        String parts =
                Stream.of(Protocol.TCP, Protocol.UDP, Protocol.ICMP)
                        .filter(protocol -> each.of(protocol) != Rules.PortsOf.ALL)
                        .map(protocol ->
                                "%,d of %s".formatted(each.of(protocol), Protocol.name(protocol)))
                        .collect(Collectors.joining(", "));
        return parts.isEmpty() ? "" : " (at most " + parts + ")";
    }

    private static String behaviour(Rules rules) {
        return "mapping udp %s, tcp %s%s; filtering udp %s, tcp %s; explicit requests get ports %s"
                .formatted(
                        word(rules.mapping().udp()),
                        word(rules.mapping().tcp()),
                        rules.mapping().protocolIndependent() ? ", one port for both" : "",
                        word(rules.filtering().udp()),
                        word(rules.filtering().tcp()),
                        rules.explicitPorts());
    }

    private static String outside(Rules.Eif eif) {
        return ("outside hosts may have %,d sessions on a mapping and open %,d a second, which end"
                        + " after %d s without an answer; their packets %s sessions%s%s")
                .formatted(
                        eif.inboundSessionsPerMapping(),
                        eif.inboundSessionsPerSecond(),
                        TimeUnit.NANOSECONDS.toSeconds(eif.unrepliedNs()),
                        eif.inboundRefresh() ? "keep" : "do not keep",
                        eif.protocolIndependent() ? "; UDP and TCP let each other in" : "",
                        eif.inboundPackets().isBounded() ? "; " + packets(eif) : "");
    }

    private static String packets(Rules.Eif eif) {
        return "at most %,d packets a second to a mapping"
                .formatted(eif.inboundPackets().perSecond());
    }

    private static String application(Application application) {
        boolean isInternal = application.side() == Application.Side.INTERNAL;
        return "%s %s ports %s: %sfiltering %s"
                .formatted(
                        Protocol.name(application.protocol()),
                        application.side().name().toLowerCase(Locale.ROOT),
                        application.ports(),
                        isInternal ? "mapping " + word(application.mapping()) + ", " : "",
                        word(application.filtering()));
    }

    private static String word(Behaviour behaviour) {
        return behaviour.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
