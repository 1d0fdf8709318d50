package org.portreeve.nat.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.portreeve.nat.memory.Memory;

/**
 * Goal: no field of a row is another's, nor another row's, and a new row has nothing of the one
 * before. Method: all fields of all rows are set to values of their own, then all are read.
 */
class RowsTest {
    private static final int ROWS = 3;
    private static final int TCP = 0;
    private static final int UDP = 1;
    private static final int ICMP = 2;

    /** What changes a field of a row to a value. */
    @FunctionalInterface
    private interface Setter {
        void set(int row, int value);
    }

    private record Field(String name, Setter setter, IntUnaryOperator getter) {
        /** One that is only added to. */
        static Field counted(String name, Setter adder, IntUnaryOperator getter) {
            Setter setter = (row, value) -> adder.set(row, value - getter.applyAsInt(row));
            return new Field(name, setter, getter);
        }
    }

    private static void assertApart(List<Field> fields) {
        for (int round = 0; round < 2; round++) {
            for (int row = 0; row < ROWS; row++) {
                for (int i = 0; i < fields.size(); i++) {
                    fields.get(i).setter.set(row, value(round, row, i));
                }
            }
            assertValues(fields, round);
        }
    }

    private static void assertValues(List<Field> fields, int round) {
        for (int row = 0; row < ROWS; row++) {
            for (int i = 0; i < fields.size(); i++) {
                Field field = fields.get(i);
                assertEquals(value(round, row, i), field.getter.applyAsInt(row), field.name);
            }
        }
    }

    /** None is 0, and each fits in an octet. */
    private static int value(int round, int row, int field) {
        return 1 + (round * ROWS + row) * 20 + field;
    }

    private static void assertEmpty(List<Field> fields, int row) {
        fields.forEach(field -> assertEquals(0, field.getter.applyAsInt(row), field.name));
    }

    @Test
    void rowsAreGivenOnceAndComeBackEmpty() {
        var pool = new RowPool(ROWS, 16);
        assertEquals(ROWS, pool.capacity());
        Set<Integer> rows = new HashSet<>();
        for (int i = 0; i < ROWS; i++) {
            assertEquals(i, pool.inUse());
            int row = pool.take();
            assertTrue(rows.add(row));
            Memory.putLong(pool.at(row), -1);
            Memory.putLong(pool.at(row) + 8, -1);
        }
        assertEquals(RowPool.NONE, pool.take());
        assertEquals(Set.of(0, 1, 2), rows);
        pool.release(1);
        assertEquals(1, pool.take());
        assertEquals(0, Memory.getLong(pool.at(1)));
        assertEquals(0, Memory.getLong(pool.at(1) + 8));
        assertEquals(-1, Memory.getLong(pool.at(0) + 8));
        assertEquals(-1, Memory.getLong(pool.at(2)));
    }

    @Test
    void fieldsOfAMappingAreApart() {
        var table = new MappingTable(ROWS, 1, 2);
        var fields =
                List.of(
                        new Field(
                                "address",
                                (row, v) -> table.external(row, v, 0xff00 + v),
                                table::addressIndex),
                        new Field(
                                "flags",
                                (row, v) -> {
                                    table.unset(row, 0xff);
                                    table.set(row, v);
                                },
                                table::flags),
                        new Field("subscriber", table::subscriber, table::subscriber),
                        new Field("first session", table::firstSession, table::firstSession),
                        Field.counted("own", table::addOwnSessions, table::ownSessions),
                        Field.counted("inbound", table::addInboundSessions, table::inboundSessions),
                        Field.counted(
                                "unreplied", table::addUnrepliedSessions, table::unrepliedSessions),
                        new Field(
                                "rest",
                                (row, v) -> table.restsUntilNs(row, (long) v << 40),
                                row -> (int) (table.restsUntilNs(row) >>> 40)));
        for (int row = 0; row < ROWS; row++) {
            assertEquals(row, table.add(key(row), peers(row), MappingTable.ACTIVE));
            assertEquals(SessionTable.NONE, table.firstSession(row));
        }
        assertEquals(MappingTable.NONE, table.add(7, MappingTable.ANY_PEER, MappingTable.ACTIVE));
        assertApart(fields);
        for (int row = 0; row < ROWS; row++) {
            assertEquals(0xff00 + table.addressIndex(row), table.externalPort(row));
            assertEquals(MappingTable.ACTIVE, table.state(row));
            assertEquals(key(row), table.key(row));
            assertEquals(0xc000_0201 + row, table.internalIp(row));
            assertEquals(0xff00 + row, table.internalPort(row));
            assertEquals(17, table.protocol(row));
            assertEquals(3, table.realm(row));
            assertEquals(peers(row), table.peers(row));
            assertEquals(row, table.find(key(row), peers(row)));
            // Each has its buckets.
            assertTrue(table.takeInboundToken(row, 1, 1 << 20, 1));
            assertTrue(table.takePacketTokens(row, 1, 1 << 20, 3, 3));
            assertFalse(table.takeInboundToken(row, 2, 1 << 20, 1));
            assertFalse(table.takePacketTokens(row, 2, 1 << 20, 3, 1));
        }
        assertValues(fields, 1);
        table.firstSession(1, 0);
        table.remove(1);
        assertEmpty(fields, 1);
        assertEquals(1, table.add(key(1), peers(1), MappingTable.RESTING));
        assertTrue(table.takeInboundToken(1, 2, 1 << 20, 1));
        assertTrue(table.takePacketTokens(1, 2, 1 << 20, 3, 3));
    }

    private static long key(int row) {
        return MappingTable.key(3, 17, 0xc000_0201 + row, 0xff00 + row);
    }

    private static long peers(int row) {
        return MappingTable.peersOf(-9 - row, 0xfffe);
    }

    @Test
    void fieldsOfASessionAreApart() {
        var table = new SessionTable(ROWS, 1, 2);
        var fields =
                List.of(
                        new Field(
                                "external",
                                (row, v) -> table.external(row, v << 24, 0xff00 + v),
                                row -> table.externalIp(row) >>> 24),
                        new Field("state", table::tcpState, table::tcpState),
                        new Field("flags", table::flags, table::flags),
                        new Field(
                                "seen",
                                (row, v) -> table.lastSeenNs(row, (long) v << 40),
                                row -> (int) (table.lastSeenNs(row) >>> 40)),
                        new Field("mapping", table::mapping, table::mapping),
                        new Field("next", table::next, table::next),
                        new Field("previous", table::previous, table::previous),
                        new Field("subscriber", table::subscriber, table::subscriber),
                        new Field("idle", table::ownIdleMs, table::ownIdleMs),
                        new Field(
                                "scale",
                                (row, v) -> table.windowScale(row, 0, v),
                                row -> table.windowScale(row, 0)),
                        new Field(
                                "their scale",
                                (row, v) -> table.windowScale(row, 1, v),
                                row -> table.windowScale(row, 1)),
                        new Field(
                                "acknowledged",
                                (row, v) -> table.acknowledged(row, 0, v << 24, v),
                                row -> table.acknowledgement(row, 0) >>> 24),
                        new Field(
                                "their acknowledged",
                                (row, v) -> table.acknowledged(row, 1, v << 24, v),
                                row -> table.acknowledgement(row, 1) >>> 24));
        for (int row = 0; row < ROWS; row++) {
            assertEquals(row, add(table, row));
            assertFalse(table.hasAcknowledged(row, 0) || table.hasAcknowledged(row, 1));
        }
        assertEquals(SessionTable.NONE, add(table, 9));
        assertApart(fields);
        for (int row = 0; row < ROWS; row++) {
            assertEquals(0xff00 + (table.externalIp(row) >>> 24), table.externalPort(row));
            for (int direction = 0; direction < 2; direction++) {
                assertTrue(table.hasAcknowledged(row, direction));
                assertEquals(
                        table.acknowledgement(row, direction) >>> 24, table.window(row, direction));
            }
            assertEquals(0xc000_0201, table.internalIp(row));
            assertEquals(0xcb00_7101 + row, table.remoteIp(row));
            assertEquals(0xfffe, table.internalPort(row) & 0xffff);
            assertEquals(0xff00, table.remotePort(row));
            assertEquals(0xfd, table.protocol(row));
            assertEquals(row, find(table, row));
        }
        assertEquals(3, table.size());
        table.remove(1);
        assertEquals(SessionTable.NONE, find(table, 1));
        assertEmpty(fields, 1);
        assertFalse(table.hasAcknowledged(1, 0) || table.hasAcknowledged(1, 1));
        assertEquals(2, find(table, 2));
        assertEquals(2, table.size());
        assertEquals(ROWS, table.capacity());
    }

    @Test
    void sessionIsWantedWhenItsHostOpenedOrAnsweredIt() {
        var table = new SessionTable(ROWS, 1, 2);
        int row = add(table, 0);
        assertTrue(table.isWanted(row));
        table.flags(row, SessionTable.INBOUND);
        assertFalse(table.isWanted(row));
        table.flags(row, SessionTable.INBOUND | SessionTable.REPLIED);
        assertTrue(table.isWanted(row));
    }

    private static int add(SessionTable table, int number) {
        return table.add(key0(number), key1(), table.hash(key0(number), key1()));
    }

    private static int find(SessionTable table, int number) {
        return table.find(key0(number), key1(), table.hash(key0(number), key1()));
    }

    private static long key1() {
        return SessionTable.key1(0xfe, 0xfd, 0xfffe, 0xff00);
    }

    private static long key0(int number) {
        return SessionTable.key0(0xc000_0201, 0xcb00_7101 + number);
    }

    @Test
    void fieldsOfASubscriberAreApart() {
        var table = new SubscriberTable(ROWS);
        var fields =
                List.of(
                        Field.counted(
                                "tcp",
                                (row, v) -> table.addPorts(row, TCP, v),
                                row -> table.ports(row, TCP)),
                        Field.counted(
                                "udp",
                                (row, v) -> table.addPorts(row, UDP, v),
                                row -> table.ports(row, UDP)),
                        Field.counted(
                                "icmp",
                                (row, v) -> table.addPorts(row, ICMP, v),
                                row -> table.ports(row, ICMP)),
                        Field.counted("static", table::addStaticPorts, table::staticPorts),
                        Field.counted(
                                "kept tcp",
                                (row, v) -> table.addKeptPorts(row, TCP, v),
                                row -> table.keptPorts(row, TCP)),
                        Field.counted(
                                "kept udp",
                                (row, v) -> table.addKeptPorts(row, UDP, v),
                                row -> table.keptPorts(row, UDP)),
                        Field.counted("sessions", table::addSessions, table::sessions),
                        Field.counted("inbound", table::addInboundSessions, table::inboundSessions),
                        Field.counted(
                                "explicit", table::addExplicitMappings, table::explicitMappings),
                        new Field("pending", table::pendingBlock, row -> table.pendingBlock(row)));
        for (int row = 0; row < ROWS; row++) {
            assertEquals(SubscriberTable.NONE, table.pendingBlock(row));
            assertTrue(table.isIdle(row));
        }
        assertApart(fields);
        for (int row = 0; row < ROWS; row++) {
            int each = table.ports(row, TCP) + table.ports(row, UDP) + table.ports(row, ICMP);
            assertEquals(each, table.ports(row));
            for (int block = 0; block < 16; block++) {
                table.addBlock(row, 100 * row + block);
            }
            assertTrue(table.takeSessionToken(row, 1, 1 << 20, 2));
            assertTrue(table.takeSessionToken(row, 1, 1 << 20, 2));
            assertFalse(table.takeSessionToken(row, 1, 1 << 20, 2));
        }
        assertValues(fields, 1);
        for (int row = 0; row < ROWS; row++) {
            assertEquals(16, table.blocks(row));
            assertEquals(100 * row + 15, table.block(row, 15));
            assertEquals(100 * row, table.block(row, 0));
        }
        table.forget(1);
        assertEquals(SubscriberTable.NONE, table.pendingBlock(1));
        table.pendingBlock(1, 0);
        assertEmpty(fields, 1);
        assertTrue(table.isIdle(1));
        assertTrue(table.takeSessionToken(1, 1, 1 << 20, 1));
    }

    @Test
    void subscriberIsIdleWithoutPortsReservationsAndBlocksAlone() {
        var table = new SubscriberTable(1);
        table.addPorts(0, UDP, 1);
        assertFalse(table.isIdle(0));
        table.addPorts(0, UDP, -1);
        table.addStaticPorts(0, 1);
        assertFalse(table.isIdle(0));
        table.addStaticPorts(0, -1);
        table.addBlock(0, 9);
        assertFalse(table.isIdle(0));
        table.removeBlock(0, 9);
        assertTrue(table.isIdle(0));
    }

    @Test
    void blocksAreRemovedWhereverTheyStandAndTheOthersStay() {
        for (int removed = 0; removed < 4; removed++) {
            var table = new SubscriberTable(1);
            Set<Integer> left = new HashSet<>();
            for (int block = 0; block < 4; block++) {
                table.addBlock(0, 10 + block);
                left.add(10 + block);
            }
            table.removeBlock(0, 10 + removed);
            left.remove(10 + removed);
            assertEquals(3, table.blocks(0));
            assertEquals(left, Set.of(table.block(0, 0), table.block(0, 1), table.block(0, 2)));
        }
    }

    @Test
    void rateOfSessionsThatChangesKeepsWhatWasTaken() {
        var table = new SubscriberTable(1);
        assertTrue(table.takeSessionToken(0, 1, 1_000, 2));
        assertTrue(table.takeSessionToken(0, 1, 1_000, 2));
        // Two tokens are missing, of whatever interval.
        assertFalse(table.takeSessionToken(0, 1, 10, 2));
        assertTrue(table.takeSessionToken(0, 11, 10, 2));
        assertFalse(table.takeSessionToken(0, 11, 1_000_000, 2));
        assertTrue(table.takeSessionToken(0, 1_000_011, 1_000_000, 2));
    }
}
