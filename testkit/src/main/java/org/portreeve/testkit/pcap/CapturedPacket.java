package org.portreeve.testkit.pcap;

/**
 * An IPv4 packet as it was seen on a device. Immutable.
 *
 * @param micros when, in microseconds since 1970
 * @param protocol the IPv4 protocol number
 * @param source the source address in dotted form
 * @param destination the destination address in dotted form
 * @param sourcePort 0 where the protocol has none, or in a later fragment
 * @param destinationPort 0 where the protocol has none, or in a later fragment
 * @param lengthBytes the IPv4 total length
 */
public record CapturedPacket(
        long micros,
        int protocol,
        String source,
        String destination,
        int sourcePort,
        int destinationPort,
        int lengthBytes) {}
