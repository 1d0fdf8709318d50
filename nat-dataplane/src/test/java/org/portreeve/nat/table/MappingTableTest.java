package org.portreeve.nat.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Goal: a tuple and its peers lead to the row that is theirs and to no other, through every change
 * of state. Method: random changes of few rows beside a map.
 */
class MappingTableTest {
    private static final int CAPACITY = 12;
    private static final int STEPS = 10_000;

    /** What a row is. */
    private record Row(long key, long peers, int state) {
        Row in(int other) {
            return new Row(key, peers, other);
        }

        boolean isFound() {
            return state != MappingTable.ORPHAN && state != MappingTable.RESTING_ORPHAN;
        }

        boolean isResting() {
            return state == MappingTable.RESTING || state == MappingTable.RESTING_ORPHAN;
        }
    }

    private final Map<Integer, Row> model = new HashMap<>();
    private MappingTable table = new MappingTable(CAPACITY, 1, 2);

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void tuplesLeadToTheirRowsThroughAllStates(long seed) {
        var random = new SplittableRandom(seed);
        table = new MappingTable(CAPACITY, random.nextLong(), random.nextLong());
        model.clear();
        for (int step = 0; step < STEPS; step++) {
            long key = MappingTable.key(0, 6, random.nextInt(2), random.nextInt(3));
            long peers = peers(random);
            int row = random.nextInt(CAPACITY);
            switch (random.nextInt(6)) {
                case 0, 1 -> add(key, peers, 1 + random.nextInt(6));
                case 2 -> remove(row);
                case 3 -> orphan(row);
                case 4 -> adopt(row);
                default -> serveAnyPeer(row);
            }
            assertEquals(find(key, peers), table.find(key, peers));
            assertEquals(find(key, MappingTable.ANY_PEER), table.find(key));
            assertRows();
        }
    }

    private void assertRows() {
        assertEquals(model.size(), table.size());
        assertEquals(model.values().stream().filter(Row::isResting).count(), table.resting());
        for (int row = 0; row < CAPACITY; row++) {
            Row known = model.get(row);
            assertEquals(known != null, table.isUsed(row));
            if (known != null) {
                assertEquals(known, new Row(table.key(row), table.peers(row), table.state(row)));
                assertEquals(known.isResting(), MappingTable.isResting(table.state(row)));
                assertEquals(known.peers != MappingTable.ANY_PEER, table.isDependent(row));
                assertTrue(table.isOf(row, known.key));
                assertFalse(table.isOf(row, known.key + 1));
            }
        }
    }

    private static long peers(SplittableRandom random) {
        return switch (random.nextInt(3)) {
            case 0 -> MappingTable.ANY_PEER;
            case 1 -> MappingTable.peersOf(random.nextInt(2));
            default -> MappingTable.peersOf(random.nextInt(2), random.nextInt(2));
        };
    }

    private int find(long key, long peers) {
        return model.entrySet().stream()
                .filter(entry -> entry.getValue().isFound())
                .filter(entry -> entry.getValue().key == key && entry.getValue().peers == peers)
                .mapToInt(Map.Entry::getKey)
                .findFirst()
                .orElse(MappingTable.NONE);
    }

    private void add(long key, long peers, int state) {
        // Nobody looks for one that is orphaned from the start but at a restart.
        boolean isKnown = find(key, peers) != MappingTable.NONE;
        if (state == MappingTable.ORPHAN || (isKnown && state != MappingTable.RESTING_ORPHAN)) {
            return;
        }
        int row = table.add(key, peers, state);
        assertEquals(model.size() == CAPACITY, row == MappingTable.NONE);
        if (row != MappingTable.NONE) {
            model.put(row, new Row(key, peers, state));
        }
    }

    private void remove(int row) {
        if (model.remove(row) != null) {
            table.remove(row);
        }
    }

    private void orphan(int row) {
        Row known = model.get(row);
        if (known != null && known.isFound()) {
            table.orphan(row);
            boolean rests = known.state == MappingTable.RESTING;
            model.put(row, known.in(rests ? MappingTable.RESTING_ORPHAN : MappingTable.ORPHAN));
        }
    }

    private void adopt(int row) {
        Row known = model.get(row);
        if (known != null
                && !known.isFound()
                && find(known.key, known.peers) == MappingTable.NONE) {
            table.adopt(row, MappingTable.ACTIVE);
            model.put(row, known.in(MappingTable.ACTIVE));
        }
    }

    private void serveAnyPeer(int row) {
        Row known = model.get(row);
        if (known != null
                && (!known.isFound()
                        || find(known.key, MappingTable.ANY_PEER) == MappingTable.NONE)) {
            table.serveAnyPeer(row);
            model.put(row, new Row(known.key, MappingTable.ANY_PEER, known.state));
        } else if (known != null && known.peers == MappingTable.ANY_PEER) {
            table.serveAnyPeer(row);
        }
    }

    @Test
    void keysAndPeersAreReadBack() {
        long key = MappingTable.key(5, 17, 0xfedc_ba98, 0xfffe);
        assertEquals(0xfedc_ba98, MappingTable.internalIp(key));
        assertEquals(0xfffe, MappingTable.internalPort(key));
        assertEquals(17, MappingTable.protocol(key));
        assertEquals(MappingTable.key(5, 6, 0xfedc_ba98, 0xfffe), MappingTable.ofProtocol(key, 6));
        assertEquals(-2, MappingTable.remoteIp(MappingTable.peersOf(-2)));
        assertEquals(-2, MappingTable.remoteIp(MappingTable.peersOf(-2, 0xffff)));
        assertEquals(-2, MappingTable.remoteIp(MappingTable.overlapPeersOf(-2, 0xffff)));
    }

    @Test
    void numbersThatAreNoPeersAreTold() {
        assertTrue(MappingTable.arePeers(MappingTable.ANY_PEER));
        assertTrue(MappingTable.arePeers(MappingTable.peersOf(-1)));
        assertTrue(MappingTable.arePeers(MappingTable.peersOf(7, 9)));
        assertTrue(MappingTable.arePeers(MappingTable.overlapPeersOf(7, 9)));
        assertFalse(MappingTable.arePeers(MappingTable.peersOf(7) | 1));
        assertFalse(MappingTable.arePeers(1));
        assertFalse(MappingTable.arePeers(4L << 16));
        assertFalse(MappingTable.areOverlapPeers(MappingTable.peersOf(7, 9)));
        assertFalse(MappingTable.areOverlapPeers(MappingTable.peersOf(7)));
        assertTrue(MappingTable.areOverlapPeers(MappingTable.overlapPeersOf(7, 9)));
    }
}
