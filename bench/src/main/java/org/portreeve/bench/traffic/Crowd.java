package org.portreeve.bench.traffic;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import org.portreeve.bench.traffic.Order.Operation;

/**
 * A crowd of subscribers that asks one server for mappings, from one thread: closed loop for rates,
 * open loop for times, which then count from the moment a request was due. What is not answered is
 * sent once more as a PCP client does (RFC 6887 §8.1.1). Main thread.
 */
final class Crowd {
    /** IRT of RFC 6887 §8.1.1; an even time also before it is given up. */
    private static final long RETRANSMIT_NS = 3_000_000_000L;

    /** Sendings of a request. */
    private static final int MOST_SENDINGS = 2;

    /** Requests that could not be sent so long after the end of an open loop are given up. */
    private static final long LONGEST_OVERTIME_NS = 10_000_000_000L;

    private static final long LONGEST_SLEEP_NS = 10_000_000;

    /**
     * In an open loop what is due meanwhile is sent together, and so late at most: a call for each
     * request would take the processors that the server is measured on.
     */
    private static final long TICK_NS = 250_000;

    private static final int LIFETIME_SECONDS = 86_400;
    private final UdpPackets packets;
    private final AnswerSocket socket;
    private final int firstHost;
    private final int port;
    private final Slots slots = new Slots();
    private final Waiting waiting = new Waiting();

    private Order order;
    private Tally tally;
    private long beginNs;
    private long nextTickNs;
    private int prepared;

    /**
     * A crowd that asks nothing yet.
     *
     * @param firstHost the first subscriber's address
     * @param port where all of them send from
     * @param server where requests go
     */
    Crowd(int firstHost, int port, int server) {
        this.firstHost = firstHost;
        this.port = port;
        this.packets = new UdpPackets(UdpPackets.bytes(MapRequests.BYTES), server);
        this.socket = new AnswerSocket(port, MapRequests.BYTES);
    }

    /** Does what it is told, to the last answer; what became of it, by name. */
    Map<String, Long> obey(Order order) {
        this.order = order;
        tally = new Tally();
        beginNs = System.nanoTime();
        nextTickNs = beginNs;
        boolean isSending = true;
        while (isSending || waiting.count() > 0) {
            int received = receive();
            long nowNs = System.nanoTime();
            repeatLate(nowNs);
            isSending = isSending && isToSend(nowNs);
            if (isSending && (!order.isOpenLoop() || nowNs - nextTickNs >= 0)) {
                sendDue(nowNs);
                nextTickNs = isMoreDue(nowNs) ? nowNs : nowNs + TICK_NS;
            }
            if (received == 0) {
                socket.await(idleNs());
            }
        }
        if (order.isOpenLoop()) {
            tally.unsent(order.most() - tally.sent);
        }
        Map<String, Long> figures = tally.figures();
        figures.put("live", (long) slots.liveCount());
        return figures;
    }

    /** In an open loop what is due is sent, however late it is, or counted when it is too late. */
    private boolean isToSend(long nowNs) {
        long overtimeNs = order.isOpenLoop() ? LONGEST_OVERTIME_NS : 0;
        return nowNs - beginNs < order.durationNs() + overtimeNs && tally.sent < order.most();
    }

    private int receive() {
        int count = socket.receive();
        long nowNs = System.nanoTime();
        for (int i = 0; i < count; i++) {
            if (socket.length(i) == MapRequests.BYTES) {
                onAnswer(socket.octets(), socket.datagram(i), nowNs);
            }
        }
        return count;
    }

    private void onAnswer(MemorySegment octets, long answer, long nowNs) {
        boolean isEcho = order.operation() == Operation.ECHO;
        int slot =
                isEcho
                        ? MapRequests.slotOfEcho(octets, answer)
                        : MapRequests.slotOfAnswer(octets, answer);
        if (slot == Slots.NONE || !slots.isBusy(slot)) {
            tally.late++;
            return;
        }
        int result = MapRequests.result(octets, answer);
        settle(slot, result == 0);
        long elapsedNs = nowNs - beginNs;
        tally.answered(
                result, elapsedNs, elapsedNs < order.durationNs(), nowNs - waiting.dueNs(slot));
    }

    private void settle(int slot, boolean isGranted) {
        slots.busy(slot, false);
        waiting.settled();
        if (isGranted && order.operation() == Operation.NEW) {
            slots.made(slot);
        }
    }

    private void repeatLate(long nowNs) {
        prepared = 0;
        while (prepared < RawSocket.BATCH && waiting.isFirstLate(slots, nowNs - RETRANSMIT_NS)) {
            int slot = waiting.removeFirst();
            if (waiting.sendings(slot) == MOST_SENDINGS) {
                settle(slot, false);
                tally.unanswered();
            } else {
                tally.repeated++;
                prepare(slot);
                waiting.sentAgain(slot, nowNs);
            }
        }
        packets.send(prepared);
    }

    private void sendDue(long nowNs) {
        prepared = 0;
        while (prepared < RawSocket.BATCH && isDue(nowNs)) {
            int slot = choose();
            if (slot == Slots.NONE) {
                break;
            }
            prepare(slot);
            slots.busy(slot, true);
            long dueNs = order.isOpenLoop() ? beginNs + order.dueNs(tally.sent) : nowNs;
            waiting.sent(slot, dueNs, nowNs);
            tally.sent++;
        }
        packets.send(prepared);
    }

    /** After a stall more may be due than are sent together. */
    private boolean isMoreDue(long nowNs) {
        return order.isOpenLoop() && isDue(nowNs);
    }

    private boolean isDue(long nowNs) {
        boolean isTime =
                order.isOpenLoop()
                        ? nowNs - beginNs >= order.dueNs(tally.sent)
                        : waiting.count() < order.window();
        return isTime && tally.sent < order.most() && !waiting.isFull();
    }

    private int choose() {
        return switch (order.operation()) {
            case NEW, ECHO -> slots.fresh();
            case RENEW -> slots.anyLive();
            case DELETE -> slots.lastLive();
        };
    }

    private long idleNs() {
        if (!order.isOpenLoop()) {
            return LONGEST_SLEEP_NS;
        }
        long dueNs = beginNs + order.dueNs(tally.sent);
        long nowNs = System.nanoTime();
        return Math.clamp(Math.max(dueNs - nowNs, nextTickNs - nowNs), 0, LONGEST_SLEEP_NS);
    }

    private void prepare(int slot) {
        int source = firstHost + Slots.host(slot);
        packets.address(prepared, source, port, order.port(), UdpPackets.NO_CHECKSUM);
        int lifetime = order.operation() == Operation.DELETE ? 0 : LIFETIME_SECONDS;
        MapRequests.write(packets.octets(), packets.payload(prepared), source, slot, lifetime);
        prepared++;
    }
}
