package org.portreeve.nat.port;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.Pool;

/** Which ports and blocks of a pool are whose, by its configuration alone. */
class PortLayoutTest {
    private static final PortRange PORTS = new PortRange(2_000, 2_103);
    private static final int SIZE = 16;

    private static Pool pool(PortRange incoming) {
        return Pool.of(List.of(1), PORTS, incoming, new Pool.Block(SIZE, 2, 1));
    }

    /** The incoming range has the last port of one block and the first of the next but one. */
    @Test
    void aBlockThatTouchesTheIncomingRangeByOnePortIsNeverLeased() {
        PortLayout layout = Allocators.layout(pool(new PortRange(2_047, 2_064)));
        var blocks = new BlockTable(layout, 1);

        assertEquals(6, layout.blocks());
        assertEquals(3, layout.leasableBlocks());
        for (int block = 0; block < blocks.count(); block++) {
            int first = blocks.firstPort(block);
            boolean isBeside = first <= 2_016 || first == 2_080;
            assertEquals(isBeside, blocks.isLeasable(block, 1), "block of " + first);
        }
    }

    @Test
    void portsThatAreSharedOrExcludedAreNobodysToMap() {
        PortLayout layout =
                Allocators.layout(
                        pool(Pool.NO_PORTS)
                                .withOverlap(new PortRange(2_010, 2_019))
                                .without(List.of(new PortRange(2_030, 2_030))));
        for (int protocol : new int[] {Protocol.TCP, Protocol.UDP, Protocol.ICMP}) {
            int protocolIndex = Protocol.index(protocol);
            for (int port = PORTS.first(); port <= PORTS.last(); port++) {
                boolean isOut = (2_010 <= port && port <= 2_019) || port == 2_030;
                assertEquals(!isOut, layout.isMappable(protocolIndex, port), "port " + port);
                assertEquals(!isOut, layout.isUsable(protocolIndex, port), "port " + port);
            }
        }
    }
}
