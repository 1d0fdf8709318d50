package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.portreeve.control.ControlRig.HOST_A;
import static org.portreeve.control.ControlRig.HOST_B;
import static org.portreeve.control.ControlRig.NONCE;
import static org.portreeve.control.ControlRig.wish;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;
import org.portreeve.testkit.Conformance;

/** For how long a port that a subscriber gave back is kept from the others, with real shards. */
class ReleasedPortTest {
    private static final int PORT = 5000;

    /** One external address, so that both subscribers have it. */
    private static NatConfig nat() {
        NatConfig usual = ControlRig.nat(1, new PortRange(1024, 2047));
        var pool =
                Pool.of(
                        List.of(Ipv4.of("198.51.100.1")),
                        usual.pool().ports(),
                        new PortRange(1024, 16_383),
                        usual.pool().block());
        return new NatConfig(
                1, usual.inside(), pool, usual.timers(), usual.capacity(), usual.rules());
    }

    private final LiveRig rig = new LiveRig(nat());

    private int assigned(int protocol, int hostIp, int internalPort) {
        InternalTuple internal = InternalTuple.of(protocol, hostIp, internalPort);
        MapOutcome outcome = rig.map(wish(internal, NONCE, PORT, false, 600));
        return assertInstanceOf(MapOutcome.Granted.class, outcome).externalPort();
    }

    @ParameterizedTest
    @CsvSource({"17, 300", "6, 7440"})
    @Conformance("PCP-LIFE-008")
    void itIsNobodyElsesForTheIdleTimeOfItsProtocol(int protocol, int restSeconds) {
        assertEquals(PORT, assigned(protocol, HOST_A, 80));
        rig.map(wish(InternalTuple.of(protocol, HOST_A, 80), 0));

        rig.pass(60);
        assertNotEquals(PORT, assigned(protocol, HOST_B, 81));
        rig.pass(62);
        assertNotEquals(PORT, assigned(protocol, HOST_B, 82));
        rig.pass(restSeconds - 124);
        assertNotEquals(PORT, assigned(protocol, HOST_B, 83));

        rig.pass(4);
        assertEquals(PORT, assigned(protocol, HOST_B, 84));
    }
}
