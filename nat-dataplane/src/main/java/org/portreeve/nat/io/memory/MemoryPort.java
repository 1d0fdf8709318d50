package org.portreeve.nat.io.memory;

import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.portreeve.nat.io.PacketBatch;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.memory.Memory;

/**
 * A packet port whose network is two bounded queues: what is injected is received, in order over
 * both sides, and what is sent can be polled. A shard thread on an idle one sleeps. The {@link
 * PacketPort} methods belong to the shard thread, {@link #inject} and {@link #poll} to any.
 */
public final class MemoryPort implements PacketPort {
    /** Packets that wait on either way unless the constructor says otherwise. */
    public static final int QUEUE_PACKETS = 4096;

    private final ArrayBlockingQueue<MemoryPacket> arrived;
    private final ArrayBlockingQueue<MemoryPacket> sent;
    private final AtomicBoolean woken = new AtomicBoolean();
    private volatile Thread sleeper;

    /** A port with {@link #QUEUE_PACKETS} on either way. */
    public MemoryPort() {
        this(QUEUE_PACKETS);
    }

    /** A port whose queues hold so many packets on either way. */
    public MemoryPort(int queuePackets) {
        arrived = new ArrayBlockingQueue<>(queuePackets);
        sent = new ArrayBlockingQueue<>(queuePackets);
    }

    /** Lets an ordinary packet arrive on a side, or returns false when the queue is full. */
    public boolean inject(int side, byte[] packet) {
        return inject(side, new byte[PacketBatch.VNET_HEADER], packet);
    }

    /** The same with a virtio-net header, for partial checksums and super-packets. */
    public boolean inject(int side, byte[] vnetHeader, byte[] packet) {
        boolean taken = arrived.offer(new MemoryPacket(side, vnetHeader, packet.clone()));
        wakeup();
        return taken;
    }

    /** The oldest packet that was sent and not polled yet. */
    public Optional<MemoryPacket> poll() {
        return Optional.ofNullable(sent.poll());
    }

    @Override
    public int receive(PacketBatch batch) {
        while (batch.hasRoom()) {
            MemoryPacket packet = arrived.poll();
            if (packet == null) {
                break;
            }
            int lengthBytes = packet.bytes().length;
            long header = batch.place() - PacketBatch.VNET_HEADER;
            Memory.put(header, packet.vnetHeader(), 0, PacketBatch.VNET_HEADER);
            Memory.put(batch.place(), packet.bytes(), 0, lengthBytes);
            batch.add(packet.side(), lengthBytes);
        }
        return batch.count();
    }

    /** Returns false when nobody polls and the queue is full. */
    @Override
    public boolean send(int side, long address, int lengthBytes) {
        if (sent.remainingCapacity() == 0) {
            return false;
        }
        byte[] header = new byte[PacketBatch.VNET_HEADER];
        Memory.get(address - header.length, header, 0, header.length);
        byte[] packet = new byte[lengthBytes];
        Memory.get(address, packet, 0, lengthBytes);
        return sent.offer(new MemoryPacket(side, header, packet));
    }

    /** May also return early for no reason, as {@link LockSupport#parkNanos} may. */
    @Override
    public void await(long timeoutNs) {
        // The sleeper is named before the flag and the queue are read, and whoever wakes sets those
        // before reading the name: one of both sees the other, so no wake-up is lost.
        sleeper = Thread.currentThread();
        if (!woken.get() && arrived.isEmpty()) {
            LockSupport.parkNanos(this, timeoutNs);
        }
        sleeper = null;
        // Reads too, so that what was done before the wake-up is visible to the caller.
        woken.getAndSet(false);
    }

    @Override
    public void wakeup() {
        woken.set(true);
        Thread thread = sleeper;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }

    /** Nothing to give back; a sleeper is woken. */
    @Override
    public void close() {
        wakeup();
    }
}
