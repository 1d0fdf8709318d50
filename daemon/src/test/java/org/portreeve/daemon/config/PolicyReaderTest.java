package org.portreeve.daemon.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.portreeve.control.policy.Policy;
import org.portreeve.daemon.config.LoadedConfig.Refused;
import org.portreeve.daemon.config.LoadedConfig.Valid;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Prefix;

/** Profiles and subscribers as an operator writes them. */
class PolicyReaderTest {
    private static final Host HOST = new Host(2, 1L << 33);

    @Test
    void anotherProfileTakesWhatItLeavesOutFromTheDefaultOne() {
        Policy policy =
                valid(
                        """
                        profiles:
                          default: {quota: {mappings: 8, sessions: 100}}
                          gold: {quota: {mappings: 64}}
                          plain: {}
                        """);

        assertEquals(8, policy.profiles().get("default").quota().mappings());
        assertEquals(64, policy.profiles().get("gold").quota().mappings());
        assertEquals(100, policy.profiles().get("gold").quota().sessions());
        assertEquals(8, policy.profiles().get("plain").quota().mappings());
        assertEquals(2048, policy.profiles().get("plain").quota().ports());
    }

    @Test
    void subscribersAreReadInOrderWithPrefixesAndProfile() {
        Policy policy =
                valid(
                        """
                        profiles: {gold: {}}
                        subscribers:
                          - {id: alice, prefixes: [10.0.1.0/24, 10.0.9.1/32], profile: gold}
                          - {id: bob, prefixes: [10.0.2.0/24]}
                        """);

        assertEquals(
                List.of("alice", "bob"), policy.subscribers().stream().map(s -> s.id()).toList());
        assertEquals("gold", policy.subscribers().getFirst().profile());
        assertEquals("default", policy.subscribers().getLast().profile());
        assertEquals(
                List.of(Prefix.of("10.0.1.0/24"), Prefix.of("10.0.9.1/32")),
                policy.subscribers().getFirst().prefixes());
    }

    @Test
    void everyFaultOfSubscribersIsNamedWithItsLine() {
        List<String> faults =
                faults(
                        """
                        subscribers:
                          - {id: alice, prefixes: [10.0.1.0/24], profile: silver}
                          - {id: alice, prefixes: [10.0.1.0/24]}
                          - {id: carol, prefixes: [11.0.0.0/24]}
                          - {prefixes: [10.0.3.0/24]}
                          - {id: dave}
                        """);

        assertEquals(
                List.of(
                        "line 2: subscribers[0].profile: value 'silver' — there is no such profile;"
                                + " known are default",
                        "line 3: subscribers[1].id: value 'alice' — is the name of the subscriber of"
                                + " line 2 already",
                        "line 3: subscribers[1].prefixes: value '10.0.1.0/24' — 10.0.1.0/24 is a"
                                + " prefix of subscriber alice already",
                        "line 4: subscribers[2].prefixes: value '11.0.0.0/24' — 11.0.0.0/24 is"
                                + " outside translator.inside.prefixes",
                        "line 5: subscribers[3].id: is required: records carry it",
                        "line 6: subscribers[4].prefixes: is required, with a prefix at least"),
                faults);
    }

    @Test
    void dedicatedAddressIsOfOneHostAndOutsideOfEverythingElse() {
        Policy policy =
                valid(
                        """
                        subscribers:
                          - {id: shop, prefixes: [10.0.1.7/32], dedicated: 203.0.113.7}
                          - {id: home, prefixes: [10.0.2.0/24], dedicated: none}
                        """);
        assertEquals(List.of(Ipv4.of("203.0.113.7")), policy.dedicatedIps());
        assertEquals(
                Ipv4.of("10.0.1.7"), policy.subscribers().getFirst().dedicatedHost().orElse(0));

        List<String> faults =
                faults(
                        """
                        pcp: {listen: [203.0.113.9]}
                        subscribers:
                          - {id: a, prefixes: [10.0.1.0/31], dedicated: 203.0.113.1}
                          - {id: b, prefixes: [10.0.1.2/32], dedicated: 198.51.100.3}
                          - {id: c, prefixes: [10.0.1.3/32], dedicated: 10.9.9.9}
                          - {id: d, prefixes: [10.0.1.4/32], dedicated: 203.0.113.1}
                          - {id: e, prefixes: [10.0.1.5/32], dedicated: 203.0.113.9}
                        """);
        assertEquals(
                List.of(
                        "line 3: subscribers[0].dedicated: value '203.0.113.1' — is for one"
                                + " internal address: prefixes must be a single /32",
                        "line 4: subscribers[1].dedicated: value '198.51.100.3' — is an address of"
                                + " the pool, which others share: take it out there",
                        "line 5: subscribers[2].dedicated: value '10.9.9.9' — is inside: an address"
                                + " is either external or a subscriber's",
                        "line 6: subscribers[3].dedicated: value '203.0.113.1' — is the dedicated"
                                + " address of subscriber a already",
                        "line 7: subscribers[4].dedicated: value '203.0.113.9' — is an address of"
                                + " this host, which answers PCP there"),
                faults);
        for (String text : List.of("224.0.0.1", "0.0.0.0", "127.0.0.1", "203.0.113.0/24", "x")) {
            String yaml =
                    "subscribers: [{id: a, prefixes: [10.0.1.2/32], dedicated: %s}]"
                            .formatted(text);
            assertEquals(1, faults(yaml).size(), text);
        }
    }

    @Test
    void aProfileKeepsToTheQuotaRulesOfEachProfile() {
        List<String> faults = faults("profiles: {gold: {quota: {mappings: 3000}}}");

        assertEquals(1, faults.size(), faults::toString);
        assertTrue(faults.getFirst().contains("profiles.gold.quota.mappings"), faults::toString);
    }

    @Test
    void aNameOfAProfileWithDotsIsRefused() {
        assertEquals(1, faults("profiles: {'a.b': {quota: {mappings: 3}}}").size());
    }

    @Test
    void theDefaultProfileIsThereWithoutAWord() {
        assertEquals(32, valid("").profiles().get("default").quota().mappings());
        assertTrue(valid("subscribers: []").subscribers().isEmpty());
    }

    private static Policy valid(String yaml) {
        return assertInstanceOf(Valid.class, ConfigReader.read(yaml, HOST)).config().policy();
    }

    private static List<String> faults(String yaml) {
        return assertInstanceOf(Refused.class, ConfigReader.read(yaml, HOST)).faults().stream()
                .map(Fault::toString)
                .toList();
    }
}
