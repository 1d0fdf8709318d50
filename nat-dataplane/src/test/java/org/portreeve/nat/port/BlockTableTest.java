package org.portreeve.nat.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.rules.Rules;

/** Blocks of sixteen ports: six and a bit of each of two addresses, two of which are incoming. */
class BlockTableTest {
    private static final PortRange PORTS = new PortRange(2_000, 2_103);
    private static final PortRange INCOMING = new PortRange(2_000, 2_020);
    private static final int SIZE = 16;
    private static final int TCP = Protocol.index(Protocol.TCP);
    private static final int UDP = Protocol.index(Protocol.UDP);
    private static final int ICMP = Protocol.index(Protocol.ICMP);

    private final PortRandom random = new PortRandom(1, 2);
    private final BlockTable blocks = new BlockTable(layout(List.of()), 2);

    private static PortLayout layout(List<PortRange> excluded) {
        Pool pool =
                Pool.of(List.of(1, 2), PORTS, INCOMING, new Pool.Block(SIZE, 2, 1))
                        .without(excluded);
        return new PortLayout(
                new NatConfig(
                        1,
                        List.of(Prefix.of("10.0.0.0/8")),
                        pool,
                        NatConfig.Timers.defaults(),
                        new NatConfig.Capacity(1, 1, 1),
                        Rules.of(
                                new Rules.Quota(1, 1, 1, 1, 1),
                                PORTS,
                                new Rules.Eif(1, 1, 1, 1, false))));
    }

    @Test
    void portsLieInTheirBlocksAndOthersInNone() {
        assertEquals(12, blocks.count());
        assertEquals(4, layout(List.of()).leasableBlocks());
        assertEquals(SIZE, blocks.size());
        for (int address = 0; address < 2; address++) {
            for (int port = 1_900; port < 2_200; port++) {
                int block = blocks.blockOf(address, port);
                boolean isInside = 2_021 <= port && port < 2_096;
                assertEquals(isInside, block != BlockTable.NONE, "port " + port);
                if (isInside) {
                    assertEquals(address, blocks.address(block));
                    int first = blocks.firstPort(block);
                    assertEquals(0, first % SIZE);
                    assertTrue(first <= port && port < first + SIZE);
                }
            }
        }
    }

    @Test
    void everyBlockBesideTheIncomingRangeIsLeasedOnce() {
        for (int address = 0; address < 2; address++) {
            Set<Integer> firsts = new HashSet<>();
            for (int i = 0; i < 4; i++) {
                assertEquals(i, blocks.leased(address));
                int block = blocks.findFree(address, random, 1);
                assertEquals(address, blocks.address(block));
                firsts.add(blocks.firstPort(block));
                blocks.lease(block, 7, BlockTable.PENDING);
                assertEquals(7, blocks.owner(block));
                assertEquals(BlockTable.PENDING, blocks.state(block));
                blocks.activate(block);
                assertEquals(BlockTable.ACTIVE, blocks.state(block));
            }
            assertEquals(Set.of(2_032, 2_048, 2_064, 2_080), firsts);
            assertEquals(BlockTable.NONE, blocks.findFree(address, random, 1));
        }
    }

    @Test
    void blockThatWasGivenBackRestsUntilItsTime() {
        int block = blocks.blockOf(1, 2_050);
        leaseOthers(block);
        blocks.lease(block, 1, BlockTable.ACTIVE);
        assertEquals(0, blocks.restsNs(block, 5));
        blocks.release(block, 100);
        assertEquals(95, blocks.restsNs(block, 5));
        assertEquals(BlockTable.NONE, blocks.findFree(1, random, 99));
        assertEquals(0, blocks.restsNs(block, 100));
        assertEquals(0, blocks.restsNs(block, 101));
        assertEquals(block, blocks.findFree(1, random, 100));
        blocks.rest(block, 300);
        assertEquals(BlockTable.NONE, blocks.findFree(1, random, 299));
        assertEquals(block, blocks.findFree(1, random, 300));
        blocks.lease(block, 1, BlockTable.ACTIVE);
        blocks.rest(block, 900);
        assertEquals(0, blocks.restsNs(block, 5));
        blocks.release(block, 400);
        assertEquals(block, blocks.findFree(1, random, 400));
    }

    private void leaseOthers(int block) {
        int first = blocks.blockOf(1, 2_032);
        for (int other = first; other < first + 4; other++) {
            if (other != block) {
                blocks.lease(other, 1, BlockTable.ACTIVE);
            }
        }
    }

    @Test
    void blockWithAPortInUseIsNotLeasedAndOneWithPortsSetApartIs() {
        int block = blocks.blockOf(0, 2_050);
        assertTrue(blocks.isUnused(block));
        for (int protocol : new int[] {TCP, UDP, ICMP}) {
            blocks.addUsed(block, protocol, 1);
            assertFalse(blocks.isUnused(block));
            assertEquals(1, blocks.used(block, protocol));
            assertEquals(1, blocks.taken(block, protocol));
            blocks.addUsed(block, protocol, -1);
            blocks.addApart(block, protocol, 2);
            assertTrue(blocks.isUnused(block));
            assertEquals(0, blocks.used(block, protocol));
            assertEquals(2, blocks.taken(block, protocol));
        }
        for (int other = blocks.blockOf(0, 2_032); other <= blocks.blockOf(0, 2_080); other++) {
            if (other != block) {
                blocks.addUsed(other, UDP, 1);
            }
        }
        assertEquals(block, blocks.findFree(0, random, 1));
        blocks.addUsed(block, ICMP, 1);
        assertEquals(BlockTable.NONE, blocks.findFree(0, random, 1));
    }

    @Test
    void blockWithoutAPortToGiveIsNotLeased() {
        var table = new BlockTable(layout(List.of(new PortRange(2_032, 2_078))), 1);
        int last = table.blockOf(0, 2_080);
        assertEquals(SIZE, table.taken(table.blockOf(0, 2_032), UDP));
        assertEquals(SIZE - 1, table.taken(table.blockOf(0, 2_079), TCP));
        assertEquals(0, table.taken(last, ICMP));
        Set<Integer> leasable = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            leasable.add(table.findFree(0, random, 1));
        }
        assertEquals(Set.of(table.blockOf(0, 2_079), last), leasable);
    }

    @Test
    void blockIsIdleLongerWhenItWasUsedEarlierOrNothingOfItIsLeft() {
        int one = blocks.blockOf(0, 2_032);
        int other = blocks.blockOf(0, 2_048);
        blocks.lease(one, 1, BlockTable.ACTIVE);
        blocks.lease(other, 1, BlockTable.ACTIVE);
        assertFalse(blocks.isIdleLonger(one, other), "both are fresh");
        blocks.addUsed(one, UDP, 1);
        assertTrue(blocks.isIdleLonger(one, other), "a fresh one is not idle");
        blocks.addUsed(other, UDP, 1);
        assertTrue(blocks.isIdleLonger(one, other));
        assertFalse(blocks.isIdleLonger(other, one));
        blocks.addUsed(one, UDP, 1);
        assertTrue(blocks.isIdleLonger(other, one));
        blocks.addUsed(one, UDP, -2);
        assertTrue(blocks.isIdleLonger(one, other), "nothing of it is in use");
        assertFalse(blocks.isIdleLonger(other, one));
    }
}
