package org.portreeve.daemon.config;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.rules.Application;
import org.portreeve.nat.rules.Behaviour;
import org.portreeve.nat.rules.Rules;
import org.portreeve.nat.rules.UnwantedReply;

/** The rules of the profiles of a file, and what is wrong with their applications. Immutable. */
final class RulesReader {
    private final Settings settings;

    RulesReader(Settings settings) {
        this.settings = settings;
    }

    /** The rules of a profile; of settings without faults. */
    Rules rules(String profile) {
        String path = ConfigPath.profile(profile);
        return new Rules(
                quota(path + ".quota"),
                settings.ports(path + ".external-ports"),
                new Rules.Mapping(
                        behaviour(path + ".mapping.udp"),
                        behaviour(path + ".mapping.tcp"),
                        settings.isTrue(path + ".mapping.protocol-independent")),
                new Rules.Filtering(
                        behaviour(path + ".filtering.udp"), behaviour(path + ".filtering.tcp")),
                eif(path + ".eif"),
                settings.applications(profile).stream()
                        .map(each -> application(path, each))
                        .toList());
    }

    private Rules.Quota quota(String quota) {
        return new Rules.Quota(
                settings.whole(quota + ".mappings"),
                settings.whole(quota + ".ports"),
                settings.whole(quota + ".sessions"),
                settings.whole(quota + ".session-rate.per-second"),
                settings.whole(quota + ".session-rate.burst"),
                new Rules.PortsOf(
                        portsOf(quota + ".tcp-ports"),
                        portsOf(quota + ".udp-ports"),
                        portsOf(quota + ".icmp-identifiers")));
    }

    private int portsOf(String path) {
        return settings.isAuto(path) ? Rules.PortsOf.ALL : settings.whole(path);
    }

    private Rules.Eif eif(String eif) {
        return new Rules.Eif(
                settings.whole(eif + ".inbound-sessions-per-mapping"),
                settings.whole(eif + ".inbound-sessions-per-subscriber"),
                settings.whole(eif + ".inbound-sessions-in-total"),
                settings.whole(eif + ".inbound-session-rate.per-second"),
                settings.whole(eif + ".inbound-session-rate.burst"),
                settings.nanos(eif + ".unreplied"),
                settings.isTrue(eif + ".inbound-refresh"),
                settings.isTrue(eif + ".protocol-independent"),
                new Rules.PacketRate(
                        settings.whole(eif + ".inbound-packet-rate.per-second"),
                        settings.whole(eif + ".inbound-packet-rate.burst")),
                settings.texts(eif + ".refresh-ignore").stream()
                        .map(word -> UnwantedReply.valueOf(constant(word)))
                        .collect(Collectors.toUnmodifiableSet()));
    }

    /** What an application leaves out is as in the profile that uses it. */
    private Application application(String profile, String each) {
        String protocol = settings.text(each + ".protocol");
        boolean isExternal = isSet(each + ".external-ports");
        PortRange ports =
                settings.ports(each + (isExternal ? ".external-ports" : ".internal-ports"));
        return new Application(
                protocol.equals("tcp") ? Protocol.TCP : Protocol.UDP,
                isExternal ? Application.Side.EXTERNAL : Application.Side.INTERNAL,
                ports,
                behaviourOr(each + ".mapping", profile + ".mapping." + protocol),
                behaviourOr(each + ".filtering", profile + ".filtering." + protocol));
    }

    private Behaviour behaviourOr(String path, String otherwise) {
        return behaviour(isSet(path) ? path : otherwise);
    }

    private Behaviour behaviour(String path) {
        return Behaviour.valueOf(constant(settings.text(path)));
    }

    private static String constant(String word) {
        return word.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    /** Adds a fault for each application that says too little or contradicts itself. */
    void findFaults(List<Fault> faults) {
        for (String profile : settings.profiles()) {
            String list = ConfigPath.applications(profile);
            List<String> own = settings.elements(list);
            if (own.size() > Rules.MAX_APPLICATIONS) {
                fault(
                        faults,
                        list,
                        own.size()
                                + " applications are more than the %d that a profile may have"
                                        .formatted(Rules.MAX_APPLICATIONS));
            }
            own.forEach(each -> check(each, faults));
        }
    }

    private void check(String each, List<Fault> faults) {
        boolean isInternal = isSet(each + ".internal-ports");
        boolean isExternal = isSet(each + ".external-ports");
        if (!isSet(each + ".protocol")) {
            fault(faults, each, "protocol is required: udp or tcp");
        }
        if (isInternal == isExternal) {
            fault(faults, each, "either internal-ports or external-ports is required");
        }
        if (!isSet(each + ".mapping") && !isSet(each + ".filtering")) {
            fault(faults, each, "mapping or filtering is required: else it changes nothing");
        }
        if (isExternal && isSet(each + ".mapping")) {
            fault(
                    faults,
                    each + ".mapping",
                    "goes with internal-ports alone: an external port follows from the mapping");
        }
    }

    private boolean isSet(String path) {
        return !settings.text(path).isEmpty();
    }

    private void fault(List<Fault> faults, String path, String allowed) {
        String value = settings.isGiven(path) ? settings.written(path) : "";
        faults.add(new Fault(settings.line(path), path, value, allowed));
    }
}
