package org.portreeve.nat.session;

import java.util.List;
import org.portreeve.nat.wire.TcpHeader;

/**
 * What each TCP segment does to the state of its session: the machine of RFC 7857 §2 Figure 1, with
 * the two opening states that RFC 6146 §3.5.2.2 tells apart, and one for sessions that no segment
 * opened.
 *
 * <p>C is the internal side and S the external one, whoever began. States and events are small
 * integers that session rows store; the order of rows and columns below defines them. A full stop
 * leaves the state alone. No cell leads to CLOSED: only the idle timer does. Any thread.
 */
public final class TcpTransitions {
    /** No session. A segment that leaves a session here makes none (RFC 6146 §3.5.2.2). */
    public static final int CLOSED = 0;

    /** The internal side sent a SYN. */
    public static final int C_INIT = 1;

    /** The external side sent a SYN. */
    public static final int S_INIT = 2;

    /** SYNs went both ways. */
    public static final int ESTABLISHED = 3;

    /** The internal side will send no more; the other may, as long as it likes. */
    public static final int C_FIN = 4;

    /** The external side will send no more; the other may, as long as it likes. */
    public static final int S_FIN = 5;

    /** FINs went both ways; the tuple is held against old segments. */
    public static final int BOTH_FIN = 6;

    /** A RST passed; whether the receiver took it, the next packets show. */
    public static final int TRANS = 7;

    /**
     * A client asked for the session by PEER, and no segment has passed yet. It is about to open a
     * connection, or to go on with one whose state was lost (RFC 6887 §10.4).
     */
    public static final int PEERED = 8;

    public static final int STATES = 9;

    public static final int EVENT_C_SYN = 0;
    public static final int EVENT_S_SYN = 1;
    public static final int EVENT_C_FIN = 2;
    public static final int EVENT_S_FIN = 3;
    public static final int EVENT_C_RST = 4;
    public static final int EVENT_S_RST = 5;
    public static final int EVENT_OTHER = 6;
    public static final int EVENTS = 7;

    /** Idle class of a session that is not open both ways yet. */
    public static final int IDLE_OPENING = 0;

    /** Idle class of a session that may carry data. */
    public static final int IDLE_ESTABLISHED = 1;

    /** Idle class of a session that ended, as far as one can see from between. */
    public static final int IDLE_CLOSING = 2;

    /**
     * The machine. A SYN in BOTH_FIN opens nothing: the tuple is held for the closing time. In
     * TRANS every segment but a RST shows that the RST was not believed, so a forged one cannot end
     * a session. In PEERED it cannot either, for nobody has seen what sequence numbers are right.
     */
    static final String TABLE =
            """
            state       C_SYN       S_SYN       C_FIN       S_FIN       C_RST S_RST OTHER
            CLOSED      C_INIT      S_INIT      .           .           .     .     .
            C_INIT      .           ESTABLISHED .           .           .     .     .
            S_INIT      ESTABLISHED .           .           .           .     .     .
            ESTABLISHED .           .           C_FIN       S_FIN       TRANS TRANS .
            C_FIN       .           .           .           BOTH_FIN    .     .     .
            S_FIN       .           .           BOTH_FIN    .           .     .     .
            BOTH_FIN    .           .           .           .           .     .     .
            TRANS       ESTABLISHED ESTABLISHED ESTABLISHED ESTABLISHED .     .     ESTABLISHED
            PEERED      C_INIT      S_INIT      C_FIN       S_FIN       .     .     ESTABLISHED
            """;

    private static final byte[] NEXT = parse(TABLE);

    // RFC 5382 §5: with one FIN data may still flow, so the established time applies.
    private static final byte[] IDLE_CLASS = {
        IDLE_OPENING, // CLOSED: unused
        IDLE_OPENING,
        IDLE_OPENING,
        IDLE_ESTABLISHED,
        IDLE_ESTABLISHED,
        IDLE_ESTABLISHED,
        IDLE_CLOSING,
        IDLE_CLOSING,
        IDLE_OPENING
    };

    private TcpTransitions() {}

    /** The state after an event. */
    public static int next(int state, int event) {
        return NEXT[state * EVENTS + event];
    }

    /** Which idle time applies to a session in this state: one of the idle classes above. */
    public static int idleClass(int state) {
        assert state != CLOSED : "no session is idle when there is none";
        return IDLE_CLASS[state];
    }

    /** The event that a segment with these flags is. RST counts before SYN, SYN before FIN. */
    public static int event(int flags, boolean outbound) {
        int external = outbound ? 0 : 1;
        if ((flags & TcpHeader.RST) != 0) {
            return EVENT_C_RST + external;
        }
        if ((flags & TcpHeader.SYN) != 0) {
            return EVENT_C_SYN + external;
        }
        return (flags & TcpHeader.FIN) != 0 ? EVENT_C_FIN + external : EVENT_OTHER;
    }

    private static byte[] parse(String table) {
        List<String> rows = table.lines().skip(1).toList();
        List<String> names = rows.stream().map(row -> row.substring(0, row.indexOf(' '))).toList();
        byte[] next = new byte[STATES * EVENTS];
        for (int state = 0; state < STATES; state++) {
            String[] cells = rows.get(state).split(" +", -1);
            for (int event = 0; event < EVENTS; event++) {
                String cell = cells[1 + event];
                int to = cell.equals(".") ? state : names.indexOf(cell);
                next[state * EVENTS + event] = (byte) to;
            }
        }
        return next;
    }
}
