package org.portreeve.nat.shard;

import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.counter.ShardCounters;
import org.portreeve.nat.directory.DedicatedAddresses;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.wire.Ipv4Header;

/** Where packets leave a shard: its device, or another shard. Owned by the shard thread. */
final class Departures {
    private static final int FORWARDED = ShardCounters.index(NatCounter.FORWARDED);
    private static final int OUTBOUND_PACKETS = ShardCounters.index(NatCounter.OUTBOUND_PACKETS);
    private static final int OUTBOUND_OCTETS = ShardCounters.index(NatCounter.OUTBOUND_OCTETS);
    private static final int INBOUND_PACKETS = ShardCounters.index(NatCounter.INBOUND_PACKETS);
    private static final int INBOUND_OCTETS = ShardCounters.index(NatCounter.INBOUND_OCTETS);
    private static final int HANDED_OUT = ShardCounters.index(NatCounter.HANDED_OUT);
    private static final int SEND = ShardCounters.index(NatCounter.DROP_SEND);
    private static final int HANDOVER_FULL = ShardCounters.index(NatCounter.DROP_HANDOVER_FULL);

    private final Tables tables;
    private final PacketPort port;
    private final Handover handover;
    private final int shardIndex;

    Departures(Tables tables, PacketPort port, Handover handover, int shardIndex) {
        this.tables = tables;
        this.port = port;
        this.handover = handover;
        this.shardIndex = shardIndex;
    }

    /**
     * Sends a translated packet out of a side. One for a dedicated address goes no further: it is
     * sent to the host behind it, whoever sent it (RFC 4787 REQ-9).
     */
    int send(int side, long packet) {
        DedicatedAddresses dedicated = tables.dedicated();
        if (side == PacketPort.OUTSIDE && !dedicated.isEmpty()) {
            int host = dedicated.internalOf(Ipv4Header.destination(packet));
            if (host != DedicatedAddresses.NONE) {
                OneToOne.deliver(packet, host);
                tables.counters.increment(NatCounter.DEDICATED_INBOUND);
                return leave(PacketPort.INSIDE, packet);
            }
        }
        return leave(side, packet);
    }

    private int leave(int side, long packet) {
        int octets = Ipv4Header.totalLength(packet);
        if (!port.send(side, packet, octets)) {
            return SEND;
        }
        boolean outbound = side == PacketPort.OUTSIDE;
        tables.counters.add(outbound ? OUTBOUND_PACKETS : INBOUND_PACKETS, 1);
        tables.counters.add(outbound ? OUTBOUND_OCTETS : INBOUND_OCTETS, octets);
        return FORWARDED;
    }

    /**
     * Passes a packet to the shard that owns an external address, and has those that follow it
     * arrive there.
     */
    int handOver(int addressIndex, int kind, long packet) {
        int target = tables.config.shardOf(addressIndex);
        steer(kind, packet, target);
        int bytes = Ipv4Header.totalLength(packet);
        boolean taken = handover.ring(shardIndex, target).offer(kind, packet, bytes);
        if (taken) {
            handover.mark(shardIndex, target);
        }
        return taken ? HANDED_OUT : HANDOVER_FULL;
    }

    // What routers inside say concerns subscribers of all shards; a hairpinned packet came right.
    private void steer(int kind, long packet, int target) {
        if (kind == HandoverRing.FROM_OUTSIDE) {
            port.steer(PacketPort.OUTSIDE, Ipv4Header.destination(packet), target);
        } else if (kind == HandoverRing.FROM_INSIDE) {
            int source = Ipv4Header.source(packet);
            if (!tables.addresses.isInfrastructure(source)) {
                port.steer(PacketPort.INSIDE, source, target);
            }
        }
    }
}
