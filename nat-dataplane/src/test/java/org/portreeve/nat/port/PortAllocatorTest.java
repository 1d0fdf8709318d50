package org.portreeve.nat.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.table.MappingTable;

/** Whose a port is, at which of two addresses. */
class PortAllocatorTest {
    private static final PortRange PORTS = new PortRange(2_000, 2_063);
    private static final int SIZE = 16;
    private static final int TCP = Protocol.index(Protocol.TCP);
    private static final int UDP = Protocol.index(Protocol.UDP);
    private static final int HOST = 1;
    private static final int OWNER = 7;
    private static final int OTHER = 8;

    private static Pool pool(PortRange ports) {
        return Pool.of(List.of(1, 2), ports, Pool.NO_PORTS, new Pool.Block(SIZE, 2, 1));
    }

    @Test
    void aFreePortOfABlockIsItsOwnersAlone() {
        var blocks = new BlockTable(Allocators.layout(pool(PORTS)), 2);
        PortAllocator ports = Allocators.of(pool(PORTS), blocks, new PortRandom(1, 2));
        int block = blocks.blockOf(1, 2_020);
        blocks.lease(block, OWNER, BlockTable.PENDING);
        assertFalse(ports.isOwnFree(OWNER, 1, TCP, HOST, 2_020), "nobody may use it yet");
        blocks.activate(block);

        assertTrue(ports.isOwnFree(OWNER, 1, TCP, HOST, 2_020));
        assertFalse(ports.isOwnFree(OTHER, 1, TCP, HOST, 2_020));
        assertFalse(ports.isOwnFree(OWNER, 0, TCP, HOST, 2_020), "at the other address");
        assertFalse(ports.isOwnFree(OWNER, 1, TCP, HOST, 2_032), "of the next block");
        ports.take(OWNER, 1, TCP, 2_020, 1);
        assertFalse(ports.isOwnFree(OWNER, 1, TCP, HOST, 2_020));
        assertTrue(ports.isOwnFree(OWNER, 1, UDP, HOST, 2_020));
    }

    @Test
    void thePoolHasItsPortsAndNoOthers() {
        PortAllocator ports = Allocators.of(pool(PORTS), new PortRandom(1, 2));
        for (int port : new int[] {1, 1_999, 2_064, 65_535}) {
            assertFalse(ports.isOfPool(port), "port " + port);
        }
        assertTrue(ports.isOfPool(2_000) && ports.isOfPool(2_063));
    }

    /** Reservations have ports beside the pool's, which leave the pool's to the others. */
    @Test
    void whatIsHeldBesideThePoolOrAtAnotherAddressLeavesAllPortsOfThisOne() {
        Pool dynamic = pool(new PortRange(2_000, 2_003)).with(new Pool.Allocation.Dynamic());
        PortAllocator ports = Allocators.of(dynamic, new PortRandom(1, 2));
        ports.take(OTHER, 0, TCP, 900, 1);
        assertEquals(4, takeAll(ports, 1));
        assertEquals(4, ports.held(1));

        assertEquals(4, takeAll(ports, 0));
        assertEquals(5, ports.held(0));
    }

    private static int takeAll(PortAllocator ports, int address) {
        long key = MappingTable.key(0, Protocol.TCP, HOST, 80);
        int given = 0;
        int port = ports.implicit(OWNER, address, key);
        for (; port != PortAllocator.NONE; port = ports.implicit(OWNER, address, key)) {
            ports.take(OWNER, address, TCP, port, given);
            given++;
        }
        return given;
    }

    @Test
    void whatIsTakenBeyondTheShareOfOneAddressLeavesTheShareOfTheOther() {
        Pool kept =
                Pool.of(List.of(1, 2), PORTS, PORTS, new Pool.Block(SIZE, 2, 1))
                        .with(new Pool.Kept(2, 10));
        PortAllocator ports = Allocators.of(kept, new PortRandom(1, 2));
        int all = PORTS.size() - 10 * 2 + 2;

        assertEquals(all, explicitAll(ports, OWNER, 1));
        assertEquals(all, explicitAll(ports, OTHER, 0));
        assertEquals(2, explicitAll(ports, OTHER + 1, 1));
    }

    private static int explicitAll(PortAllocator ports, int subscriber, int address) {
        int given = 0;
        int port = ports.explicit(subscriber, address, UDP, HOST, 0, false);
        while (port != PortAllocator.NONE) {
            ports.take(subscriber, address, UDP, port, port);
            given++;
            port = ports.explicit(subscriber, address, UDP, HOST, 0, false);
        }
        return given;
    }
}
