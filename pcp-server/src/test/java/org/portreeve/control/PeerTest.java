package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.control.PeerRig.HOST;
import static org.portreeve.control.PeerRig.NEIGHBOUR;
import static org.portreeve.control.PeerRig.REMOTE;
import static org.portreeve.control.PeerRig.STRANGER;
import static org.portreeve.control.PeerRig.packet;
import static org.portreeve.control.PeerRig.tcp;
import static org.portreeve.control.PeerRig.udp;
import static org.portreeve.control.RawPeer.EXTERNAL_ADDRESS;
import static org.portreeve.control.RawPeer.EXTERNAL_PORT;
import static org.portreeve.control.RawPeer.INTERNAL_PORT;
import static org.portreeve.control.RawPeer.LENGTH;
import static org.portreeve.control.RawPeer.LIFETIME;
import static org.portreeve.control.RawPeer.NONCE;
import static org.portreeve.control.RawPeer.PROTOCOL;
import static org.portreeve.control.RawPeer.REMOTE_PORT;
import static org.portreeve.control.RawPeer.RESULT;
import static org.portreeve.control.RawPeer.mapped;
import static org.portreeve.control.RawPeer.u16;
import static org.portreeve.control.RawPeer.u32;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.control.view.MappingOrigin;
import org.portreeve.control.view.MappingView;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.rules.Rules;
import org.portreeve.testkit.Conformance;

/** PEER from the outside: octets of requests and packets, the real translator, simulated time. */
class PeerTest {
    private static final int TCP = Protocol.TCP;
    private static final int UDP = Protocol.UDP;
    private static final int SUCCESS = 0;
    private static final int NOT_AUTHORIZED = 2;
    private static final int MALFORMED_REQUEST = 3;
    private static final int UNSUPP_PROTOCOL = 9;
    private static final int USER_EX_QUOTA = 10;
    private static final int CANNOT_PROVIDE = 11;
    private static final int PORT = 5_000;

    private PeerRig rig = new PeerRig();

    private byte[] ask(int code, RawPeer peer, byte[]... options) {
        byte[] answer = rig.ask(peer.clientIp(), peer.octets(options));
        assertEquals(code, answer[RESULT], "result code");
        return answer;
    }

    private byte[] map(int code, RawPeer like) {
        byte[] answer = rig.ask(like.clientIp(), like.map());
        assertEquals(code, answer[RESULT], "result code");
        return answer;
    }

    private static int port(byte[] answer) {
        return u16(answer, EXTERNAL_PORT);
    }

    private static int ip(byte[] answer) {
        return (int) u32(answer, EXTERNAL_ADDRESS + 12);
    }

    /** The source port that a datagram or SYN to the remote peer leaves with. */
    private int portOf(int protocol, int internalPort) {
        byte[] sent = rig.outbound(packet(protocol, HOST, internalPort, REMOTE, 443)).orElseThrow();
        return u16(sent, 20);
    }

    private boolean reaches(int protocol, int remoteIp, byte[] answer, int internalPort) {
        Optional<byte[]> in =
                rig.inbound(packet(protocol, remoteIp, 443, ip(answer), port(answer)));
        return in.filter(p -> u32(p, 16) == (HOST & 0xffff_ffffL) && u16(p, 22) == internalPort)
                .isPresent();
    }

    @ParameterizedTest
    @ValueSource(ints = {TCP, UDP})
    @Conformance({"PCP-PEER-001", "PCP-PEER-002", "PCP-PEER-007", "PCP-PEER-013"})
    void theNextPacketLeavesByThePromisedTuple(int protocol) {
        RawPeer peer = RawPeer.of(HOST, protocol, PORT, 3600);
        byte[] request = peer.octets();

        byte[] answer = ask(SUCCESS, peer);

        assertEquals(LENGTH, answer.length);
        assertEquals(2, answer[0]);
        assertEquals((byte) 0x82, answer[1]);
        assertEquals(3600, u32(answer, LIFETIME));
        assertSlice(request, answer, NONCE, PROTOCOL + 1);
        assertSlice(request, answer, INTERNAL_PORT, EXTERNAL_PORT);
        assertSlice(request, answer, REMOTE_PORT, LENGTH);
        assertArrayEquals(new byte[3], Arrays.copyOfRange(answer, PROTOCOL + 1, INTERNAL_PORT));
        byte[] sent = rig.outbound(packet(protocol, HOST, PORT, REMOTE, 443)).orElseThrow();
        assertArrayEquals(packet(protocol, ip(answer), port(answer), REMOTE, 443), sent);
    }

    private static void assertSlice(byte[] request, byte[] answer, int from, int to) {
        assertArrayEquals(
                Arrays.copyOfRange(request, from, to), Arrays.copyOfRange(answer, from, to));
    }

    @Test
    @Conformance("SEED-A-145")
    void thePromiseHoldsForAsLongAsWasGranted() {
        byte[] answer = ask(SUCCESS, RawPeer.of(HOST, UDP, PORT, 3600));
        rig.advance(3500);

        assertEquals(port(answer), portOf(UDP, PORT));
    }

    @Test
    @Conformance("PCP-PEER-007")
    void theRemotePeerGetsInAndStrangersDoNot() {
        byte[] answer = ask(SUCCESS, RawPeer.of(HOST, TCP, PORT, 3600));

        assertTrue(reaches(TCP, REMOTE, answer, PORT));
        byte[] implicit = implicit(PORT + 1);
        assertEquals(
                reaches(TCP, STRANGER, implicit, PORT + 1),
                reaches(TCP, STRANGER, answer, PORT),
                "a stranger gets in as by an implicit mapping, no more");
    }

    /** Looks like the answer to a PEER, of a mapping that a SYN made. */
    private byte[] implicit(int internalPort) {
        byte[] sent = rig.outbound(packet(TCP, HOST, internalPort, REMOTE, 443)).orElseThrow();
        return RawPeer.of(HOST, TCP, internalPort, 0)
                .suggesting(u16(sent, 20), mapped((int) u32(sent, 12)))
                .map();
    }

    @Test
    @Conformance("PCP-PEER-003")
    void zerosWhereNoneMayBeAreMalformed() {
        ask(MALFORMED_REQUEST, RawPeer.of(HOST, 0, PORT, 600));
        ask(MALFORMED_REQUEST, RawPeer.of(HOST, UDP, 0, 600));
        ask(MALFORMED_REQUEST, RawPeer.of(HOST, UDP, PORT, 600).to(REMOTE, 0));

        assertEquals(List.of(), rig.listed());
    }

    @Test
    @Conformance("PCP-PEER-004")
    void protocolsWithoutPortsAreUnsupported() {
        ask(UNSUPP_PROTOCOL, RawPeer.of(HOST, 253, PORT, 600));
        ask(UNSUPP_PROTOCOL, RawPeer.of(HOST, Protocol.ICMP, PORT, 600));
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "224.0.0.5", "0.0.0.0", "255.255.255.255", "100.64.0.99"})
    @Conformance("PCP-PEER-005")
    void whereNoPacketMayGoNoPeerIs(String remote) {
        ask(MALFORMED_REQUEST, RawPeer.of(HOST, UDP, PORT, 600).to(443, mapped(remote)));

        assertEquals(List.of(), rig.listed());
    }

    @Test
    @Conformance("PCP-PEER-005")
    void anIpv6PeerOfAnIpv4HostIsMalformed() {
        byte[] address = new byte[16];
        address[0] = 0x20;
        address[15] = 1;

        ask(MALFORMED_REQUEST, RawPeer.of(HOST, UDP, PORT, 600).to(443, address));
    }

    @Test
    @Conformance("PCP-PEER-006")
    void peersOfOnePortAreApartButForTheirPort() {
        RawPeer one = RawPeer.of(HOST, UDP, PORT, 600);
        RawPeer other = RawPeer.of(HOST, UDP, PORT, 1200).nonce(2).to(STRANGER, 53);

        byte[] first = ask(SUCCESS, one);
        byte[] second = ask(SUCCESS, other);

        assertEquals(600, u32(first, LIFETIME));
        assertEquals(1200, u32(second, LIFETIME));
        assertEquals(port(first), port(second));
        assertEquals(ip(first), ip(second));
        rig.advance(100);
        assertEquals(500, u32(ask(SUCCESS, one.lifetime(0)), LIFETIME));
        assertEquals(1100, u32(ask(SUCCESS, other.lifetime(0)), LIFETIME));
    }

    @Test
    @Conformance("PCP-PEER-008")
    void aSuggestionThatIsFreeIsHonoured() {
        RawPeer peer = RawPeer.of(HOST, TCP, PORT, 600).suggesting(4_321, mapped(0));

        assertEquals(4_321, port(ask(SUCCESS, peer)));
        assertEquals(4_321, portOf(TCP, PORT));
    }

    @Test
    @Conformance({"PCP-PEER-008", "PCP-RC-006"})
    void aSuggestionThatCannotBeHadChangesNothing() {
        byte[] held = map(SUCCESS, RawPeer.of(NEIGHBOUR, TCP, 80, 600));
        byte[] address = mapped(ip(held));
        // The neighbour's address is another one: subscribers are spread over the pool.
        RawPeer peer = RawPeer.of(HOST, TCP, PORT, 600).suggesting(port(held), address);
        List<MappingView> before = rig.listed();

        ask(CANNOT_PROVIDE, peer);

        assertEquals(before, rig.listed());
    }

    @Test
    @Conformance("PCP-PEER-008")
    void thePortOfAnotherHostOfTheSameAddressCannotBeHad() {
        byte[] mine = map(SUCCESS, RawPeer.of(HOST, TCP, 80, 600));
        List<MappingView> before = rig.listed();

        ask(CANNOT_PROVIDE, RawPeer.of(HOST, TCP, PORT, 600).suggesting(port(mine), mapped(0)));

        assertEquals(before, rig.listed());
    }

    @Test
    @Conformance("PCP-PEER-008")
    void whatThePortHasIsTheOnlyTupleForFurtherPeers() {
        byte[] first = ask(SUCCESS, RawPeer.of(HOST, UDP, PORT, 600));
        RawPeer other = RawPeer.of(HOST, UDP, PORT, 600).to(STRANGER, 53);

        ask(CANNOT_PROVIDE, other.suggesting(port(first) ^ 1, mapped(0)));
        ask(CANNOT_PROVIDE, other.suggesting(0, mapped("198.51.100.99")));
        ask(
                CANNOT_PROVIDE,
                other.suggesting(0, new byte[] {32, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}));
        ask(SUCCESS, other.suggesting(port(first), mapped(ip(first))));
        ask(SUCCESS, other.to(STRANGER, 54).suggesting(0, mapped(ip(first))));
        ask(SUCCESS, other.to(STRANGER, 55).suggesting(port(first), mapped(0)));
    }

    @Test
    @Conformance("PCP-PEER-009")
    void preferFailureIsMalformedInPeer() {
        ask(MALFORMED_REQUEST, RawPeer.of(HOST, UDP, PORT, 600), RawPeer.option(2));

        assertEquals(List.of(), rig.listed());
    }

    @Test
    @Conformance("PCP-OPT-010")
    void anOptionalOptionOfMapIsIgnoredInPeer() {
        byte[] answer =
                ask(
                        SUCCESS,
                        RawPeer.of(HOST, UDP, PORT, 600),
                        RawPeer.option(130, (byte) 0, (byte) 4, (byte) 0, (byte) 80, (byte) 0));

        assertEquals(LENGTH, answer.length);
    }

    @ParameterizedTest
    @ValueSource(ints = {TCP, UDP})
    @Conformance("PCP-PEER-010")
    void ofASessionThatIsThereTheTrueTupleIsTold(int protocol) {
        int port = portOf(protocol, PORT);

        byte[] answer =
                ask(
                        SUCCESS,
                        RawPeer.of(HOST, protocol, PORT, 7_500).suggesting(9, mapped("192.0.2.1")));

        assertEquals(port, port(answer));
        assertEquals(7_500, u32(answer, LIFETIME));
        assertEquals(port, portOf(protocol, PORT));
        // Its nonce is remembered.
        ask(NOT_AUTHORIZED, RawPeer.of(HOST, protocol, PORT, 7_500).nonce(2));
    }

    @Test
    @Conformance("PCP-PEER-011")
    void anotherNonceIsToldHowLongTheSessionIsAnothers() {
        RawPeer peer = RawPeer.of(HOST, UDP, PORT, 600);
        ask(SUCCESS, peer);
        rig.advance(1);

        byte[] refused = ask(NOT_AUTHORIZED, peer.nonce(2));

        assertEquals(599, u32(refused, LIFETIME));
        assertEquals(599, u32(ask(SUCCESS, peer.lifetime(0)), LIFETIME), "unchanged");
    }

    @Test
    @Conformance({"PCP-PEER-011", "PCP-MAP-020"})
    void noncesOfMapAndPeerAreNotCompared() {
        map(SUCCESS, RawPeer.of(HOST, UDP, PORT, 600).nonce(3));
        ask(SUCCESS, RawPeer.of(HOST, UDP, PORT, 600).nonce(4));
        ask(SUCCESS, RawPeer.of(HOST, UDP, PORT + 1, 600).nonce(3));
        map(SUCCESS, RawPeer.of(HOST, UDP, PORT + 1, 600).nonce(4));
    }

    @Test
    @Conformance("PCP-PEER-012")
    void lifetimeZeroTellsWhatTrafficLeaves() {
        int port = portOf(UDP, PORT);
        rig.advance(50);

        byte[] answer = ask(SUCCESS, RawPeer.of(HOST, UDP, PORT, 0));

        assertEquals(250, u32(answer, LIFETIME));
        assertEquals(port, port(answer));
        rig.advance(50);
        assertEquals(200, u32(ask(SUCCESS, RawPeer.of(HOST, UDP, PORT, 0)), LIFETIME));
    }

    @Test
    @Conformance("PCP-PEER-012")
    void aShortLifetimeNeitherShortensNorRestarts() {
        portOf(UDP, PORT);
        rig.advance(50);

        assertEquals(250, u32(ask(SUCCESS, RawPeer.of(HOST, UDP, PORT, 5)), LIFETIME));
        rig.advance(50);
        assertEquals(200, u32(ask(SUCCESS, RawPeer.of(HOST, UDP, PORT, 5)), LIFETIME));
        assertEquals(3600, u32(ask(SUCCESS, RawPeer.of(HOST, UDP, PORT, 3600)), LIFETIME));
        rig.advance(100);
        assertEquals(3500, u32(ask(SUCCESS, RawPeer.of(HOST, UDP, PORT, 600)), LIFETIME));
        assertEquals(3500, u32(ask(SUCCESS, RawPeer.of(HOST, UDP, PORT, 0)), LIFETIME));
    }

    @Test
    @Conformance("PCP-PEER-014")
    void withoutARenewalTrafficKeepsTheSessionThenItIdlesOut() {
        byte[] answer = ask(SUCCESS, RawPeer.of(HOST, UDP, PORT, 600));
        for (int at = 0; at < 900; at += 100) {
            rig.advance(100);
            assertEquals(port(answer), portOf(UDP, PORT), "at " + (at + 100));
        }
        assertEquals(List.of(), rig.listed(), "the lease is over");

        rig.advance(299);
        assertTrue(reaches(UDP, REMOTE, answer, PORT));
        rig.advance(2);
        assertFalse(reaches(UDP, REMOTE, answer, PORT));
    }

    @Test
    @Conformance("PCP-PEER-015")
    void aClosedConnectionEndsInSpiteOfItsLease() {
        byte[] answer = connected(600);
        rig.outbound(tcp(PeerRig.FIN | PeerRig.ACK, HOST, PORT, REMOTE, 443));
        rig.inbound(tcp(PeerRig.FIN | PeerRig.ACK, REMOTE, 443, ip(answer), port(answer)));
        assertEquals(240, u32(ask(SUCCESS, RawPeer.of(HOST, TCP, PORT, 0)), LIFETIME));

        rig.advance(242);

        assertEquals(List.of(), rig.listed());
        assertEquals(0, u32(ask(SUCCESS, RawPeer.of(HOST, TCP, PORT, 0).nonce(2)), LIFETIME));
    }

    /** A connection to the remote peer, kept by a PEER. */
    private byte[] connected(long lifetimeSeconds) {
        byte[] answer = ask(SUCCESS, RawPeer.of(HOST, TCP, PORT, lifetimeSeconds));
        byte[] synAck = tcp(PeerRig.SYN | PeerRig.ACK, REMOTE, 443, ip(answer), port(answer));
        assertTrue(rig.outbound(tcp(PeerRig.SYN, HOST, PORT, REMOTE, 443)).isPresent());
        assertTrue(rig.inbound(synAck).isPresent());
        assertTrue(rig.outbound(tcp(PeerRig.ACK, HOST, PORT, REMOTE, 443)).isPresent());
        return answer;
    }

    @Test
    @Conformance({"PCP-PEER-016", "PCP-MIX-001", "PCP-MAP-026"})
    void mapPeerAndTrafficHaveOneTupleInEveryOrder() {
        List<String> orders = List.of("mpt", "mtp", "pmt", "ptm", "tmp", "tpm");
        for (int i = 0; i < orders.size(); i++) {
            int internalPort = PORT + i;
            int[] ports = orders.get(i).chars().map(kind -> portBy(kind, internalPort)).toArray();

            assertEquals(1, Arrays.stream(ports).distinct().count(), orders.get(i));
        }
    }

    private int portBy(int kind, int internalPort) {
        RawPeer like = RawPeer.of(NEIGHBOUR + internalPort, UDP, internalPort, 600);
        byte[] packet = udp(like.clientIp(), internalPort, STRANGER, 53);
        return switch (kind) {
            case 'm' -> port(map(SUCCESS, like));
            case 'p' -> port(ask(SUCCESS, like));
            default -> u16(rig.outbound(packet).orElseThrow(), 20);
        };
    }

    @Test
    @Conformance({"PCP-DEL-006", "PCP-MAP-026"})
    void aDeletionOfMapLeavesThePeerAlone() {
        RawPeer peer = RawPeer.of(HOST, UDP, PORT, 3600);
        byte[] answer = ask(SUCCESS, peer);
        map(NOT_AUTHORIZED, peer.lifetime(0));
        map(SUCCESS, peer.nonce(5));

        map(SUCCESS, peer.nonce(5).lifetime(0));

        rig.advance(400);
        assertTrue(reaches(UDP, REMOTE, answer, PORT));
        assertEquals(port(answer), portOf(UDP, PORT));
        map(NOT_AUTHORIZED, peer.lifetime(0));
    }

    @Test
    @Conformance("PCP-PEER-017")
    void aPeerCountsAgainstTheQuotaOfMappings() {
        rig = PeerRig.with(new Rules.Quota(1, 2048, 4096, 200, 2000));
        ask(SUCCESS, RawPeer.of(HOST, UDP, PORT, 600));

        byte[] refused = ask(USER_EX_QUOTA, RawPeer.of(HOST, UDP, PORT + 1, 600));

        assertEquals(30, u32(refused, LIFETIME));
        map(USER_EX_QUOTA, RawPeer.of(HOST, UDP, PORT + 1, 600));
        assertEquals(1, rig.listed().size());
        rig.advance(601);
        ask(SUCCESS, RawPeer.of(HOST, UDP, PORT + 1, 600));
    }

    @Test
    @Conformance("PCP-PEER-017")
    void aPeerCountsAgainstTheQuotaOfSessions() {
        rig = PeerRig.with(new Rules.Quota(4, 2048, 1, 200, 2000));
        ask(SUCCESS, RawPeer.of(HOST, UDP, PORT, 600));

        ask(USER_EX_QUOTA, RawPeer.of(HOST, UDP, PORT, 600).to(STRANGER, 53));
    }

    @Test
    @Conformance("PCP-PEER-019")
    void lifetimeZeroOfNothingMakesNothing() {
        byte[] suggested = mapped("192.0.2.8");

        byte[] answer = ask(SUCCESS, RawPeer.of(HOST, UDP, PORT, 0).suggesting(777, suggested));

        assertEquals(0, u32(answer, LIFETIME));
        assertEquals(777, port(answer));
        assertArrayEquals(
                suggested, Arrays.copyOfRange(answer, EXTERNAL_ADDRESS, EXTERNAL_ADDRESS + 16));
        assertEquals(List.of(), rig.listed());
        assertEquals(0, rig.control.sizes().subscribers());
    }

    @ParameterizedTest
    @ValueSource(ints = {TCP, UDP})
    void thePromiseOutlivesAKill(int protocol) {
        byte[] answer = ask(SUCCESS, RawPeer.of(HOST, protocol, PORT, 3600));

        rig.kill();

        assertEquals(port(answer), portOf(protocol, PORT));
        byte[] again = ask(SUCCESS, RawPeer.of(HOST, protocol, PORT, 0));
        assertEquals(port(answer), port(again));
        assertTrue(u32(again, LIFETIME) > 3590, "lifetime " + u32(again, LIFETIME));
        ask(NOT_AUTHORIZED, RawPeer.of(HOST, protocol, PORT, 3600).nonce(2));
    }

    @Test
    void aConnectionThatAPeerKeepsGoesOnAfterAKill() {
        byte[] answer = connected(3600);

        rig.kill();

        assertContinues(answer);
    }

    private void assertContinues(byte[] answer) {
        byte[] segment = tcp(PeerRig.ACK, HOST, PORT, REMOTE, 443);
        assertArrayEquals(
                tcp(PeerRig.ACK, ip(answer), port(answer), REMOTE, 443),
                rig.outbound(segment).orElseThrow());
        assertTrue(
                rig.inbound(tcp(PeerRig.ACK, REMOTE, 443, ip(answer), port(answer))).isPresent());
        // It counts as established: that is how long silence leaves it.
        assertTrue(u32(ask(SUCCESS, RawPeer.of(HOST, TCP, PORT, 0)), LIFETIME) > 7_000);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Conformance("PCP-PEER-018")
    void aPeerRestoresAConnectionThatANodeHasLost(boolean byPeer) {
        byte[] answer = byPeer ? connected(3600) : connectedWithout();
        rig.killAndLose();
        assertEquals(Optional.empty(), rig.outbound(tcp(PeerRig.ACK, HOST, PORT, REMOTE, 443)));

        RawPeer same =
                RawPeer.of(HOST, TCP, PORT, 3600).suggesting(port(answer), mapped(ip(answer)));
        byte[] restored = ask(SUCCESS, same);

        assertEquals(port(answer), port(restored));
        assertContinues(answer);
    }

    private byte[] connectedWithout() {
        byte[] sent = rig.outbound(tcp(PeerRig.SYN, HOST, PORT, REMOTE, 443)).orElseThrow();
        int port = u16(sent, 20);
        int ip = (int) u32(sent, 12);
        byte[] synAck = tcp(PeerRig.SYN | PeerRig.ACK, REMOTE, 443, ip, port);
        assertTrue(rig.inbound(synAck).isPresent());
        return RawPeer.of(HOST, TCP, PORT, 0).suggesting(port, mapped(ip)).map();
    }

    @Test
    void whatExpiredWhileTheNodeWasDownIsGone() {
        ask(SUCCESS, RawPeer.of(HOST, UDP, PORT, 120));
        rig.advance(299);

        rig.kill();

        assertEquals(List.of(), rig.listed());
        assertEquals(0, rig.control.peers().size());
    }

    @Test
    void staffSeeAndEndWhatPeersKeep() {
        byte[] answer = ask(SUCCESS, RawPeer.of(HOST, UDP, PORT, 3600));
        ask(SUCCESS, RawPeer.of(HOST, UDP, PORT, 3600).to(STRANGER, 53));
        map(SUCCESS, RawPeer.of(HOST, TCP, 80, 3600));
        InternalTuple internal = InternalTuple.of(UDP, HOST, PORT);

        List<MappingView> listed = rig.listed();

        assertEquals(3, listed.size());
        MappingView view = listed.get(1);
        assertEquals(internal, view.internal());
        assertEquals(MappingOrigin.PEER, view.origin());
        assertEquals("203.0.113.9:443", view.description());
        assertEquals(port(answer), view.externalPort());
        assertTrue(rig.drop(internal));
        assertEquals(1, rig.listed().size());
        // What is left is as after a packet.
        rig.advance(299);
        assertTrue(reaches(UDP, REMOTE, answer, PORT));
        rig.advance(302);
        assertNotEquals(0, rig.release(HOST));
        assertEquals(List.of(), rig.listed());
    }

    @Test
    void whatStaffEndedIsNotBackAfterAKill() {
        ask(SUCCESS, RawPeer.of(HOST, UDP, PORT, 3600));
        assertEquals(1, rig.release(HOST));

        rig.kill();

        assertEquals(List.of(), rig.listed());
    }

    @Test
    void nothingIsLeftOfASubscriberWhosePeersAreOver() {
        ask(SUCCESS, RawPeer.of(HOST, UDP, PORT, 600));

        rig.advance(1500);

        assertEquals(0, rig.control.sizes().subscribers());
        assertEquals(0, rig.control.sizes().operations());
    }
}
