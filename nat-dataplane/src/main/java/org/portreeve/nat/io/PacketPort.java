package org.portreeve.nat.io;

/**
 * One queue of packet input and output, used by one shard thread; only {@link #wakeup} may be
 * called from others. A packet is IPv4 without link header, preceded by {@link
 * PacketBatch#HEADROOM} octets that hold the virtio-net header (zeros where there is none).
 */
public interface PacketPort extends AutoCloseable {
    /** The subscriber-facing side. A packet's side is where it came from, never its addresses. */
    int INSIDE = 0;

    /** The Internet-facing side. */
    int OUTSIDE = 1;

    /** Fills the emptied batch with what has arrived, both sides, and returns how many packets. */
    int receive(PacketBatch batch);

    /**
     * Sends one packet out of a side. The {@code lengthBytes} count from the IPv4 header at {@code
     * address}; the headroom before it is part of the caller's memory. Returns false when the
     * device refused it; the caller counts.
     */
    boolean send(int side, long address, int lengthBytes);

    /**
     * Says that packets of an address, their source on the inside and their destination on the
     * outside, had better arrive at the queue of another shard. A hint: some still come here.
     */
    default void steer(int side, int ip, int shard) {}

    /** Blocks until a packet can be received, {@link #wakeup} is called, or the time is over. */
    void await(long timeoutNs);

    /** Ends the current or next {@link #await}. Any thread. */
    void wakeup();

    @Override
    void close();
}
