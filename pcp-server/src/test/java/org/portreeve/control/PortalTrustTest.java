package org.portreeve.control;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.Protocol;
import org.portreeve.pcp.AnnounceSettings;
import org.portreeve.pcp.Nat64Prefixes;
import org.portreeve.pcp.PcpSettings;
import org.portreeve.pcp.Realms;
import org.portreeve.pcp.ThirdParties;
import org.portreeve.pcp.wire.RealmId;
import org.portreeve.testkit.Conformance;

/**
 * Whose word about a realm is taken, and what is written of it (RFC 7843 §7): octets of requests,
 * each by a device, before the real translator.
 */
class PortalTrustTest {
    private static final int PORTAL = Ipv4.of("192.0.2.9");
    private static final int STRANGER = Ipv4.of("192.0.2.8");
    private static final String PORTALS = "portals";
    private static final String SUBSCRIBERS = "subscribers";
    private static final String TUNNEL = "tunnel-of-anne";
    private static final int SUCCESS = 0;
    private static final int UNSUPP_OPTION = 5;
    private static final int UNKNOWN = 24;

    private final PeerRig rig = rig();

    private static PeerRig rig() {
        var rig = new PeerRig();
        List<Prefix> hosts = List.of(Prefix.of("100.64.0.0/16"));
        var realms =
                new Realms(
                        Map.of(RealmId.parse(TUNNEL).orElseThrow(), hosts),
                        Set.of(TUNNEL.length()),
                        List.of());
        var settings =
                new PcpSettings(
                        true,
                        true,
                        AnnounceSettings.USUAL,
                        new ThirdParties(List.of(new Prefix(PORTAL, 32)), hosts).with(realms),
                        Nat64Prefixes.NONE);
        rig.use(
                settings,
                host -> {
                    boolean isPortals = (host.ipv4().orElse(0) & 0xffff_ff00) == 0xc000_0200;
                    return Optional.of(isPortals ? PORTALS : SUBSCRIBERS);
                });
        return rig;
    }

    /** MAP of a port of the host, in the name of its realm. */
    private static byte[] request(int from, String realm, long lifetimeSeconds) {
        var octets = new ByteArrayOutputStream();
        octets.writeBytes(RawPeer.of(from, Protocol.UDP, 8080, lifetimeSeconds).map());
        octets.writeBytes(RawPeer.option(1, RawPeer.mapped(PeerRig.HOST)));
        octets.writeBytes(RawPeer.option(13, realm.getBytes(US_ASCII)));
        return octets.toByteArray();
    }

    private void assertAnswer(int code, int from, String device, byte[] request) {
        List<byte[]> answers = rig.ask(from, device, request);
        assertEquals(1, answers.size(), "answers");
        assertEquals(code, answers.getFirst()[RawPeer.RESULT]);
    }

    @Test
    @Conformance("PCP-TPI-008")
    void anIdentifierServesThePortalOnItsOwnLinkAlone() {
        assertAnswer(
                UNSUPP_OPTION,
                PeerRig.NEIGHBOUR,
                SUBSCRIBERS,
                request(PeerRig.NEIGHBOUR, TUNNEL, 600));
        assertAnswer(UNSUPP_OPTION, PeerRig.HOST, SUBSCRIBERS, request(PeerRig.HOST, TUNNEL, 600));
        assertAnswer(UNSUPP_OPTION, STRANGER, PORTALS, request(STRANGER, TUNNEL, 600));
        assertEquals(List.of(), rig.ask(PORTAL, SUBSCRIBERS, request(PORTAL, TUNNEL, 600)));
        assertEquals(List.of(), rig.listed());

        assertAnswer(SUCCESS, PORTAL, PORTALS, request(PORTAL, TUNNEL, 600));

        assertEquals(1, rig.listed().size());
        assertAnswer(
                UNSUPP_OPTION,
                PeerRig.NEIGHBOUR,
                SUBSCRIBERS,
                request(PeerRig.NEIGHBOUR, TUNNEL, 0));
        assertEquals(List.of(), rig.ask(PORTAL, SUBSCRIBERS, request(PORTAL, TUNNEL, 0)));
        assertEquals(1, rig.listed().size());
        assertAnswer(SUCCESS, PORTAL, PORTALS, request(PORTAL, TUNNEL, 0));
        assertEquals(List.of(), rig.listed());
    }

    @Test
    @Conformance("PCP-TPI-008")
    void whatIsWrittenOfRequestsAndMappingsNamesNoIdentifier() {
        assertAnswer(SUCCESS, PORTAL, PORTALS, request(PORTAL, TUNNEL, 600));
        String other = "tunnel-of-bert";
        assertAnswer(UNKNOWN, PORTAL, PORTALS, request(PORTAL, other, 600));
        assertAnswer(
                UNSUPP_OPTION,
                PeerRig.NEIGHBOUR,
                SUBSCRIBERS,
                request(PeerRig.NEIGHBOUR, TUNNEL, 600));
        assertEquals(List.of(), rig.ask(PORTAL, SUBSCRIBERS, request(PORTAL, TUNNEL, 600)));

        String all = rig.written("100.64.0.10", "100.64.0.11", "192.0.2.9");

        assertTrue(all.contains("192.0.2.9"), all);
        assertTrue(all.contains("UNSUPP_OPTION"), all);
        assertTrue(all.contains("LeaseGranted"), all);
        for (String secret : List.of(TUNNEL, other)) {
            String digits = HexFormat.of().formatHex(secret.getBytes(US_ASCII));
            assertFalse(all.contains(secret), all);
            assertFalse(all.toLowerCase(Locale.ROOT).contains(digits), all);
        }
    }
}
