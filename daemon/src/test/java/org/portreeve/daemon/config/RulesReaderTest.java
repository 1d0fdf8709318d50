package org.portreeve.daemon.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.rules.Application;
import org.portreeve.nat.rules.Behaviour;
import org.portreeve.nat.rules.Rules;
import org.portreeve.nat.rules.UnwantedReply;
import org.portreeve.testkit.Conformance;

class RulesReaderTest {
    private static final Host HOST = new Host(4, 8L << 30);

    private static final String TWO_PROFILES =
            """
            profiles:
              default:
                filtering: {udp: address-dependent}
                external-ports: 2000-3000
                eif:
                  unreplied: 60s
                  applications:
                    - {protocol: udp, internal-ports: 5060, mapping: address-dependent}
                    - {protocol: tcp, external-ports: 7000-7010, filtering: address-dependent}
              gold:
                mapping: {tcp: address-and-port-dependent, protocol-independent: true}
                filtering: {udp: endpoint-independent}
                eif:
                  inbound-refresh: true
                  protocol-independent: true
                  inbound-sessions-per-subscriber: 77
                  inbound-sessions-in-total: 88
                  inbound-session-rate: {per-second: 5, burst: 6}
              silver:
                external-ports: 1500-1600
                eif:
                  applications: [{protocol: tcp, internal-ports: 80, filtering: endpoint-independent}]
              plain:
                eif: {applications: []}
            """;

    @Test
    void defaultsAreEndpointIndependentInEveryRespect() {
        Rules rules = rules("", "default");
        Rules expected = Rules.of(rules.quota(), new PortRange(1024, 65_535), rules.eif());

        assertEquals(expected, rules);
        assertEquals(
                new Rules.Eif(1024, 1_000_000, 100_000_000, 50, 200, 30_000_000_000L, false, false),
                rules.eif());
    }

    @Test
    @Conformance("NAT-CGN-040")
    void portsOfAProtocolAreAPartOfAllWhereThatIsSaid() {
        String text =
                """
                profiles:
                  default: {quota: {ports: 500, tcp-ports: 300}}
                  gold: {quota: {ports: 900, tcp-ports: auto, icmp-identifiers: 10}}
                """;
        int all = Rules.PortsOf.ALL;
        assertEquals(new Rules.PortsOf(300, all, all), rules(text, "default").quota().each());
        assertEquals(new Rules.PortsOf(all, all, 10), rules(text, "gold").quota().each());
        assertEquals(Rules.PortsOf.ANY, rules("", "default").quota().each());
    }

    @Test
    void packetsAndRepliesAreAsTheyAreWritten() {
        String yaml =
                """
                profiles:
                  default:
                    eif:
                      inbound-packet-rate: {per-second: 500, burst: 60}
                      refresh-ignore: [stun-error, ike-invalid-syntax]
                """;
        Rules.Eif eif = rules(yaml, "default").eif();

        assertEquals(new Rules.PacketRate(500, 60), eif.inboundPackets());
        assertEquals(Set.of(UnwantedReply.values()), eif.refreshIgnored());
    }

    @Test
    void aProfileTakesFromTheDefaultOneWhatItDoesNotSay() {
        Rules gold = rules(TWO_PROFILES, "gold");

        assertEquals(new PortRange(2000, 3000), gold.explicitPorts());
        assertEquals(
                new Rules.Mapping(
                        Behaviour.ENDPOINT_INDEPENDENT, Behaviour.ADDRESS_AND_PORT_DEPENDENT, true),
                gold.mapping());
        assertEquals(Rules.Filtering.ENDPOINT_INDEPENDENT, gold.filtering());
        assertEquals(new Rules.Eif(1024, 77, 88, 5, 6, 60_000_000_000L, true, true), gold.eif());
        assertEquals(Behaviour.ADDRESS_DEPENDENT, rules(TWO_PROFILES, "silver").filtering().udp());
        assertEquals(new PortRange(1500, 1600), rules(TWO_PROFILES, "silver").explicitPorts());
    }

    @Test
    void applicationsAreInheritedAsAListAndFillTheirGapsFromTheProfileThatUsesThem() {
        assertEquals(
                List.of(
                        new Application(
                                Protocol.UDP,
                                Application.Side.INTERNAL,
                                new PortRange(5060, 5060),
                                Behaviour.ADDRESS_DEPENDENT,
                                Behaviour.ENDPOINT_INDEPENDENT),
                        new Application(
                                Protocol.TCP,
                                Application.Side.EXTERNAL,
                                new PortRange(7000, 7010),
                                Behaviour.ADDRESS_AND_PORT_DEPENDENT,
                                Behaviour.ADDRESS_DEPENDENT)),
                rules(TWO_PROFILES, "gold").applications());
        assertEquals(
                List.of(
                        new Application(
                                Protocol.TCP,
                                Application.Side.INTERNAL,
                                new PortRange(80, 80),
                                Behaviour.ENDPOINT_INDEPENDENT,
                                Behaviour.ENDPOINT_INDEPENDENT)),
                rules(TWO_PROFILES, "silver").applications());
        assertEquals(List.of(), rules(TWO_PROFILES, "plain").applications());
    }

    @Test
    void everyFaultOfAnApplicationIsNamedWithItsLine() {
        String yaml =
                """
                profiles:
                  gold:
                    mapping: {udp: eim}
                    eif:
                      applications:
                        - {internal-ports: 80, filtering: address-dependent}
                        - {protocol: udp, filtering: address-dependent}
                        - {protocol: udp, internal-ports: 1, external-ports: 2, filtering: address-dependent}
                        - {protocol: udp, internal-ports: 80}
                        - {protocol: udp, external-ports: 80, mapping: address-dependent}
                        - {protocol: icmp, internal-ports: 0}
                """;
        String list = "profiles.gold.eif.applications";
        String ports = ": either internal-ports or external-ports is required";
        String nothing = ": mapping or filtering is required: else it changes nothing";

        assertEquals(
                List.of(
                        "line 3: profiles.gold.mapping.udp: value 'eim' — allowed: one of"
                                + " endpoint-independent, address-dependent,"
                                + " address-and-port-dependent",
                        "line 6: " + list + "[0]: protocol is required: udp or tcp",
                        "line 7: " + list + "[1]" + ports,
                        "line 8: " + list + "[2]" + ports,
                        "line 9: " + list + "[3]" + nothing,
                        "line 10: "
                                + list
                                + "[4].mapping: value 'address-dependent' — goes with"
                                + " internal-ports alone: an external port follows from the"
                                + " mapping",
                        "line 11: "
                                + list
                                + "[5].protocol: value 'icmp' — allowed: one of udp, tcp",
                        "line 11: "
                                + list
                                + "[5].internal-ports: value '0' — allowed: a port or a range of"
                                + " ports such as 1024-65535, within 1 to 65535",
                        "line 11: " + list + "[5]: protocol is required: udp or tcp",
                        "line 11: " + list + "[5]" + ports,
                        "line 11: " + list + "[5]" + nothing),
                faults(yaml));
    }

    @Test
    void moreApplicationsThanAProfileMayHaveAreRefused() {
        String application = "{protocol: udp, internal-ports: %d, filtering: address-dependent}";
        String many =
                IntStream.rangeClosed(1, Rules.MAX_APPLICATIONS + 1)
                        .mapToObj(application::formatted)
                        .collect(Collectors.joining(", "));
        List<String> faults = faults("profiles: {gold: {eif: {applications: [" + many + "]}}}");

        assertEquals(1, faults.size(), faults::toString);
        assertTrue(faults.getFirst().contains("17 applications are more than the 16"));
    }

    @Test
    void externalPortsOfAProfileThatNoRequestCouldGetAreRefused() {
        List<String> faults = faults("profiles: {gold: {external-ports: 30000-40000}}");

        assertEquals(1, faults.size(), faults::toString);
        assertTrue(faults.getFirst().contains("profiles.gold.external-ports"), faults::toString);
    }

    @Test
    void anyRuleOfAnyProfileChangesWithAReload() {
        var running = assertInstanceOf(LoadedConfig.Valid.class, ConfigReader.read("", HOST));
        var wanted =
                assertInstanceOf(LoadedConfig.Valid.class, ConfigReader.read(TWO_PROFILES, HOST));
        ConfigChange change = ConfigChange.between(running, wanted);

        assertEquals(List.of(), change.waiting());
        assertEquals(wanted.config().policy(), change.inForce().config().policy());
    }

    private static Rules rules(String yaml, String profile) {
        var valid = assertInstanceOf(LoadedConfig.Valid.class, ConfigReader.read(yaml, HOST));
        return valid.config().policy().profiles().get(profile).rules();
    }

    private static List<String> faults(String yaml) {
        var refused = assertInstanceOf(LoadedConfig.Refused.class, ConfigReader.read(yaml, HOST));
        return refused.faults().stream().map(Object::toString).toList();
    }
}
