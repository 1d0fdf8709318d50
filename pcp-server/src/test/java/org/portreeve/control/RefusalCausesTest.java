package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.control.ControlRig.HOST_A;
import static org.portreeve.control.ControlRig.HOST_B;
import static org.portreeve.control.ControlRig.NONCE;
import static org.portreeve.control.ControlRig.OTHER_NONCE;
import static org.portreeve.control.ControlRig.QUOTA;
import static org.portreeve.control.ControlRig.WEB;
import static org.portreeve.control.ControlRig.wish;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.portreeve.control.MapOutcome.Granted;
import org.portreeve.control.policy.SubscriberPlan;
import org.portreeve.control.reservation.Reservation;
import org.portreeve.control.reservation.Resolution;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.Protocol;

/** What staff read in the request log of a refusal: the cause, not the result code's meaning. */
class RefusalCausesTest {
    private final ControlRig rig = new ControlRig(1);

    private static InternalTuple tuple(int host, int port) {
        return InternalTuple.of(Protocol.TCP, host, port);
    }

    private void assertRefused(MapCommand command, String cause) {
        assertInstanceOf(MapOutcome.Refused.class, rig.map(command));
        String id = Ipv4.format(command.internal().internalIp());
        String told = rig.control.requests().of(id).getFirst().told().sentence();
        assertTrue(told.contains(cause), told);
    }

    @Test
    void anothersMappingIsToldFromOneOfTraffic() {
        rig.granted(wish(WEB, 600));
        assertRefused(wish(WEB, OTHER_NONCE, 0, false, 600), "Another application has the mapping");

        InternalTuple used = tuple(HOST_A, 4000);
        rig.outbound(used);
        assertRefused(wish(used, 0), "Traffic made the mapping");
    }

    @Test
    void mappingsAreToldFromPortsThatRest() {
        for (int port = 1; port <= QUOTA; port++) {
            rig.granted(wish(tuple(HOST_A, port), 600));
        }
        assertRefused(wish(WEB, 600), "has 4 mappings, as many as quota.mappings");

        for (int port = 1; port <= 2 * QUOTA; port++) {
            rig.granted(wish(tuple(HOST_B, port), 600));
            rig.map(wish(tuple(HOST_B, port), 0));
        }
        assertRefused(wish(tuple(HOST_B, 8080), 600), "8 ports of ended mappings");
    }

    private static MapCommand set(int firstPort, long lifetimeSeconds) {
        InternalTuple first = tuple(HOST_A, firstPort);
        return wish(first, lifetimeSeconds).about(first, new PortSet(64, false));
    }

    @Test
    void setsAreToldFromTheirPortsThatRest() {
        var live = new LiveRig(rig.config.nat());
        for (int firstPort = 1000; firstPort < 5000; firstPort += 1000) {
            assertInstanceOf(Granted.class, live.map(set(firstPort, 600)));
            live.map(set(firstPort, 0));
        }
        assertRefused(live, set(5000, 600), "256 ports of ended sets");

        live.map(set(1000, 600));
        live.map(set(2000, 600));
        assertRefused(live, set(3000, 600), "has 2 sets of ports, as many as quota.port-sets");
        // What rests of sets keeps nobody from other mappings.
        live.map(wish(tuple(HOST_A, 81), 600));
        live.map(wish(tuple(HOST_A, 82), 600));
        assertRefused(live, wish(tuple(HOST_A, 83), 600), "has 4 mappings");
    }

    private static void assertRefused(LiveRig live, MapCommand command, String cause) {
        assertInstanceOf(MapOutcome.Refused.class, live.map(command));
        String told = live.control.requests().of(Ipv4.format(HOST_A)).getFirst().told().sentence();
        assertTrue(told.contains(cause), told);
    }

    @Test
    void whatStaffReservedIsAtItsPlaceAlone() {
        int externalIp = rig.granted(wish(tuple(HOST_A, 81), 600)).externalIp();
        var reservation = new Reservation(1, 1, WEB, externalIp, 2000, "", "ada", 0);
        rig.control.statics().put(reservation, Resolution.WAIT, rig.nowNs, rig.wallMillis, _ -> {});
        rig.settle();

        assertRefused(
                wish(WEB, NONCE, 2001, true, 600),
                "Staff reserved the port at " + Ipv4.format(externalIp) + ":2000");
    }

    @Test
    void aHostWithAnAddressOfItsOwnHasItsOwnPorts() {
        int own = Ipv4.of("192.0.2.77");
        var plan = new SubscriberPlan("ann", List.of(new Prefix(HOST_A, 32)), "default", own);
        rig.apply(ControlRig.policy(rig.config.nat(), List.of(), List.of(plan)));
        rig.settle();

        MapCommand command = wish(WEB, NONCE, 80, true, 600);
        assertInstanceOf(MapOutcome.Refused.class, rig.map(command));
        String told = rig.control.requests().of("ann").getFirst().told().sentence();
        assertTrue(told.contains("has 192.0.2.77 for itself"), told);
    }

    @Test
    void eachReasonWhyOnePortCannotBeHadIsItsOwn() {
        Granted first = rig.granted(wish(WEB, NONCE, 5000, false, 600));
        assertRefused(wish(WEB, NONCE, 5001, true, 600), "is there, at ");
        InternalTuple other = tuple(HOST_A, 81);
        assertRefused(wish(other, NONCE, 5000, true, 600), "5000 has another lease");
        assertRefused(wish(other, NONCE, 80, true, 600), "80 is none of the pool's");
        rig.map(wish(WEB, NONCE, 0, false, 0));
        assertRefused(wish(other, NONCE, 5000, true, 600), "5000 rests for the former owner");

        var elsewhere =
                new MapCommand(
                        other,
                        NONCE,
                        LeaseOrigin.PCP,
                        first.externalIp() + 1,
                        6000,
                        true,
                        600,
                        HOST_A,
                        5350,
                        Description.NONE);
        rig.granted(wish(tuple(HOST_A, 82), 600));
        assertRefused(
                elsewhere, "another external address than " + Ipv4.format(first.externalIp()));
    }

    @Test
    void aStartAndAFailingJournalAreToldApart() {
        rig.journal.full = true;
        assertRefused(wish(WEB, 600), "The journal could not keep leases");
    }
}
