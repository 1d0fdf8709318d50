package org.portreeve.nat.model;

import org.portreeve.nat.Protocol;
import org.portreeve.nat.io.PacketBatch;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.memory.Memory;
import org.portreeve.nat.wire.Checksums;
import org.portreeve.nat.wire.IcmpHeader;
import org.portreeve.nat.wire.Ipv4Header;

/**
 * A device that allocates nothing: it lets prepared packets arrive, over and over, and answers each
 * from the outside; some peers answer from another port too. Owned by the shard thread.
 */
final class ReplayPort implements PacketPort {
    /** Octets of every packet. */
    static final int PACKET_BYTES = 48;

    /** One in so many packets to the outside is answered from another port too. */
    private static final int SECOND_ANSWERS = 17;

    private final int flows;
    private final long requests;
    private final long answers;
    private int next;
    private long requestsLeft;
    private int answersWaiting;
    private long sent;
    private long outside;

    /** The packets of so many flows, each of {@link #PACKET_BYTES} octets. */
    ReplayPort(byte[][] packets) {
        flows = packets.length;
        requests = Memory.allocate((long) flows * Memory.CACHE_LINE);
        answers = Memory.allocate((long) PacketBatch.MAX_PACKETS * Memory.CACHE_LINE);
        for (int flow = 0; flow < flows; flow++) {
            Memory.put(request(flow), packets[flow], 0, PACKET_BYTES);
        }
    }

    /** Lets so many more packets arrive from inside. */
    void arrive(long packets) {
        requestsLeft += packets;
    }

    /** Packets that the shard sent, both ways. */
    long sent() {
        return sent;
    }

    @Override
    public int receive(PacketBatch batch) {
        while (answersWaiting > 0 && batch.hasRoom()) {
            answersWaiting--;
            add(batch, OUTSIDE, answers + (long) answersWaiting * Memory.CACHE_LINE);
        }
        int room = PacketBatch.MAX_PACKETS / 2;
        while (requestsLeft > 0 && room > 0 && batch.hasRoom()) {
            add(batch, INSIDE, request(next));
            next = next + 1 == flows ? 0 : next + 1;
            requestsLeft--;
            room--;
        }
        return batch.count();
    }

    /** What leaves outside is answered with its ends exchanged, which keeps its checksums right. */
    @Override
    public boolean send(int side, long address, int lengthBytes) {
        sent++;
        if (side == OUTSIDE) {
            answer(address);
            outside++;
            if (outside % SECOND_ANSWERS == 0 && Ipv4Header.protocol(address) != Protocol.ICMP) {
                fromNextPort(answer(address));
            }
        }
        return true;
    }

    private long answer(long address) {
        long answer = answers + (long) answersWaiting * Memory.CACHE_LINE;
        answersWaiting++;
        Memory.copy(address, answer, PACKET_BYTES);
        Ipv4Header.source(answer, Ipv4Header.destination(address));
        Ipv4Header.destination(answer, Ipv4Header.source(address));
        answerMessage(address, answer);
        return answer;
    }

    private static void fromNextPort(long answer) {
        long message = answer + Ipv4Header.MIN_BYTES;
        int port = Memory.u16(message);
        Memory.u16(message, port + 1);
        int field = Checksums.checksumOffset(Ipv4Header.protocol(answer));
        Checksums.updateAt(message + field, Checksums.portDelta(port, port + 1));
    }

    private static void answerMessage(long request, long answer) {
        long message = answer + Ipv4Header.MIN_BYTES;
        if (Ipv4Header.protocol(request) == Protocol.ICMP) {
            int delta = Checksums.portDelta(IcmpHeader.ECHO << 8, IcmpHeader.ECHO_REPLY << 8);
            Checksums.updateAt(message + IcmpHeader.CHECKSUM, delta);
            Memory.u8(message + IcmpHeader.TYPE, IcmpHeader.ECHO_REPLY);
        } else {
            int sourcePort = Memory.u16(message);
            Memory.u16(message, Memory.u16(message + 2));
            Memory.u16(message + 2, sourcePort);
        }
    }

    @Override
    public void await(long timeoutNs) {
        throw new AssertionError("nobody sleeps here");
    }

    @Override
    public void wakeup() {}

    @Override
    public void close() {}

    private void add(PacketBatch batch, int side, long packet) {
        Memory.clear(batch.place() - PacketBatch.HEADROOM, PacketBatch.HEADROOM);
        Memory.copy(packet, batch.place(), PACKET_BYTES);
        batch.add(side, PACKET_BYTES);
    }

    private long request(int flow) {
        return requests + (long) flow * Memory.CACHE_LINE;
    }
}
