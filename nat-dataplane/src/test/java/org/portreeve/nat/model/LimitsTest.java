package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.nat.model.Story.HOST;
import static org.portreeve.nat.model.Story.INET_X;
import static org.portreeve.nat.model.Story.INET_Y;
import static org.portreeve.nat.model.Story.OTHER_HOST;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.event.EventKind;
import org.portreeve.nat.event.ShardEvent;
import org.portreeve.nat.model.TestPacket.Endpoint;
import org.portreeve.nat.rules.Rules.PortsOf;
import org.portreeve.nat.rules.Rules.Quota;
import org.portreeve.nat.wire.IcmpHeader;
import org.portreeve.nat.wire.TcpHeader;
import org.portreeve.testkit.Conformance;

/** What profiles allow, and what happens when that changes while packets flow. */
class LimitsTest {
    private static final Quota ROOMY = new Quota(100, 1_000, 1_000, 1_000, 1_000);

    private Story story;

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("NAT-API-007")
    void loweredQuotaRemovesNothingAndRaisedOneServesTheNextRequest(int shards) {
        story = new Story(shards);
        story.limit(ROOMY);
        List<Endpoint> hosts = IntStream.range(0, 10).mapToObj(LimitsTest::host).toList();
        List<Endpoint> externals =
                hosts.stream()
                        .map(host -> story.control.reserve(host, Protocol.UDP, 0).orElseThrow())
                        .toList();
        story.limit(new Quota(5, 5, 20, 1_000, 1_000));
        for (int i = 0; i < hosts.size(); i++) {
            TestPacket packet = TestPacket.udp(INET_Y, externals.get(i));
            assertEquals(Optional.of(hosts.get(i)), story.delivered(packet));
            assertEquals(externals.get(i), story.mapped(TestPacket.udp(hosts.get(i), INET_Y)));
        }
        assertEquals(Optional.empty(), story.control.reserve(host(10), Protocol.UDP, 0));
        assertEquals(List.of(), story.out(TestPacket.udp(host(10), INET_X)));

        story.limit(new Quota(11, 11, 20, 1_000, 1_000));
        assertTrue(story.control.reserve(host(10), Protocol.UDP, 0).isPresent());
        assertEquals(Optional.empty(), story.control.reserve(host(11), Protocol.UDP, 0));
    }

    @Test
    @Conformance({"SEED-A-025", "NAT-CGN-040"})
    void hundredAndFirstPortIsRefusedAndOthersStillGetTheirs() {
        story = new Story(wide());
        story.limit(new Quota(10, 100, 1_000, 1_000, 1_000));
        for (int flow = 0; flow < 100; flow++) {
            story.mapped(TestPacket.udp(host(flow), INET_X));
        }
        story.node.takeEvents();
        assertRefused(TestPacket.udp(host(100), INET_X), NatCounter.DROP_PORT_QUOTA);
        assertRefused(TestPacket.tcp(host(0), INET_X, TcpHeader.SYN), NatCounter.DROP_PORT_QUOTA);
        story.mapped(TestPacket.udp(host(7), INET_Y));
        assertEquals(1, story.out(TestPacket.udp(OTHER_HOST, INET_X)).size());
    }

    @Test
    @Conformance("NAT-CGN-040")
    void eachProtocolHasALimitOfItsOwn() {
        story = new Story(wide());
        Quota quota = new Quota(10, 100, 1_000, 1_000, 1_000).with(new PortsOf(3, 5, 2));
        story.limit(quota);
        for (int flow = 0; flow < 3; flow++) {
            story.mapped(TestPacket.tcp(host(flow), INET_X, TcpHeader.SYN));
        }
        assertRefused(TestPacket.tcp(host(3), INET_X, TcpHeader.SYN), NatCounter.DROP_PORT_QUOTA);
        assertEquals(Optional.empty(), story.control.reserve(host(4), Protocol.TCP, 0));
        for (int flow = 0; flow < 5; flow++) {
            story.mapped(TestPacket.udp(host(flow), INET_X));
        }
        assertRefused(TestPacket.udp(host(5), INET_X), NatCounter.DROP_PORT_QUOTA);
        for (int query = 0; query < 2; query++) {
            story.mapped(TestPacket.echo(host(query), INET_X.ip(), IcmpHeader.ECHO));
        }
        TestPacket third = TestPacket.echo(host(2), INET_X.ip(), IcmpHeader.ECHO);
        assertRefused(third, NatCounter.DROP_PORT_QUOTA);

        story.limit(quota.with(PortsOf.ANY));
        story.mapped(third);
        story.mapped(TestPacket.tcp(host(3), INET_X, TcpHeader.SYN));
        story.mapped(TestPacket.udp(host(5), INET_X));
    }

    /** NAT-CGN-110: dropped and counted, the host is told so, and so is the operator. */
    private void assertRefused(TestPacket packet, NatCounter reason) {
        story.node.takeGenerated();
        long before = story.node.count(reason);
        assertEquals(List.of(), story.out(packet));
        assertEquals(before + 1, story.node.count(reason));
        assertEquals(1, story.node.takeGenerated().size());
        List<ShardEvent> events = story.node.takeEvents();
        assertTrue(
                events.stream()
                        .filter(event -> event.kind() == EventKind.PORT_QUOTA)
                        .anyMatch(event -> event.subscriber() == story.pairing(HOST).subscriber()),
                events::toString);
        // The next one is told at once.
        story.pass(11);
    }

    /** One address with five hundred single ports. */
    private static NatConfig wide() {
        NatConfig roomy = TranslatorModelTest.roomy(1);
        Pool pool =
                Pool.of(
                                List.of(Ipv4.of("198.51.100.16")),
                                new PortRange(6_000, 6_499),
                                Pool.NO_PORTS,
                                roomy.pool().block())
                        .with(new Pool.Allocation.Dynamic());
        return TranslatorModelTest.with(roomy, pool);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void profilesOfSubscribersDiffer(int shards) {
        story = new Story(shards);
        story.mapped(TestPacket.udp(HOST, INET_X));
        story.mapped(TestPacket.udp(OTHER_HOST, INET_X));
        story.limit(new Quota(1, 1, 1, 1_000, 1_000), ROOMY);
        story.node.profile(story.pairing(OTHER_HOST).subscriber(), 1);
        assertEquals(List.of(), story.out(TestPacket.udp(HOST, INET_Y)));
        assertEquals(1, story.out(TestPacket.udp(OTHER_HOST, INET_Y)).size());

        story.node.profile(story.pairing(HOST).subscriber(), 1);
        assertEquals(1, story.out(TestPacket.udp(HOST, INET_Y)).size());
        // A profile that is gone is the first one.
        story.limit(new Quota(1, 1, 1, 1_000, 1_000));
        assertEquals(List.of(), story.out(TestPacket.udp(host(3), INET_Y)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void portAtRestCountsAgainstWhoReleasedIt(int shards) {
        story = new Story(shards);
        story.limit(new Quota(3, 2, 100, 1_000, 1_000));
        story.mapped(TestPacket.udp(host(0), INET_X));
        story.mapped(TestPacket.udp(host(1), INET_X));
        assertEquals(List.of(), story.out(TestPacket.udp(host(2), INET_X)));
        story.pass(301);
        assertEquals(0, story.control.use(story.pairing(HOST)).orElseThrow().sessions());
        assertEquals(2, story.control.use(story.pairing(HOST)).orElseThrow().ports());
        assertEquals(List.of(), story.out(TestPacket.udp(host(2), INET_X)));
        assertEquals(1, story.out(TestPacket.udp(OTHER_HOST, INET_X)).size());
        story.pass(121);
        assertEquals(1, story.out(TestPacket.udp(host(2), INET_X)).size());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void portOfAnEndedExplicitMappingCountsWhileItRests(int shards) {
        story = new Story(shards);
        story.limit(new Quota(3, 1, 100, 1_000, 1_000));
        story.explicit(Protocol.UDP);
        story.control.endExplicit();
        assertEquals(Optional.empty(), story.control.reserve(host(1), Protocol.UDP, 0));
        story.pass(301);
        assertTrue(story.control.reserve(host(1), Protocol.UDP, 0).isPresent());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void outsideHostsGetThreeQuartersOfTheProfilesSessions(int shards) {
        story = new Story(shards);
        story.limit(new Quota(3, 10, 4, 1_000, 1_000));
        Endpoint external = story.mapped(TestPacket.udp(HOST, INET_X));
        assertEquals(Optional.of(HOST), story.delivered(TestPacket.udp(peer(0), external)));
        assertEquals(Optional.of(HOST), story.delivered(TestPacket.udp(peer(1), external)));
        assertEquals(Optional.empty(), story.delivered(TestPacket.udp(peer(2), external)));
        story.limit(new Quota(3, 10, 6, 1_000, 1_000));
        assertEquals(Optional.of(HOST), story.delivered(TestPacket.udp(peer(2), external)));
        assertEquals(Optional.of(HOST), story.delivered(TestPacket.udp(peer(3), external)));
        assertEquals(Optional.empty(), story.delivered(TestPacket.udp(peer(4), external)));
        assertEquals(1, story.out(TestPacket.udp(HOST, INET_Y)).size());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void raisedSessionRateServesAtOnceWhoWasOverTheOldOne(int shards) {
        story = new Story(shards);
        story.limit(new Quota(3, 30, 100, 1, 5));
        for (int i = 0; i < 5; i++) {
            assertEquals(1, story.out(TestPacket.udp(HOST, peer(i))).size());
        }
        assertEquals(List.of(), story.out(TestPacket.udp(HOST, peer(5))));
        story.limit(new Quota(3, 30, 100, 1, 7));
        assertEquals(1, story.out(TestPacket.udp(HOST, peer(5))).size());
        assertEquals(1, story.out(TestPacket.udp(HOST, peer(6))).size());
        assertEquals(List.of(), story.out(TestPacket.udp(HOST, peer(7))));

        // One second brought one session; a second at the new rate brings as many as fit.
        story.limit(new Quota(3, 30, 100, 1_000, 7));
        assertEquals(List.of(), story.out(TestPacket.udp(HOST, peer(7))));
        story.pass(1);
        for (int i = 7; i < 14; i++) {
            assertEquals(1, story.out(TestPacket.udp(HOST, peer(i))).size());
        }
        assertEquals(List.of(), story.out(TestPacket.udp(HOST, peer(14))));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void loweredBurstIsEmptyAndNotEmptierThanThat(int shards) {
        story = new Story(shards);
        story.limit(new Quota(3, 30, 100, 1, 20));
        for (int i = 0; i < 20; i++) {
            assertEquals(1, story.out(TestPacket.udp(HOST, peer(i))).size());
        }
        story.limit(new Quota(3, 30, 100, 1, 2));
        assertEquals(List.of(), story.out(TestPacket.udp(HOST, peer(20))));
        story.pass(1);
        assertEquals(1, story.out(TestPacket.udp(HOST, peer(20))).size());
        assertEquals(List.of(), story.out(TestPacket.udp(HOST, peer(21))));
    }

    /** A tuple of the host. */
    private static Endpoint host(int number) {
        return new Endpoint(HOST.ip(), HOST.port() + number);
    }

    private static Endpoint peer(int number) {
        return new Endpoint(INET_X.ip(), 1_000 + number);
    }
}
