package org.portreeve.nat.shard;

import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.ErrorRules;
import org.portreeve.nat.directory.DedicatedAddresses;
import org.portreeve.nat.directory.PoolAddresses;
import org.portreeve.nat.icmp.EmbeddedPacket;
import org.portreeve.nat.memory.Memory;
import org.portreeve.nat.rules.PassThrough;
import org.portreeve.nat.wire.Checksums;
import org.portreeve.nat.wire.IcmpHeader;
import org.portreeve.nat.wire.Ipv4Header;
import org.portreeve.nat.wire.TcpHeader;

/**
 * Which packets go between a subscriber and a listed destination as they are, without mapping,
 * session or quota (RFC 6888 REQ-6): those of either, and ICMP errors about those. Keeps nothing,
 * so any shard may say so. Owned by the shard thread.
 */
final class Untranslated {
    private final Tables tables;
    private final PassThrough[] listed;
    private final boolean isOn;

    Untranslated(Tables tables) {
        this.tables = tables;
        listed = tables.config.passThrough().toArray(PassThrough[]::new);
        isOn = listed.length > 0;
    }

    /** Whether anything is listed; else nothing below need be asked. */
    boolean isOn() {
        return isOn;
    }

    /**
     * Whether a packet of a subscriber leaves as it is. The caller has seen that source and
     * destination are right.
     */
    boolean isOutbound(long packet, boolean isError) {
        int destination = Ipv4Header.destination(packet);
        if (tables.pool.find(destination) != PoolAddresses.NONE
                || tables.dedicated().internalOf(destination) != DedicatedAddresses.NONE) {
            return false;
        }
        long message = packet + Ipv4Header.headerBytes(packet);
        if (isError) {
            int source = Ipv4Header.source(packet);
            int host = EmbeddedPacket.destination(message);
            return EmbeddedPacket.source(message) == destination
                    && tables.addresses.isInside(host)
                    && (source == host || tables.addresses.isInfrastructure(source))
                    && isQuotedListed(message, destination, EmbeddedPacket.sourcePort(message));
        }
        return isListed(packet, message, destination, TcpHeader.DESTINATION_PORT);
    }

    /**
     * What the node's kernel says has the address of the host that it is about, like a translated
     * one: its own means nothing outside.
     */
    static void hideNode(long packet) {
        int source = Ipv4Header.source(packet);
        if (source == ErrorRules.NODE_IP) {
            int host = EmbeddedPacket.destination(packet + Ipv4Header.headerBytes(packet));
            Ipv4Header.source(packet, host);
            Checksums.updateAt(packet + Ipv4Header.CHECKSUM, Checksums.addressDelta(source, host));
        }
    }

    /** Whether a packet from outside, to no address of the pool, reaches a subscriber as it is. */
    boolean isInbound(long packet, boolean isError) {
        int host = Ipv4Header.destination(packet);
        if (!tables.addresses.isInside(host)) {
            return false;
        }
        long message = packet + Ipv4Header.headerBytes(packet);
        if (isError) {
            // Any router on the way may say so, of what the subscriber has sent to a listed one.
            int remote = EmbeddedPacket.destination(message);
            return EmbeddedPacket.source(message) == host
                    && isQuotedListed(message, remote, EmbeddedPacket.destinationPort(message));
        }
        return isListed(packet, message, Ipv4Header.source(packet), TcpHeader.SOURCE_PORT);
    }

    private boolean isListed(long packet, long message, int remote, int portField) {
        int protocol = Ipv4Header.protocol(packet);
        if (protocol == Protocol.ICMP) {
            return IcmpHeader.isQuery(IcmpHeader.type(message)) && isListed(protocol, remote, 0);
        }
        return isListed(protocol, remote, Memory.u16(message + portField));
    }

    private boolean isQuotedListed(long icmp, int remote, int port) {
        int protocol = EmbeddedPacket.protocol(icmp);
        return isListed(protocol, remote, protocol == Protocol.ICMP ? 0 : port);
    }

    /** Whether packets between subscribers and this remote endpoint pass as they are. */
    boolean isListed(int protocol, int remote, int port) {
        for (PassThrough each : listed) {
            if (each.matches(protocol, remote, port)) {
                return true;
            }
        }
        return false;
    }
}
