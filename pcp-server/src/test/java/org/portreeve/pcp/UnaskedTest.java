package org.portreeve.pcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.portreeve.control.Client;
import org.portreeve.control.ControlConfig;
import org.portreeve.control.LeaseOrigin;
import org.portreeve.control.MappingUpdate;
import org.portreeve.control.Nonce;
import org.portreeve.control.PortControl;
import org.portreeve.control.RecoveredState;
import org.portreeve.control.counter.Counters;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.io.memory.MemoryPort;
import org.portreeve.nat.shard.Translator;
import org.portreeve.natpmp.NatPmpCounter;
import org.portreeve.natpmp.NatPmpServer;
import org.portreeve.pcp.wire.PcpAddress;
import org.portreeve.pcp.wire.RealmId;
import org.portreeve.testkit.Conformance;

/** How fast single hosts are told, and when they are forgotten, on a clock that a test turns. */
class UnaskedTest {
    private static final int FIRST_CLIENT = Ipv4.of("127.6.0.1");

    /** An external address that is in the pool no more. */
    private static final int FORMER_IP = Ipv4.of("203.0.113.77");

    private static final int PORT = 40_000;
    private static final long MILLI_NS = 1_000_000;
    private static final long WALL_MILLIS = 1_700_000_000_000L;

    private final List<Client> told = new ArrayList<>();
    private final List<byte[]> octetsTold = new ArrayList<>();
    private final List<PcpAddress> routesAsked = new ArrayList<>();
    private RememberedDevices remembered = new RememberedDevices(InsideLinks.NONE.deviceTowards());
    private final Translator translator;
    private final PortControl control;
    private final Unasked unasked;
    private long nowNs = 1_000 * MILLI_NS;

    UnaskedTest() {
        ControlConfig config = PcpNode.config();
        var directory = new Directory();
        translator =
                new Translator(
                        config.nat(),
                        directory,
                        List.of(new MemoryPort()),
                        new SplittableRandom(1),
                        _ -> {});
        control =
                new PortControl(
                        config,
                        directory,
                        translator.links(),
                        new MemoryJournal(),
                        found(300),
                        nowNs,
                        WALL_MILLIS);
        while (!control.isReady()) {
            control.doWork(nowNs, WALL_MILLIS);
        }
        var natPmp = new NatPmpServer(control, new Counters<>(NatPmpCounter.class));
        unasked = new Unasked(control, natPmp, new Counters<>(PcpCounter.class));
    }

    @AfterEach
    void close() {
        translator.close();
    }

    /** Clients whose leases cannot be put back. */
    private static RecoveredState found(int count) {
        return new RecoveredState(
                IntStream.range(FIRST_CLIENT, FIRST_CLIENT + count)
                        .mapToObj(UnaskedTest::lease)
                        .toList(),
                List.of(),
                IntStream.range(FIRST_CLIENT, FIRST_CLIENT + count)
                        .mapToObj(ip -> new JournalRecord.Paired(Ipv4.format(ip), FORMER_IP))
                        .toList(),
                List.of(),
                OptionalLong.empty(),
                WALL_MILLIS);
    }

    private static JournalRecord.LeaseGranted lease(int ip) {
        return new JournalRecord.LeaseGranted(
                InternalTuple.of(Protocol.UDP, ip, 7_000),
                Ipv4.format(ip),
                FORMER_IP,
                2_000,
                Nonce.ZERO,
                LeaseOrigin.PCP,
                ip,
                PORT,
                WALL_MILLIS + 500_000,
                "");
    }

    private void links(String... devices) {
        List<InsideLink> links =
                IntStream.range(0, devices.length)
                        .mapToObj(i ->
                                new InsideLink(
                                        PcpAddress.ofIpv4(Ipv4.of("127.0.0.1") + i),
                                        devices[i],
                                        _ -> {},
                                        (octets, ip, port) -> {
                                            octetsTold.add(octets);
                                            told.add(new Client(ip, port));
                                        }))
                        .toList();
        remembered =
                new RememberedDevices(host -> {
                    routesAsked.add(host);
                    return Optional.of(devices[0]);
                });
        unasked.links(new InsideLinks(links, remembered));
    }

    private void announce(int copies, int perSecond) {
        unasked.use(new AnnounceSettings(false, true, copies, perSecond));
        unasked.announce(nowNs);
    }

    private void pass(long millis) {
        for (long left = millis; left > 0; left--) {
            nowNs += MILLI_NS;
            remembered.at(nowNs);
            unasked.doWork(true, false, nowNs, WALL_MILLIS);
        }
    }

    private static MappingUpdate moved() {
        return new MappingUpdate(
                InternalTuple.of(Protocol.UDP, FIRST_CLIENT, 80),
                Nonce.ZERO,
                new Client(FIRST_CLIENT, PORT),
                1,
                1,
                600,
                List.of());
    }

    @Test
    @Conformance("PCP-ANN-010")
    void eachDatagramOfAClientOnTwoLinksCounts() {
        links("eth1", "eth1");
        announce(1, 100);

        pass(1_000);

        // A second's worth, the burst of 5, and one that is paid for later.
        assertTrue(told.size() >= 100 && told.size() <= 106, () -> told.size() + " datagrams");
        assertEquals(2, told.stream().filter(told.getFirst()::equals).count());
    }

    @Test
    @Conformance("PCP-ANN-010")
    void anUpdateThatWaitsForItsGapKeepsNobodyFromBeingTold() {
        links("eth1");
        assertTrue(control.updates().begin(moved(), nowNs));
        announce(1, 100);

        pass(200);

        assertTrue(told.size() >= 20, () -> told.size() + " datagrams");
    }

    @ParameterizedTest
    @CsvSource({"1000, 12", "1016, 0"})
    void anUpdateOfASetIsNoLongerThanAMessage(int realmBytes, int setBytes) {
        List<Prefix> everybody = List.of(new Prefix(FIRST_CLIENT, 32));
        RealmId realm = RealmId.parse("0x" + "ab".repeat(realmBytes)).orElseThrow();
        unasked.use(new Realms(Map.of(realm, everybody), Set.of(), everybody));
        links("eth1");
        InternalTuple internal = InternalTuple.of(Protocol.UDP, FIRST_CLIENT, 80);
        Client portal = new Client(FIRST_CLIENT + 1, PORT);
        control.updates()
                .begin(
                        new MappingUpdate(
                                internal, Nonce.ZERO, portal, 1, 1, 600, List.of(), 2, false),
                        nowNs);

        pass(1);

        assertEquals(60 + 20 + 4 + realmBytes + setBytes, octetsTold.getFirst().length);
    }

    @Test
    void theKernelIsAskedOnceForAClientInAMinute() {
        links("eth1", "eth2");
        announce(10, 5_000);

        pass(2_000);

        assertTrue(told.size() >= 600, () -> told.size() + " datagrams");
        assertEquals(300, routesAsked.size());
        nowNs += RememberedDevices.KEPT_NS;
        announce(1, 5_000);
        pass(500);
        assertEquals(600, routesAsked.size());
    }

    private boolean isAnybodyKnown() {
        return control.clients().walk().next().isPresent();
    }

    @Test
    void lostClientsAreForgottenWhenSingleHostsAreNotTold() {
        links("eth1");
        assertTrue(isAnybodyKnown());
        unasked.use(new AnnounceSettings(true, false, 10, 5_000));

        unasked.announce(nowNs);

        assertFalse(isAnybodyKnown());
    }

    @Test
    void nothingWaitsToBeToldOnceThereIsNoPcp() {
        links("eth1");
        assertTrue(control.updates().begin(moved(), nowNs));
        announce(10, 5_000);

        unasked.doWork(false, true, nowNs, WALL_MILLIS);
        assertEquals(0, control.updates().size());
        assertFalse(isAnybodyKnown());
        pass(5_000);

        assertEquals(List.of(), told);
    }
}
