package org.portreeve.daemon.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.control.policy.LifetimeBounds;
import org.portreeve.control.policy.MapPolicy;
import org.portreeve.control.policy.NoncePolicy;
import org.portreeve.control.policy.Profile;
import org.portreeve.daemon.config.LoadedConfig.Refused;
import org.portreeve.daemon.config.LoadedConfig.Valid;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.rules.Rules;
import org.portreeve.pcp.Nat64Prefixes;
import org.portreeve.pcp.ThirdParties;
import org.portreeve.pcp.wire.PcpOption.Prefix64;
import org.portreeve.testkit.Conformance;

/** What PCP requests may do, as an operator writes it. */
class PcpKeysTest {
    private static final Host HOST = new Host(2, 1L << 33);

    private static Valid valid(String yaml) {
        return assertInstanceOf(Valid.class, ConfigReader.read(yaml, HOST), yaml);
    }

    private static MapPolicy map(String yaml, String profile) {
        return valid(yaml).config().policy().profiles().get(profile).map();
    }

    private static Fault fault(String yaml) {
        var refused = assertInstanceOf(Refused.class, ConfigReader.read(yaml, HOST), yaml);
        assertEquals(1, refused.faults().size(), () -> refused.faults().toString());
        return refused.faults().getFirst();
    }

    @Test
    void whatNobodyWroteIsWhatTheRfcHas() {
        Valid loaded = valid("");

        assertEquals(MapPolicy.USUAL, map("", "default"));
        assertEquals(ThirdParties.NONE, loaded.config().pcp().settings().thirdParties());
        assertEquals(Nat64Prefixes.NONE, loaded.config().pcp().settings().nat64());
    }

    /** RFC 6887 §18.1: without authentication. Whose a source address is, ingress rules see to. */
    @Test
    @Conformance("PCP-SEC-001")
    void theSimpleModelIsWhatADefaultFileHas() {
        NodeConfig config = valid("").config();
        Profile profile = config.policy().profiles().get(Profile.DEFAULT);
        PortRange explicit = profile.rules().explicitPorts();

        assertEquals(List.of(), config.pcp().settings().thirdParties().portals());
        assertEquals(NoncePolicy.STRICT, profile.map().nonce());
        assertEquals(new LifetimeBounds(120, 86_400), config.policy().lifetime());
        // What may be asked for is as open as what traffic makes, and no more.
        assertEquals(Rules.Filtering.ENDPOINT_INDEPENDENT, profile.rules().filtering());
        assertEquals(List.of(), profile.rules().applications());
        assertTrue(config.nat().pool().ports().contains(explicit.first()));
        assertTrue(config.nat().pool().ports().contains(explicit.last()));
        assertEquals(List.of(), config.policy().dedicatedIps());
    }

    @Test
    void profilesSayOtherwiseThanTheFile() {
        String yaml =
                """
                pcp: {nonce: renew-only, strict-simple-model: true}
                profiles:
                  default: {quota: {filters: 4}}
                  lax: {nonce: 'off', quota: {filters: 64}, explicit-mappings: as-filtering}
                """;

        assertEquals(new MapPolicy(NoncePolicy.RENEW_ONLY, 4, true, true), map(yaml, "default"));
        assertEquals(new MapPolicy(NoncePolicy.OFF, 64, true, false), map(yaml, "lax"));
    }

    @Test
    void aReloadLetsSubscribersOfAllProfilesSuggestAddresses() {
        String profiles = "profiles: {lax: {nonce: 'off'}}\n";
        Valid strict = valid(profiles);
        Valid honouring = valid(profiles + "pcp: {honour-suggested-address: true}\n");

        NodeConfig config = ConfigChange.between(strict, honouring).inForce().config();

        for (String profile : List.of("default", "lax")) {
            assertFalse(strict.config().policy().profiles().get(profile).map().honoursAddress());
            assertTrue(config.policy().profiles().get(profile).map().honoursAddress());
        }
    }

    @Test
    @Conformance("PCP-PS-013")
    void eachProfileHasItsLimitsOfPortSets() {
        String yaml =
                """
                profiles:
                  default: {quota: {port-sets: 0}}
                  voice: {quota: {port-sets: 5, port-set-size: 200}}
                """;

        assertEquals(new MapPolicy.SetLimits(0, 64), map(yaml, "default").sets());
        assertEquals(new MapPolicy.SetLimits(5, 200), map(yaml, "voice").sets());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "profiles: {default: {quota: {port-sets: 1025}}}",
                "profiles: {default: {quota: {port-set-size: 0}}}",
                "profiles: {default: {quota: {port-set-size: 1025}}}",
                "profiles: {default: {quota: {filters: 0}}}",
                "profiles: {default: {quota: {filters: 65}}}",
                "profiles: {default: {nonce: loose}}",
                "pcp: {nonce: auto}",
                "pcp: {prefix64: {prefixes: ['64:ff9b::/95']}}",
                "pcp: {prefix64: {prefixes: ['64:ff9b::1/96']}}",
                "pcp: {prefix64: {prefixes: ['64:ff9b::/96 192.0.2.1/24']}}",
                "pcp: {prefix64: {prefixes: ['192.0.2.0/24']}}",
                "pcp: {prefix64: {prefixes: ['nat64.example/96']}}",
                "pcp: {third-party: {from: [10.0.0.1]}}",
                "pcp: {third-party: {from: [0.0.0.0/0], for: [10.0.0.0/8]}}",
                "pcp: {third-party: {from: [192.0.2.0/23], for: [10.0.0.0/8]}}",
                "pcp: {third-party: {for: [10.0.0.0/8]}}"
            })
    void whatCannotBeMeantIsRefused(String yaml) {
        assertFalse(fault(yaml).allowed().isEmpty());
    }

    @ParameterizedTest
    @CsvSource({"100.64.0.8/30, inside prefixes", "100.64.0.9/32, a subscriber's"})
    void aPortalIsNoSubscriberAndInsideASingleHost(String from, String said) {
        String yaml =
                """
                translator: {inside: {prefixes: [100.64.0.0/10]}}
                subscribers: [{id: a, prefixes: [100.64.0.9]}]
                pcp: {third-party: {from: [%s], for: [100.64.0.0/16]}}
                """;

        Fault fault = fault(yaml.formatted(from));

        assertEquals("pcp.third-party.from", fault.key());
        assertTrue(fault.allowed().contains(said), fault::allowed);
        valid(yaml.formatted("100.64.0.10/32"));
        valid(yaml.formatted("192.0.2.0/24"));
    }

    @Test
    void noMorePrefixesOfANat64AreToldThanAFloodMayHave() {
        String some = "pcp: {prefix64: {prefixes: [%s]}}";
        String eight =
                IntStream.range(0, 8)
                        .mapToObj("'2001:db8:%d::/48'"::formatted)
                        .collect(Collectors.joining(", "));
        String sixteen = "'64:ff9b::/96" + " 192.0.2.0/24".repeat(16);

        valid(some.formatted(eight));
        valid(some.formatted(sixteen + "'"));
        assertTrue(fault(some.formatted(eight + ", '64:ff9b::/96'")).allowed().contains("the 8"));
        assertTrue(fault(some.formatted(sixteen + " 192.0.2.0/24'")).allowed().contains("the 16"));
    }

    @Test
    void portalsAreListedWithThoseTheyMayAskFor() {
        ThirdParties read =
                valid("pcp: {third-party: {from: [192.0.2.1/32], for: [10.0.0.0/8]}}")
                        .config()
                        .pcp()
                        .settings()
                        .thirdParties();

        assertEquals(
                new ThirdParties(
                        List.of(Prefix.of("192.0.2.1/32")), List.of(Prefix.of("10.0.0.0/8"))),
                read);
    }

    @Test
    void prefixesOfANat64AreReadWithTheirDestinations() {
        String yaml =
                "pcp: {prefix64: {unasked: true, prefixes: ['64:ff9b::/96', '2001:db8:100::/40"
                        + "  192.0.2.0/24 198.51.100.0/25']}}";
        var some =
                new Prefix64(
                        5,
                        0x2001_0db8_0100_0000L,
                        0,
                        List.of(Prefix.of("192.0.2.0/24"), Prefix.of("198.51.100.0/25")));
        var all = new Prefix64(12, 0x0064_ff9bL << 32, 0, List.of());

        Nat64Prefixes read = valid(yaml).config().pcp().settings().nat64();

        assertEquals(new Nat64Prefixes(List.of(some, all), true), read);
        assertEquals(List.of(some, all), read.prefixes());
    }

    @Test
    void aReloadTakesThemOver() {
        String yaml =
                "pcp: {nonce: 'off', third-party: {from: [192.0.2.1/32], for: [10.0.0.0/8]},"
                        + " prefix64: {prefixes: ['64:ff9b::/96']}}";

        ConfigChange change = ConfigChange.between(valid(""), valid(yaml));

        assertTrue(change.waiting().isEmpty(), () -> change.waiting().toString());
        NodeConfig inForce = change.inForce().config();
        assertEquals(valid(yaml).config().pcp(), inForce.pcp());
        assertEquals(valid(yaml).config().policy(), inForce.policy());
    }
}
