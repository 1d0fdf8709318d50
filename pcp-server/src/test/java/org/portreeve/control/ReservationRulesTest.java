package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.control.reservation.Conflict;
import org.portreeve.control.reservation.FieldFault;
import org.portreeve.control.reservation.ReservationDraft;
import org.portreeve.control.reservation.Resolution;
import org.portreeve.control.view.MappingOrigin;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;
import org.portreeve.testkit.Conformance;

class ReservationRulesTest {
    private static final int HOST = ControlRig.HOST_A;

    private static final NatConfig NAT = ControlRig.nat(1, new PortRange(1024, 2047));

    private final ReservationRules rules = new ReservationRules(NAT);

    @Test
    void aSoundDraftHasNoFaults() {
        for (int port : new int[] {1, 80, 65_535}) {
            assertEquals(List.of(), faults(tcp(port), port, "the door of the workshop"));
        }
        assertEquals(List.of(), faults(tcp(80), 5351, "TCP 5351 is nobody's"));
        assertEquals(List.of(), faults(tcp(80), 80, "x".repeat(200)));
    }

    @Test
    void anAddressOutsideSaysWhereSubscribersAre() {
        var draft = draft(InternalTuple.of(6, Ipv4.of("192.0.2.9"), 80), 80, "");

        assertEquals(
                List.of(
                        new FieldFault(
                                "internal-address",
                                "192.0.2.9 is no subscriber's address; allowed are addresses in"
                                        + " 100.64.0.0/10")),
                rules.faults(draft, false));
    }

    @Test
    void anInsideAddressOfNobodySaysSo() {
        assertEquals(
                List.of(
                        new FieldFault(
                                "internal-address",
                                "100.64.0.10 belongs to no subscriber; allowed are addresses of a"
                                        + " configured one")),
                rules.faults(draft(tcp(80), 80, ""), false));
    }

    @Test
    void portsEndAt65535() {
        assertEquals(
                List.of(
                        new FieldFault("internal-port", "0 is no port; allowed are 1 to 65535"),
                        new FieldFault(
                                "external-port", "65536 is no port; allowed are 1 to 65535")),
                faults(tcp(0), 65_536, ""));
    }

    @Test
    void onlyTcpAndUdpCanBeReserved() {
        assertEquals(
                List.of(
                        new FieldFault(
                                "protocol",
                                "protocol 1 cannot be reserved; allowed are 6 (TCP) and 17 (UDP)")),
                faults(InternalTuple.of(Protocol.ICMP, HOST, 80), 80, ""));
    }

    @Test
    void anAddressOutsideThePoolNamesThePool() {
        var draft = new ReservationDraft(tcp(80), OptionalInt.of(Ipv4.of("203.0.113.1")), 80, "");

        assertEquals(
                List.of(
                        new FieldFault(
                                "external-address",
                                "203.0.113.1 is not in the pool; allowed are 198.51.100.1,"
                                        + " 198.51.100.2, 198.51.100.3, 198.51.100.4, or none for"
                                        + " the paired one")),
                rules.faults(draft, true));
    }

    @Test
    void thePortsOfPcpAreNotForReservations() {
        for (int port : new int[] {5350, 5351}) {
            assertEquals(
                    List.of(
                            new FieldFault(
                                    "external-port",
                                    "UDP "
                                            + port
                                            + " belongs to PCP and NAT-PMP; allowed is any port but"
                                            + " 5350 and 5351")),
                    faults(InternalTuple.of(Protocol.UDP, HOST, 80), port, ""));
        }
    }

    @Test
    @Conformance("NAT-PORT-007")
    void excludedPortsAreNotForReservations() {
        Pool pool = NAT.pool().without(List.of(new PortRange(80, 89)));

        assertEquals(
                List.of(
                        new FieldFault(
                                "external-port", "80 is excluded; allowed is any port but 80-89")),
                of(pool).faults(draft(tcp(80), 80, ""), true));
    }

    @Test
    void sharedPortsAreNotForReservations() {
        Pool pool = NAT.pool().withOverlap(new PortRange(80, 89));

        assertEquals(
                List.of(
                        new FieldFault(
                                "external-port",
                                "80 is one of overlap-ports, which connections share; allowed is"
                                        + " any port but 80-89")),
                of(pool).faults(draft(tcp(80), 80, ""), true));
        assertEquals(List.of(), of(pool).faults(draft(tcp(80), 90, ""), true));
    }

    @Test
    void rangesOfOthersAreNotForReservations() {
        Pool pool =
                NAT.pool()
                        .withIncoming(new PortRange(1_024, 2_047))
                        .with(new Pool.Allocation.Deterministic(20, 0, 1_000));
        ReservationRules ranges = of(pool);

        // HOST is the eleventh address of the prefix.
        assertEquals(List.of(), ranges.faults(draft(tcp(80), 12_048, ""), true));
        assertEquals(List.of(), ranges.faults(draft(tcp(80), 80, ""), true));
        assertEquals(List.of(), ranges.faults(draft(tcp(80), 60_000, ""), true));
        assertEquals(
                List.of(
                        new FieldFault(
                                "external-port",
                                "12047 of 198.51.100.1 is in another internal address's range;"
                                        + " allowed are 100.64.0.10's own, 12048 to 13047, and"
                                        + " ports outside of ranges")),
                ranges.faults(draft(tcp(80), 12_047, ""), true));
        var elsewhere =
                new ReservationDraft(tcp(80), OptionalInt.of(Ipv4.of("198.51.100.2")), 80, "");
        assertEquals(
                List.of(
                        new FieldFault(
                                "external-address",
                                "the range of 100.64.0.10 lies at 198.51.100.1; allowed is that"
                                        + " address, or none")),
                ranges.faults(elsewhere, true));
    }

    private static ReservationRules of(Pool pool) {
        return new ReservationRules(
                new NatConfig(
                        NAT.shardCount(),
                        NAT.inside(),
                        pool,
                        NAT.timers(),
                        NAT.capacity(),
                        NAT.rules()));
    }

    @Test
    void aDescriptionIsOneLineOf200Characters() {
        assertEquals(
                List.of(new FieldFault("description", "it has 201 characters; allowed are 200")),
                faults(tcp(80), 80, "x".repeat(201)));
        for (String text : List.of("a\nb", "\u0007", "a\u202eb", "\u2028", "\ud800")) {
            assertEquals(
                    List.of(
                            new FieldFault(
                                    "description",
                                    "it has control characters or line breaks; allowed is one line"
                                            + " of text")),
                    faults(tcp(80), 80, text));
        }
    }

    @Test
    void allFaultsAreToldAtOnce() {
        var draft =
                new ReservationDraft(
                        InternalTuple.of(Protocol.UDP, 1, 0), OptionalInt.of(2), 5351, "\n");

        assertEquals(
                List.of(
                        "internal-address",
                        "internal-port",
                        "external-address",
                        "external-port",
                        "description"),
                rules.faults(draft, false).stream().map(FieldFault::field).toList());
    }

    @ParameterizedTest
    @EnumSource(Resolution.class)
    void leasesGiveWayToWhoDecidesSoRestsToAllAndOthersToWhoWaits(Resolution resolution) {
        boolean waits = resolution == Resolution.WAIT;
        boolean decides = resolution != Resolution.REFUSE;
        MappingOrigin pcp = MappingOrigin.PCP;

        assertTrue(ReservationRules.allows(resolution, List.of()));
        check(decides, resolution, new Conflict.PortLeased("a", tcp(1), pcp, "", 1));
        check(decides, resolution, new Conflict.InternalLeased(1, 1, pcp, 1));
        check(true, resolution, new Conflict.PortResting("a", OptionalLong.empty()));
        check(waits, resolution, new Conflict.PortInUse("a"));
        check(waits, resolution, new Conflict.BlockHeld("a", 1, 2));
        check(waits, resolution, new Conflict.PairedElsewhere("a", 1));
        check(false, resolution, new Conflict.PortReserved(1, tcp(1)));
        check(false, resolution, new Conflict.InternalReserved(1, 1, 1));
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void anyDraftIsJudged(long seed) {
        var random = new SplittableRandom(seed);
        for (int i = 0; i < 1000; i++) {
            var internal =
                    new InternalTuple(
                            random.nextInt(), random.nextInt(), random.nextInt(), random.nextInt());
            char[] text = new char[random.nextInt(300)];
            for (int at = 0; at < text.length; at++) {
                text[at] = (char) random.nextInt(1 << 16);
            }
            var draft =
                    new ReservationDraft(
                            internal,
                            OptionalInt.of(random.nextInt()),
                            random.nextInt(),
                            new String(text));
            assertTrue(
                    rules.faults(draft, false).stream()
                            .allMatch(f -> f.message().contains("allowed")));
        }
    }

    private static void check(boolean expected, Resolution resolution, Conflict conflict) {
        assertEquals(expected, ReservationRules.allows(resolution, List.of(conflict)));
    }

    private List<FieldFault> faults(InternalTuple internal, int externalPort, String description) {
        return rules.faults(draft(internal, externalPort, description), true);
    }

    private static ReservationDraft draft(InternalTuple internal, int port, String description) {
        return new ReservationDraft(internal, OptionalInt.empty(), port, description);
    }

    private static InternalTuple tcp(int port) {
        return InternalTuple.of(Protocol.TCP, HOST, port);
    }
}
