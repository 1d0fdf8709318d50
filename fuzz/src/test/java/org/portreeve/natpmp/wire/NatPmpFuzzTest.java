package org.portreeve.natpmp.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.portreeve.natpmp.wire.NatPmpRequest.ExternalAddressRequest;
import org.portreeve.natpmp.wire.NatPmpRequest.MapRequest;

/** The decoder of NAT-PMP under octets that a fuzzer looks for. */
class NatPmpFuzzTest {
    private static final int PORTS = 1 << 16;

    @FuzzTest(maxDuration = "1m")
    void anyDatagramIsReadOrPassedOver(byte[] datagram) {
        switch (NatPmpDecoder.decode(datagram)) {
            case NatPmpDecoded.Accepted(MapRequest map) -> {
                assertTrue(map.internalPort() < PORTS && map.suggestedExternalPort() < PORTS);
                assertTrue(map.lifetimeSeconds() >= 0 && map.lifetimeSeconds() < 1L << 32);
            }
            case NatPmpDecoded.Accepted(ExternalAddressRequest _) -> assertEquals(0, datagram[1]);
            case NatPmpDecoded.Unsupported(var answer) -> {
                byte[] octets = answer.octets();
                assertEquals((byte) (datagram[1] | NatPmpFormat.RESPONSE_BIT), octets[1]);
            }
            case NatPmpDecoded.OtherVersion _ -> assertTrue(datagram[0] != 0);
            case NatPmpDecoded.Ignored _ -> {}
        }
    }
}
