package org.portreeve.nat.port;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.portreeve.nat.Protocol;

class InboundIndexTest {
    private static final int[] PORTS = {0, 1, 32_768, 65_535};

    @Test
    void eachPortOfEachProtocolAndAddressHasItsRow() {
        var index = new InboundIndex(3);
        int row = 0;
        for (int address = 0; address < 3; address++) {
            for (int protocol = 0; protocol < Protocol.COUNT; protocol++) {
                for (int port : PORTS) {
                    assertEquals(InboundIndex.NONE, index.find(address, protocol, port));
                    index.put(address, protocol, port, row++);
                }
            }
        }
        row = 0;
        for (int address = 0; address < 3; address++) {
            for (int protocol = 0; protocol < Protocol.COUNT; protocol++) {
                for (int port : PORTS) {
                    assertEquals(row++, index.find(address, protocol, port));
                }
            }
        }
        index.remove(1, 1, 65_535);
        assertEquals(InboundIndex.NONE, index.find(1, 1, 65_535));
        assertEquals(InboundIndex.NONE, index.find(1, 1, 65_534));
        assertEquals(row - 1, index.find(2, 2, 65_535));
    }
}
