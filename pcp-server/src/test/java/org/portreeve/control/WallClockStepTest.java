package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.portreeve.control.ControlRig.HOST_A;
import static org.portreeve.control.ControlRig.HOST_B;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.control.LiveRig.Endpoint;
import org.portreeve.control.MapOutcome.Granted;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.testkit.Conformance;

/** Timers run by the monotonic clock: what the time of day does is none of their business. */
class WallClockStepTest {
    private static final int LEASE_SECONDS = 600;
    private static final int HALF_OPEN_SECONDS = 240;
    private static final int HOLD_DOWN_SECONDS = 120;

    @ParameterizedTest
    @ValueSource(longs = {3_600_000, -3_600_000, 86_400_000_000L})
    @Conformance("NAT-API-006")
    void stepOfTheWallClockEndsNothingAndKeepsNothing(long stepMillis) {
        var rig = new LiveRig(ControlRig.nat(1, new PortRange(1024, 2047)));
        InternalTuple web = InternalTuple.of(Protocol.TCP, HOST_A, 80);
        InternalTuple client = InternalTuple.of(Protocol.TCP, HOST_B, 4_000);
        Granted granted = (Granted) rig.map(ControlRig.wish(web, LEASE_SECONDS));
        var door = new Endpoint(granted.externalIp(), granted.externalPort());
        Endpoint flow = rig.segment(0, client, 443, LiveRig.SYN).orElseThrow();

        rig.wallMillis += stepMillis;
        rig.pass(HALF_OPEN_SECONDS - 1);
        assertEquals(tuple(web), rig.reply(0, door, 1, LiveRig.SYN));
        rig.wallMillis -= stepMillis / 2;
        rig.pass(2);
        assertEquals(Optional.empty(), rig.reply(0, flow, 443, LiveRig.SYN | LiveRig.ACK));
        // The port rests for its host: it has it again, and begins anew.
        rig.pass(HOLD_DOWN_SECONDS - 2);
        assertEquals(Optional.of(flow), rig.segment(0, client, 444, LiveRig.SYN));

        rig.pass(LEASE_SECONDS - HALF_OPEN_SECONDS - HOLD_DOWN_SECONDS);
        assertEquals(tuple(web), rig.reply(0, door, 2, LiveRig.SYN));
        rig.pass(1);
        assertEquals(Optional.empty(), rig.reply(0, door, 3, LiveRig.SYN));
    }

    private static Optional<Endpoint> tuple(InternalTuple internal) {
        return Optional.of(new Endpoint(internal.internalIp(), internal.internalPort()));
    }
}
