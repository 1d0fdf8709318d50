package org.portreeve.nat.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.counter.ShardCounters;
import org.portreeve.testkit.Conformance;

/** What the ring of a shard keeps, loses and does not repeat. */
class TelemetryTest {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final int EXTERNAL = Ipv4.of("198.51.100.255");
    private static final int INTERNAL = Ipv4.of("100.127.255.254");

    private final ShardCounters counters = new ShardCounters();
    private final Telemetry telemetry = new Telemetry(counters);
    private long nowNs = -5 * SECOND_NS;

    @BeforeEach
    void begin() {
        var all = EnumSet.allOf(EventKind.class);
        telemetry.use(EventSettings.of(all, 10 * SECOND_NS, new Marks(80, 70)));
        telemetry.begin(nowNs);
    }

    @Test
    void everyFieldComesBackAsItWasTold() {
        telemetry.block(EventKind.BLOCK_ACTIVE, 7, EXTERNAL, 65_024, 512);
        telemetry.mapping(EventKind.MAPPING_MADE, 8, Protocol.UDP, INTERNAL, 65_535, EXTERNAL, 1);
        telemetry.limit(EventKind.PORT_QUOTA, 9, Protocol.ICMP, EXTERNAL, 0);
        List<ShardEvent> events = drained();
        assertEquals(
                new ShardEvent(
                        EventKind.BLOCK_ACTIVE,
                        nowNs,
                        7,
                        0,
                        0,
                        0,
                        EXTERNAL,
                        65_024,
                        65_535,
                        0,
                        Resource.NONE,
                        0,
                        0),
                events.get(0));
        assertEquals(
                new ShardEvent(
                        EventKind.MAPPING_MADE,
                        nowNs,
                        8,
                        Protocol.UDP,
                        INTERNAL,
                        65_535,
                        EXTERNAL,
                        1,
                        1,
                        0,
                        Resource.NONE,
                        0,
                        0),
                events.get(1));
        assertEquals(Protocol.ICMP, events.get(2).protocol());
        assertEquals(9, events.get(2).subscriber());
    }

    @Test
    void limitIsToldAgainOfTheSameSubscriberOnlyAfterAWhile() {
        for (int packet = 0; packet < 1_000; packet++) {
            telemetry.limit(EventKind.PORT_QUOTA, 1, Protocol.UDP, 0, 0);
        }
        telemetry.limit(EventKind.SESSION_QUOTA, 1, Protocol.UDP, 0, 0);
        telemetry.limit(EventKind.PORT_QUOTA, 2, Protocol.UDP, 0, 0);
        assertEquals(3, drained().size());
        assertEquals(999, counted(NatCounter.TELEMETRY_REPEATED));

        telemetry.begin(nowNs + 10 * SECOND_NS - 1);
        telemetry.limit(EventKind.PORT_QUOTA, 1, Protocol.UDP, 0, 0);
        assertEquals(0, drained().size());
        telemetry.begin(nowNs + 10 * SECOND_NS);
        telemetry.limit(EventKind.PORT_QUOTA, 1, Protocol.UDP, 0, 0);
        assertEquals(1, drained().size());
    }

    @Test
    void floodOfMappingsTakesNoPlaceFromBlocksAndLossesAreCounted() {
        for (int mapping = 0; mapping < Telemetry.PLACES; mapping++) {
            telemetry.mapping(
                    EventKind.MAPPING_MADE, 1, Protocol.UDP, INTERNAL, mapping, EXTERNAL, 5);
        }
        assertEquals(Telemetry.PLACES / 2, counted(NatCounter.TELEMETRY_LOST));
        for (int block = 0; block < Telemetry.PLACES / 2; block++) {
            telemetry.block(EventKind.BLOCK_LEASED, 1, EXTERNAL, 1_024, 16);
        }
        assertEquals(Telemetry.PLACES / 2, counted(NatCounter.TELEMETRY_LOST));
        telemetry.block(EventKind.BLOCK_LEASED, 1, EXTERNAL, 1_024, 16);
        assertEquals(Telemetry.PLACES / 2 + 1, counted(NatCounter.TELEMETRY_LOST));
        assertEquals(Telemetry.PLACES, drained().size());
    }

    @Test
    void kindThatIsLeftOutIsNotToldFromTheNextTurnOn() {
        telemetry.use(EventSettings.USUAL);
        telemetry.mapping(EventKind.MAPPING_MADE, 1, Protocol.UDP, INTERNAL, 1, EXTERNAL, 2);
        telemetry.begin(nowNs);
        telemetry.mapping(EventKind.MAPPING_MADE, 1, Protocol.UDP, INTERNAL, 1, EXTERNAL, 2);
        telemetry.block(EventKind.BLOCK_LEASED, 1, EXTERNAL, 1_024, 16);
        assertEquals(
                List.of(EventKind.MAPPING_MADE, EventKind.BLOCK_LEASED),
                drained().stream().map(ShardEvent::kind).toList());
    }

    @Test
    @Conformance("NAT-DET-009")
    void portsOfAnAddressAreToldOnceWhenTheyGetScarceAndOnceWhenTheyDoNot() {
        var use = new ShardUse(telemetry, 2, 10, 100, 100);
        for (int port = 0; port < 9; port++) {
            use.ports(1, EXTERNAL, Protocol.index(Protocol.UDP), 1);
            use.ports(1, EXTERNAL, Protocol.index(Protocol.TCP), 1);
            use.ports(1, EXTERNAL, Protocol.index(Protocol.TCP), -1);
        }
        for (int port = 0; port < 9; port++) {
            use.ports(1, EXTERNAL, Protocol.index(Protocol.UDP), -1);
        }
        List<ShardEvent> events = drained();
        assertEquals(2, events.size());
        assertTold(events.get(0), EventKind.USE_HIGH, Resource.UDP_PORTS, EXTERNAL, 8, 10);
        assertTold(events.get(1), EventKind.USE_LOW, Resource.UDP_PORTS, EXTERNAL, 6, 10);
    }

    @Test
    void tablesAreToldBySize() {
        var use = new ShardUse(telemetry, 1, 10, 100, 200);
        use.tables(80, 100);
        use.tables(90, 159);
        use.tables(69, 160);
        List<ShardEvent> events = drained();
        assertEquals(3, events.size());
        assertTold(events.get(0), EventKind.USE_HIGH, Resource.SESSIONS, 0, 80, 100);
        assertTold(events.get(1), EventKind.USE_LOW, Resource.SESSIONS, 0, 69, 100);
        assertTold(events.get(2), EventKind.USE_HIGH, Resource.MAPPINGS, 0, 160, 200);
    }

    @Test
    void wordsOfKindsAreTheirNamesBack() {
        for (EventKind kind : EventKind.values()) {
            assertEquals(kind, EventKind.of(kind.word()).orElseThrow());
            assertTrue(kind.help().length() > 12);
        }
    }

    private static void assertTold(
            ShardEvent event, EventKind kind, Resource what, int ip, long used, long capacity) {
        assertEquals(kind, event.kind());
        assertEquals(what, event.resource());
        assertEquals(ip, event.externalIp());
        assertEquals(used, event.used());
        assertEquals(capacity, event.capacity());
        assertEquals(ShardEvent.NOBODY, event.subscriber());
    }

    private List<ShardEvent> drained() {
        List<ShardEvent> events = new ArrayList<>();
        telemetry.drain(events::add, Integer.MAX_VALUE);
        return events;
    }

    private long counted(NatCounter counter) {
        counters.publish();
        return counters.read().get(counter);
    }
}
