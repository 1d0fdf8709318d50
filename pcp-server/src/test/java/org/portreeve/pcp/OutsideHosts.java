package org.portreeve.pcp;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.portreeve.control.PacketShard;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.io.memory.MemoryPacket;

/** Hosts outside that send to external ports and see what arrives inside. */
final class OutsideHosts {
    private static final int WITNESS = Ipv4.of("203.0.113.200");
    private static final int ICMP = 1;
    private static final int SOURCE = 12;
    private static final int DESTINATION = 16;
    private static final int SOURCE_PORT = 20;
    private static final int DESTINATION_PORT = 22;

    /** Where a mapping lets everybody in, so that what is not forwarded is known in the end. */
    private final int witnessPort;

    private final PcpNode node;
    private int witnesses;
    private int sentOutside;

    /** With an external port that forwards UDP of everybody. */
    OutsideHosts(PcpNode node, int witnessPort) {
        this.node = node;
        this.witnessPort = witnessPort;
    }

    /** Whether a datagram or SYN of a host arrives at an internal tuple. */
    boolean reaches(
            int protocol,
            String from,
            int fromPort,
            int externalPort,
            String internalIp,
            int internalPort) {
        inject(protocol, Ipv4.of(from), fromPort, externalPort);
        inject(RawRequest.UDP, WITNESS, 1024 + ++witnesses, witnessPort);
        boolean arrived = false;
        while (true) {
            MemoryPacket packet = next();
            ByteBuffer octets = ByteBuffer.wrap(packet.bytes());
            if (packet.side() == PacketPort.OUTSIDE) {
                sentOutside++;
            } else if (octets.getInt(SOURCE) == WITNESS) {
                return arrived;
            }
            arrived |=
                    octets.getInt(SOURCE) == Ipv4.of(from)
                            && octets.getInt(DESTINATION) == Ipv4.of(internalIp)
                            && (octets.getShort(DESTINATION_PORT) & 0xffff) == internalPort;
        }
    }

    /** Sends from inside to a host, and says the source port seen outside. */
    int sourcePortOutside(
            int protocol, String internalIp, int internalPort, String to, int toPort) {
        byte[] seen = seenOutside(protocol, internalIp, internalPort, to, toPort);
        return ByteBuffer.wrap(seen).getShort(SOURCE_PORT) & 0xffff;
    }

    /** Sends from inside to a host, and gives the packet that is seen outside. */
    byte[] seenOutside(int protocol, String internalIp, int internalPort, String to, int toPort) {
        node.packets.inject(
                PacketPort.INSIDE,
                PacketShard.packet(
                        protocol, Ipv4.of(internalIp), internalPort, Ipv4.of(to), toPort));
        return next().bytes();
    }

    /** Sends an ICMP error of a router about a packet seen outside; what comes out inside. */
    byte[] error(String router, int type, int code, byte[] about) {
        int quotedBytes = 28;
        ByteBuffer p = ByteBuffer.allocate(28 + quotedBytes);
        p.putShort((short) 0x4500).putShort((short) p.capacity()).putInt(0);
        p.put((byte) 64).put((byte) ICMP).putShort((short) 0);
        p.putInt(Ipv4.of(router)).putInt(Ipv4.of(PcpNode.EXTERNAL));
        p.putShort(10, (short) PacketShard.checksum(p));
        p.put((byte) type).put((byte) code).putShort((short) 0).putShort((short) 0);
        p.putShort((short) 1400).put(about, 0, quotedBytes);
        p.putShort(22, (short) checksum(p, 20));
        node.packets.inject(PacketPort.OUTSIDE, p.array());
        return next().bytes();
    }

    private static int checksum(ByteBuffer packet, int from) {
        int sum = 0;
        for (int at = from; at < packet.capacity(); at += 2) {
            sum += packet.getShort(at) & 0xffff;
        }
        int once = (sum & 0xffff) + (sum >>> 16);
        return ~((once & 0xffff) + (once >>> 16)) & 0xffff;
    }

    /** Packets that the translator sent to these hosts while they only asked. */
    int sentOutside() {
        return sentOutside;
    }

    private void inject(int protocol, int fromIp, int fromPort, int externalPort) {
        node.packets.inject(
                PacketPort.OUTSIDE,
                PacketShard.packet(
                        protocol, fromIp, fromPort, Ipv4.of(PcpNode.EXTERNAL), externalPort));
    }

    private MemoryPacket next() {
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
