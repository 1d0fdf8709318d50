package org.portreeve.control;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.event.Telemetry;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.io.memory.MemoryPacket;
import org.portreeve.nat.io.memory.MemoryPort;
import org.portreeve.nat.shard.Handover;
import org.portreeve.nat.shard.Shard;
import org.portreeve.nat.shard.ShardLink;
import org.portreeve.nat.shard.ShardSecrets;

/** The real translator between two queues of packets, and just enough of packets to ask it. */
public final class PacketShard {
    /** Where hosts send to. */
    static final int REMOTE = 0xcb007100;

    static final int REMOTE_PORT = 7;
    private static final int IP_BYTES = 20;
    private static final int SYN = 0x5002;

    private final MemoryPort port = new MemoryPort();
    private final Shard shard;
    private int remotePeers;

    PacketShard(
            int index,
            NatConfig nat,
            Directory directory,
            ShardLink link,
            Handover handover,
            ShardSecrets secrets,
            long startNs) {
        shard = new Shard(index, nat, directory, link, port, handover, secrets, startNs);
    }

    Telemetry telemetry() {
        return shard.telemetry();
    }

    int run(long nowNs) {
        return shard.doWork(nowNs);
    }

    /** A datagram or a SYN of an inside host. */
    void outbound(InternalTuple internal) {
        byte[] packet =
                packet(
                        internal.protocol(),
                        internal.internalIp(),
                        internal.internalPort(),
                        REMOTE,
                        REMOTE_PORT);
        port.inject(PacketPort.INSIDE, packet);
    }

    /** Whether a datagram or SYN of a host that was never contacted arrives inside. */
    boolean forwards(InternalTuple internal, int externalIp, int externalPort, long nowNs) {
        while (port.poll().isPresent()) {
            // What was sent before is of no interest.
        }
        remotePeers++;
        byte[] packet =
                packet(
                        internal.protocol(),
                        REMOTE + 1 + remotePeers % 200,
                        1024 + remotePeers % 60_000,
                        externalIp,
                        externalPort);
        port.inject(PacketPort.OUTSIDE, packet);
        shard.doWork(nowNs);
        return Stream.generate(port::poll)
                .takeWhile(Optional::isPresent)
                .flatMap(Optional::stream)
                .anyMatch(p -> p.side() == PacketPort.INSIDE && isFor(p.bytes(), internal));
    }

    /** The external port that a datagram or SYN to {@link #outbound}'s remote peer leaves with. */
    OptionalInt leavesBy(InternalTuple internal, long nowNs) {
        while (shard.doWork(nowNs) > 0) {
            // What came before goes first.
        }
        while (port.poll().isPresent()) {
            // What was sent before is of no interest.
        }
        outbound(internal);
        shard.doWork(nowNs);
        return Stream.generate(port::poll)
                .takeWhile(Optional::isPresent)
                .flatMap(Optional::stream)
                .filter(p -> p.side() == PacketPort.OUTSIDE)
                .mapToInt(p -> ByteBuffer.wrap(p.bytes()).getShort(IP_BYTES) & 0xffff)
                .findFirst();
    }

    /** What it sent since the last call. */
    List<MemoryPacket> sent() {
        return Stream.generate(port::poll)
                .takeWhile(Optional::isPresent)
                .flatMap(Optional::stream)
                .toList();
    }

    /** A packet of any kind, from a side. */
    void inject(int side, byte[] packet) {
        port.inject(side, packet);
    }

    private static boolean isFor(byte[] packet, InternalTuple internal) {
        ByteBuffer buffer = ByteBuffer.wrap(packet);
        return buffer.getInt(16) == internal.internalIp()
                && (buffer.getShort(22) & 0xffff) == internal.internalPort();
    }

    /** A datagram or SYN. */
    public static byte[] packet(int protocol, int from, int fromPort, int to, int toPort) {
        int length = protocol == Protocol.TCP ? 40 : 28;
        ByteBuffer p = ByteBuffer.allocate(length);
        p.putShort((short) 0x4500).putShort((short) length).putInt(0);
        p.put((byte) 64).put((byte) protocol).putShort((short) 0).putInt(from).putInt(to);
        p.putShort(10, (short) checksum(p));
        p.putShort((short) fromPort).putShort((short) toPort);
        if (protocol == Protocol.TCP) {
            p.putInt(1).putInt(0).putShort((short) SYN).putShort((short) 8192).putInt(0);
            p.putShort(IP_BYTES + 16, (short) tcpChecksum(p));
        } else {
            p.putShort((short) 8).putShort((short) 0);
        }
        return p.array();
    }

    /** That of the IPv4 header, whose own field is 0 so far. */
    public static int checksum(ByteBuffer packet) {
        return ~folded(sum(packet, 0, IP_BYTES)) & 0xffff;
    }

    /** That of a segment whose own field is 0 so far, with its pseudo-header. */
    public static int tcpChecksum(ByteBuffer packet) {
        int addresses = sum(packet, 12, IP_BYTES);
        int segment = sum(packet, IP_BYTES, packet.capacity());
        return ~folded(addresses + Protocol.TCP + packet.capacity() - IP_BYTES + segment) & 0xffff;
    }

    private static int sum(ByteBuffer packet, int from, int to) {
        int sum = 0;
        for (int at = from; at < to; at += 2) {
            sum += packet.getShort(at) & 0xffff;
        }
        return sum;
    }

    private static int folded(int sum) {
        int once = (sum & 0xffff) + (sum >>> 16);
        return (once & 0xffff) + (once >>> 16);
    }
}
