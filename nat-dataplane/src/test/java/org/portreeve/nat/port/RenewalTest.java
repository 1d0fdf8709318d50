package org.portreeve.nat.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.table.MappingTable;
import org.portreeve.testkit.Conformance;

class RenewalTest {
    private static final PortRange PORTS = new PortRange(2_000, 61_999);
    private static final int UDP = Protocol.index(Protocol.UDP);
    private static final long KEY = MappingTable.key(0, Protocol.UDP, 0x0a00_0001, 7);

    @Test
    @Conformance("NAT-RND-005")
    void keysAreNewWhenNoPortIsInUse() {
        Pool pool =
                Pool.of(List.of(1), PORTS, Pool.NO_PORTS, new Pool.Block(16, 2, 1))
                        .with(new Pool.Allocation.Dynamic())
                        .with(new Pool.Choice(3, 10, 500, false, false));
        PortAllocator ports = Allocators.of(pool, new PortRandom(1, 2));
        ports.take(1, 0, UDP, PORTS.first(), 1);
        int first = ports.implicit(0, 0, KEY);
        ports.take(0, 0, UDP, first, 2);
        ports.release(0, 0, UDP, first, false);
        assertEquals(first + 1, ports.implicit(0, 0, KEY), "hash and counter: the next");
        ports.release(1, 0, UDP, PORTS.first(), false);
        assertNotEquals(first + 2, ports.implicit(0, 0, KEY), "as if nothing had been");
    }
}
