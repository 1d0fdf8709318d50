package org.portreeve.nat.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.portreeve.nat.session.TcpTransitions.BOTH_FIN;
import static org.portreeve.nat.session.TcpTransitions.CLOSED;
import static org.portreeve.nat.session.TcpTransitions.C_FIN;
import static org.portreeve.nat.session.TcpTransitions.C_INIT;
import static org.portreeve.nat.session.TcpTransitions.ESTABLISHED;
import static org.portreeve.nat.session.TcpTransitions.EVENT_C_FIN;
import static org.portreeve.nat.session.TcpTransitions.EVENT_C_RST;
import static org.portreeve.nat.session.TcpTransitions.EVENT_C_SYN;
import static org.portreeve.nat.session.TcpTransitions.EVENT_OTHER;
import static org.portreeve.nat.session.TcpTransitions.EVENT_S_FIN;
import static org.portreeve.nat.session.TcpTransitions.EVENT_S_RST;
import static org.portreeve.nat.session.TcpTransitions.EVENT_S_SYN;
import static org.portreeve.nat.session.TcpTransitions.IDLE_CLOSING;
import static org.portreeve.nat.session.TcpTransitions.IDLE_ESTABLISHED;
import static org.portreeve.nat.session.TcpTransitions.IDLE_OPENING;
import static org.portreeve.nat.session.TcpTransitions.PEERED;
import static org.portreeve.nat.session.TcpTransitions.S_FIN;
import static org.portreeve.nat.session.TcpTransitions.S_INIT;
import static org.portreeve.nat.session.TcpTransitions.TRANS;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.portreeve.nat.wire.TcpHeader;
import org.portreeve.testkit.Conformance;

/**
 * Goal: every cell of the machine is what RFC 7857 §2 Figure 1 and RFC 6146 §3.5.2.2 say. Method:
 * the arrows of the figures are written down here once more, as a list; every pair of state and
 * event that is not in it must leave the state alone.
 */
class TcpTransitionsTest {
    private record Arrow(int from, int event, int to) {}

    private static final List<Arrow> ARROWS =
            List.of(
                    new Arrow(CLOSED, EVENT_C_SYN, C_INIT),
                    new Arrow(CLOSED, EVENT_S_SYN, S_INIT),
                    new Arrow(PEERED, EVENT_C_SYN, C_INIT),
                    new Arrow(PEERED, EVENT_S_SYN, S_INIT),
                    new Arrow(PEERED, EVENT_C_FIN, C_FIN),
                    new Arrow(PEERED, EVENT_S_FIN, S_FIN),
                    new Arrow(PEERED, EVENT_OTHER, ESTABLISHED),
                    new Arrow(C_INIT, EVENT_S_SYN, ESTABLISHED),
                    new Arrow(S_INIT, EVENT_C_SYN, ESTABLISHED),
                    new Arrow(ESTABLISHED, EVENT_C_FIN, C_FIN),
                    new Arrow(ESTABLISHED, EVENT_S_FIN, S_FIN),
                    new Arrow(ESTABLISHED, EVENT_C_RST, TRANS),
                    new Arrow(ESTABLISHED, EVENT_S_RST, TRANS),
                    new Arrow(C_FIN, EVENT_S_FIN, BOTH_FIN),
                    new Arrow(S_FIN, EVENT_C_FIN, BOTH_FIN),
                    // RFC 6146 §3.5.2.2: in TRANS any packet but a RST leads back.
                    new Arrow(TRANS, EVENT_C_SYN, ESTABLISHED),
                    new Arrow(TRANS, EVENT_S_SYN, ESTABLISHED),
                    new Arrow(TRANS, EVENT_C_FIN, ESTABLISHED),
                    new Arrow(TRANS, EVENT_S_FIN, ESTABLISHED),
                    new Arrow(TRANS, EVENT_OTHER, ESTABLISHED));

    @Test
    void everyCellIsAnArrowOfTheFiguresOrLeavesTheStateAlone() {
        Map<List<Integer>, Integer> expected = new HashMap<>();
        ARROWS.forEach(arrow -> expected.put(List.of(arrow.from, arrow.event), arrow.to));

        for (int state = 0; state < TcpTransitions.STATES; state++) {
            for (int event = 0; event < TcpTransitions.EVENTS; event++) {
                int to = expected.getOrDefault(List.of(state, event), state);
                assertEquals(to, TcpTransitions.next(state, event), state + " on " + event);
            }
        }
    }

    @Test
    void theTableNamesStatesInTheOrderOfTheirCodes() {
        List<String> names =
                TcpTransitions.TABLE.lines().map(row -> row.split(" +", -1)[0]).toList();

        assertEquals(TcpTransitions.STATES, names.size() - 1);
        assertEquals(CLOSED, names.indexOf("CLOSED") - 1);
        assertEquals(C_INIT, names.indexOf("C_INIT") - 1);
        assertEquals(S_INIT, names.indexOf("S_INIT") - 1);
        assertEquals(ESTABLISHED, names.indexOf("ESTABLISHED") - 1);
        assertEquals(C_FIN, names.indexOf("C_FIN") - 1);
        assertEquals(S_FIN, names.indexOf("S_FIN") - 1);
        assertEquals(BOTH_FIN, names.indexOf("BOTH_FIN") - 1);
        assertEquals(TRANS, names.indexOf("TRANS") - 1);
        assertEquals(PEERED, names.indexOf("PEERED") - 1);
    }

    @Test
    void noEventLeadsBackToClosed() {
        for (int state = CLOSED + 1; state < TcpTransitions.STATES; state++) {
            for (int event = 0; event < TcpTransitions.EVENTS; event++) {
                assertNotEquals(CLOSED, TcpTransitions.next(state, event));
            }
        }
    }

    @Test
    @Conformance("SEED-B-002")
    void handshakeAndSimultaneousOpenReachEstablished() {
        int syn = TcpTransitions.event(TcpHeader.SYN, true);
        int synAckBack = TcpTransitions.event(TcpHeader.SYN | TcpHeader.ACK, false);
        assertEquals(ESTABLISHED, run(syn, synAckBack));

        int crossing = TcpTransitions.event(TcpHeader.SYN, false);
        assertEquals(ESTABLISHED, run(syn, crossing));
        assertEquals(ESTABLISHED, run(crossing, syn));
        assertEquals(C_INIT, run(syn, syn, syn));
    }

    @Test
    void onlyTwoFinsOrAResetEndTheEstablishedIdleTime() {
        assertEquals(IDLE_OPENING, TcpTransitions.idleClass(C_INIT));
        assertEquals(IDLE_OPENING, TcpTransitions.idleClass(S_INIT));
        assertEquals(IDLE_OPENING, TcpTransitions.idleClass(PEERED));
        assertEquals(IDLE_ESTABLISHED, TcpTransitions.idleClass(ESTABLISHED));
        assertEquals(IDLE_ESTABLISHED, TcpTransitions.idleClass(C_FIN));
        assertEquals(IDLE_ESTABLISHED, TcpTransitions.idleClass(S_FIN));
        assertEquals(IDLE_CLOSING, TcpTransitions.idleClass(BOTH_FIN));
        assertEquals(IDLE_CLOSING, TcpTransitions.idleClass(TRANS));
    }

    @Test
    void anyFlagsAreOneEventAndResetCountsFirst() {
        for (int flags = 0; flags < 256; flags++) {
            boolean rst = (flags & TcpHeader.RST) != 0;
            boolean syn = (flags & TcpHeader.SYN) != 0;
            boolean fin = (flags & TcpHeader.FIN) != 0;
            int outbound = rst ? EVENT_C_RST : syn ? EVENT_C_SYN : fin ? EVENT_C_FIN : EVENT_OTHER;
            int inbound = rst ? EVENT_S_RST : syn ? EVENT_S_SYN : fin ? EVENT_S_FIN : EVENT_OTHER;
            assertEquals(outbound, TcpTransitions.event(flags, true));
            assertEquals(inbound, TcpTransitions.event(flags, false));
        }
    }

    private static int run(int... events) {
        int state = CLOSED;
        for (int event : events) {
            state = TcpTransitions.next(state, event);
        }
        return state;
    }
}
