package org.portreeve.natpmp;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.portreeve.control.PacketShard;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.io.memory.MemoryPacket;
import org.portreeve.pcp.PcpNode;

/** Hosts outside that send to an external port and see whether it arrives inside. */
final class Inbound {
    static final int TCP = 6;
    static final int UDP = 17;

    private static final int FIRST_HOST = Ipv4.of("203.0.113.1");

    /** Where a mapping stays all the time, so that what is not forwarded is known in the end. */
    private final int witnessPort;

    private final PcpNode node;
    private int host;

    /** With an external port that forwards UDP. */
    Inbound(PcpNode node, int witnessPort) {
        this.node = node;
        this.witnessPort = witnessPort;
    }

    /** Whether a datagram or SYN of a host never seen before arrives at an internal tuple. */
    boolean arrives(int protocol, int externalPort, String internalIp, int internalPort) {
        int probe = ++host;
        inject(protocol, probe, externalPort);
        int witness = ++host;
        inject(UDP, witness, witnessPort);
        boolean arrived = false;
        while (true) {
            byte[] packet = next().bytes();
            ByteBuffer octets = ByteBuffer.wrap(packet);
            if (octets.getInt(12) == FIRST_HOST + witness) {
                return arrived;
            }
            arrived |=
                    octets.getInt(12) == FIRST_HOST + probe
                            && packet[9] == protocol
                            && octets.getInt(16) == Ipv4.of(internalIp)
                            && (octets.getShort(22) & 0xffff) == internalPort;
        }
    }

    /** Sends from inside to the last host asked for, and says the source port seen outside. */
    int sourcePortOutside(int protocol, String internalIp, int internalPort) {
        node.packets.inject(
                PacketPort.INSIDE,
                PacketShard.packet(
                        protocol, Ipv4.of(internalIp), internalPort, FIRST_HOST + host, 7));
        return ByteBuffer.wrap(next().bytes()).getShort(20) & 0xffff;
    }

    private void inject(int protocol, int from, int externalPort) {
        node.packets.inject(
                PacketPort.OUTSIDE,
                PacketShard.packet(
                        protocol,
                        FIRST_HOST + from,
                        40_000,
                        Ipv4.of(PcpNode.EXTERNAL),
                        externalPort));
    }

    /** What the translator sends next, to either side. */
    MemoryPacket next() {
        long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (System.nanoTime() - untilNs < 0) {
            Optional<MemoryPacket> packet = node.packets.poll();
            if (packet.isPresent()) {
                return packet.get();
            }
            LockSupport.parkNanos(100_000);
        }
        throw new AssertionError("the translator sent nothing");
    }
}
