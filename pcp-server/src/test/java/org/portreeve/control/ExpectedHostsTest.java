package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.directory.Directory;

/** Hosts whose mappings a snapshot brings back are in the directory when port control is ready. */
class ExpectedHostsTest {
    private static final int STRANGER = Ipv4.of("192.0.2.1");

    private final ControlRig rig = new ControlRig(1);

    @Test
    void aPairedHostIsInTheDirectoryAndNobodyElse() {
        rig.outbound(ControlRig.DNS);
        long before = pairing(ControlRig.HOST_A);

        rig.restart(List.of(ControlRig.HOST_A, ControlRig.HOST_B, STRANGER));

        assertTrue(rig.control.isReady());
        assertTrue(before != Directory.NONE);
        assertEquals(Directory.addressIndex(before), addressIndex(ControlRig.HOST_A));
        assertEquals(Directory.NONE, pairing(ControlRig.HOST_B));
        assertEquals(Directory.NONE, pairing(STRANGER));
    }

    /** Its shard has nothing of it before the snapshot is read, and so would let it go. */
    @Test
    void aPairedHostStaysThereUntilItsMappingsAreBack() {
        OptionalInt address =
                rig.answer((now, wall, reply) ->
                        rig.control.externalIp(ControlRig.HOST_A, now, wall, reply));
        assertTrue(address.isPresent());
        rig.restart(List.of(ControlRig.HOST_A));

        refuse();
        assertNotEquals(Directory.NONE, pairing(ControlRig.HOST_A));

        rig.advance(301);
        refuse();
        assertEquals(Directory.NONE, pairing(ControlRig.HOST_A));
    }

    /** A request that wants another address than the paired one, and only that. */
    private void refuse() {
        var elsewhere =
                new MapCommand(
                        ControlRig.WEB,
                        ControlRig.NONCE,
                        LeaseOrigin.PCP,
                        STRANGER,
                        2_000,
                        true,
                        60,
                        ControlRig.HOST_A,
                        5350,
                        Description.NONE);
        assertInstanceOf(MapOutcome.Refused.class, rig.map(elsewhere));
    }

    @Test
    void aHostThatIsNotExpectedWaitsForItsFirstPacket() {
        rig.outbound(ControlRig.DNS);
        rig.restart();
        assertEquals(Directory.NONE, pairing(ControlRig.HOST_A));
    }

    private long pairing(int host) {
        return rig.directory.find(InternalTuple.DEFAULT_REALM, host);
    }

    private int addressIndex(int host) {
        return Directory.addressIndex(pairing(host));
    }
}
