package org.portreeve.nat.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.table.MappingTable;
import org.portreeve.nat.table.OverlapIndex;

class OverlapPortsTest {
    private static final PortRange RANGE = new PortRange(900, 909);
    private static final int X = 0xcb00_7101;

    private final MappingTable mappings = new MappingTable(2_000, 1, 2);

    private OverlapPorts ports(PortRange range) {
        return new OverlapPorts(
                range, new OverlapIndex(mappings, 2_000, 3, 4), new PortRandom(5, 6));
    }

    private int row(int address, int port, int remoteIp, int number) {
        long key = MappingTable.key(0, 6, number, number);
        long peers = MappingTable.overlapPeersOf(remoteIp, 443);
        int row = mappings.add(key, peers, MappingTable.ACTIVE);
        mappings.external(row, address, port);
        return row;
    }

    @Test
    void portIsTakenTowardsOneAddressOnly() {
        OverlapPorts ports = ports(RANGE);
        assertTrue(ports.isOn());
        int row = row(1, 905, X, 1);
        assertTrue(ports.isFree(1, 905, X));
        ports.take(row);
        assertFalse(ports.isFree(1, 905, X));
        assertEquals(row, ports.find(1, 905, X));
        for (int[] other : new int[][] {{1, 905, X + 1}, {1, 904, X}, {2, 905, X}}) {
            assertTrue(ports.isFree(other[0], other[1], other[2]));
            assertEquals(OverlapIndex.NONE, ports.find(other[0], other[1], other[2]));
        }
        ports.release(row);
        assertTrue(ports.isFree(1, 905, X));
        assertEquals(OverlapIndex.NONE, ports.find(1, 905, X));
    }

    @Test
    void everyPortIsChosenOnceForAnAddressAndThenNone() {
        OverlapPorts ports = ports(RANGE);
        Set<Integer> chosen = new HashSet<>();
        for (int i = 0; i < RANGE.size(); i++) {
            int port = ports.choose(0, X);
            assertTrue(RANGE.contains(port) && chosen.add(port), "port " + port);
            ports.take(row(0, port, X, i));
        }
        assertEquals(OverlapPorts.NONE, ports.choose(0, X));
        assertTrue(RANGE.contains(ports.choose(0, X + 1)));
        assertTrue(RANGE.contains(ports.choose(1, X)));
    }

    @Test
    void whereTheSearchBeginsIsRandom() {
        OverlapPorts ports = ports(RANGE);
        Set<Integer> first = new HashSet<>();
        for (int i = 0; i < 200; i++) {
            first.add(ports.choose(0, X));
        }
        assertEquals(RANGE.size(), first.size());
    }

    @Test
    void searchInAGreatRangeIsBounded() {
        var range = new PortRange(1_000, 1_000 + OverlapPorts.TRIES + 299);
        OverlapPorts ports = ports(range);
        // Half of them are taken, in one piece: some searches end inside of it.
        for (int i = 0; i < OverlapPorts.TRIES + 20; i++) {
            ports.take(row(0, range.first() + i, X, i));
        }
        int none = 0;
        for (int i = 0; i < 500; i++) {
            int port = ports.choose(0, X);
            none += port == OverlapPorts.NONE ? 1 : 0;
            assertTrue(port == OverlapPorts.NONE || ports.isFree(0, port, X));
        }
        assertTrue(0 < none && none < 250, none + " of 500 found none");
    }

    @Test
    void asManyPortsAreLookedAtAsIsSaidAndNoneMore() {
        var range = new PortRange(1_000, 1_000 + 2 * OverlapPorts.TRIES);
        OverlapPorts ports = ports(range);
        // Where the search of the first connection begins.
        int start = new PortRandom(5, 6).below(range.size());
        for (int i = 0; i < OverlapPorts.TRIES; i++) {
            int port = range.first() + (start + i) % range.size();
            ports.take(row(0, port, X, i));
        }

        assertEquals(OverlapPorts.NONE, ports.choose(0, X));
    }

    @Test
    void withoutARangeNothingIsShared() {
        OverlapPorts none = ports(Pool.NO_PORTS);
        assertFalse(none.isOn());
        assertFalse(none.isFree(0, 0, X));
        assertEquals(OverlapIndex.NONE, none.find(0, 0, X));
        assertFalse(ports(RANGE).isFree(0, 899, X));
        assertFalse(ports(RANGE).isFree(0, 910, X));
    }
}
