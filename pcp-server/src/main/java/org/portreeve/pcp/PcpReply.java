package org.portreeve.pcp;

/** The way back to where a datagram came from, by the socket it came to. Event loop only. */
@FunctionalInterface
public interface PcpReply {
    /** Sends one answer; does nothing once the socket is closed. */
    void send(byte[] answer);
}
