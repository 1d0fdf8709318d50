package org.portreeve.bench.traffic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.portreeve.testkit.pcp.PcpRequests;

class MapRequestsTest {
    private static final int SLOT = 123_456;
    private static final int LIFETIME_SECONDS = 600;

    private final byte[] octets = new byte[MapRequests.BYTES];
    private final MemorySegment segment = MemorySegment.ofArray(octets);

    @Test
    void aRequestIsTheOneThatTestsSend() {
        MapRequests.write(segment, 0, Octets.ipv4("100.72.1.2"), SLOT, LIFETIME_SECONDS);

        byte[] nonce = Arrays.copyOfRange(octets, 24, 36);
        byte[] expected =
                PcpRequests.map(
                        "100.72.1.2",
                        nonce,
                        Slots.protocol(SLOT),
                        Slots.internalPort(SLOT),
                        LIFETIME_SECONDS);
        assertArrayEquals(expected, octets);
    }

    @Test
    void anAnswerNamesTheSlotOfItsRequestAndAnEchoIsNoAnswer() {
        MapRequests.write(segment, 0, Octets.ipv4("100.72.1.2"), SLOT, LIFETIME_SECONDS);

        assertEquals(SLOT, MapRequests.slotOfEcho(segment, 0));
        assertEquals(Slots.NONE, MapRequests.slotOfAnswer(segment, 0));

        segment.set(ValueLayout.JAVA_BYTE, 1, (byte) 0x81);
        segment.set(ValueLayout.JAVA_BYTE, 3, (byte) 8);
        assertEquals(SLOT, MapRequests.slotOfAnswer(segment, 0));
        assertEquals(8, MapRequests.result(segment, 0));
    }

    @Test
    void anAnswerWithTheNonceOfSomebodyElseHasNoSlot() {
        MapRequests.write(segment, 0, Octets.ipv4("100.72.1.2"), SLOT, LIFETIME_SECONDS);
        segment.set(ValueLayout.JAVA_BYTE, 30, (byte) 0);

        assertEquals(Slots.NONE, MapRequests.slotOfEcho(segment, 0));
    }
}
