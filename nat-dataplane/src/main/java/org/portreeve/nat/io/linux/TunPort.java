package org.portreeve.nat.io.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.portreeve.nat.io.PacketBatch;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.memory.Memory;

/**
 * One queue of the inside TUN device and one of the outside one. A packet's side is the device it
 * came out of. All packets that the kernel routes there are delivered, also those of IPv6. Shard
 * thread, except {@link #wakeup}; a device that vanishes ends the thread with an exception.
 */
public final class TunPort implements PacketPort {
    private static final int EFD_NONBLOCK = 0x800;
    private static final int EFD_CLOEXEC = 0x80000;

    // struct pollfd: descriptor, wanted events, events that came.
    private static final long POLLFD_BYTES = 8;
    private static final int POLLFD_WANTED = 4;
    private static final int POLLFD_CAME = 6;
    private static final int POLLIN = 1;
    private static final int DESCRIPTORS = 3;
    private static final int EVENT = 2;

    // Where what the kernel reads and writes lies in the port's own memory.
    private static final int TIMESPEC = 24;
    private static final int COUNTER = 40;
    private static final int SCRATCH_BYTES = Memory.CACHE_LINE;

    private static final long NS_PER_SECOND = 1_000_000_000L;

    // What the owner does: it works, it sleeps or is about to, or somebody wants it awake.
    private static final int AWAKE = 0;
    private static final int ASLEEP = 1;
    private static final int WOKEN = 2;

    private final String name;
    private final int[] queues;
    private final int eventFd;
    private final Libc libc = new Libc();
    private final Libc wakersLibc = new Libc();
    private final long scratch = Memory.allocate(SCRATCH_BYTES);
    private final long wakersOne = Memory.allocate(Long.BYTES);
    private final AtomicInteger state = new AtomicInteger(AWAKE);
    private final Object eventLock = new Object();
    private Steerer[] steerers = {};
    private boolean closed;

    /** Takes over the two queues. */
    TunPort(String name, int insideFd, int outsideFd) throws IOException {
        this.name = name;
        queues = new int[] {insideFd, outsideFd};
        eventFd = libc.eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
        if (eventFd < 0) {
            TunQueue.close(insideFd);
            TunQueue.close(outsideFd);
            throw new IOException("no eventfd to be had: " + Errno.text(-eventFd));
        }
        Memory.putLong(wakersOne, 1);
        wanted(INSIDE, insideFd);
        wanted(OUTSIDE, outsideFd);
        wanted(EVENT, eventFd);
    }

    /** The descriptor of the queue of a side. */
    int queue(int side) {
        return queues[side];
    }

    /** Has {@link #steer} tell these what it hears, by side; before the port is used. */
    void steerBy(SteeringMap inside, SteeringMap outside) {
        steerers = new Steerer[] {new Steerer(inside, libc), new Steerer(outside, libc)};
    }

    private void wanted(int index, int fd) {
        Memory.putInt(scratch + index * POLLFD_BYTES, fd);
        Memory.putShort(scratch + index * POLLFD_BYTES + POLLFD_WANTED, POLLIN);
    }

    /** Takes a packet of either side in turn, so that a busy side does not starve the other. */
    @Override
    public int receive(PacketBatch batch) {
        for (Steerer steerer : steerers) {
            steerer.begin();
        }
        boolean inside = true;
        boolean outside = true;
        while ((inside || outside) && batch.hasRoom()) {
            inside = inside && receiveOne(batch, INSIDE);
            outside = outside && batch.hasRoom() && receiveOne(batch, OUTSIDE);
        }
        return batch.count();
    }

    private boolean receiveOne(PacketBatch batch, int side) {
        long bytes =
                libc.read(
                        queues[side],
                        batch.place() - PacketBatch.VNET_HEADER,
                        PacketBatch.VNET_HEADER + PacketBatch.MAX_PACKET_BYTES);
        if (bytes > PacketBatch.VNET_HEADER) {
            batch.add(side, (int) bytes - PacketBatch.VNET_HEADER);
            return true;
        }
        if (bytes != -Errno.EAGAIN && bytes != -Errno.EINTR) {
            throw failed(side, (int) -bytes);
        }
        return false;
    }

    private UncheckedIOException failed(int side, int errno) {
        String device =
                name + (side == INSIDE ? TunDevices.INSIDE_SUFFIX : TunDevices.OUTSIDE_SUFFIX);
        return new UncheckedIOException(
                new IOException(device + " cannot be read: " + Errno.text(errno)));
    }

    /** Returns false also when the device is down or refuses the virtio-net header. */
    @Override
    public boolean send(int side, long address, int lengthBytes) {
        return libc.write(
                        queues[side],
                        address - PacketBatch.VNET_HEADER,
                        PacketBatch.VNET_HEADER + lengthBytes)
                >= 0;
    }

    /** Does nothing where the kernel cannot be told. */
    @Override
    public void steer(int side, int ip, int shard) {
        if (steerers.length > 0) {
            steerers[side].lead(ip, shard);
        }
    }

    /** May also return early for no reason. */
    @Override
    public void await(long timeoutNs) {
        if (state.compareAndSet(AWAKE, ASLEEP)) {
            sleep(Math.max(timeoutNs, 0));
        }
        // Reads too, so that what was done before the wake-up is visible to the caller.
        state.getAndSet(AWAKE);
    }

    private void sleep(long timeoutNs) {
        Memory.putLong(scratch + TIMESPEC, timeoutNs / NS_PER_SECOND);
        Memory.putLong(scratch + TIMESPEC + Long.BYTES, timeoutNs % NS_PER_SECOND);
        int ready = libc.ppoll(scratch, DESCRIPTORS, scratch + TIMESPEC);
        if (ready > 0 && Memory.getShort(scratch + EVENT * POLLFD_BYTES + POLLFD_CAME) != 0) {
            libc.read(eventFd, scratch + COUNTER, Long.BYTES);
        }
    }

    /** A system call only when the owner sleeps or is about to. */
    @Override
    public void wakeup() {
        // An exchange even when the state is WOKEN already: it orders what the caller did before
        // (a command in the mailbox, say) against the owner's exchange at the end of its wait.
        if (state.getAndSet(WOKEN) == ASLEEP) {
            raiseEvent();
        }
    }

    /** Locked so that a late wake-up cannot write to a descriptor that was closed and reused. */
    private void raiseEvent() {
        synchronized (eventLock) {
            if (!closed) {
                wakersLibc.write(eventFd, wakersOne, Long.BYTES);
            }
        }
    }

    /** Gives the queues back; the thread that used the port, or another after it ended. */
    @Override
    public void close() {
        synchronized (eventLock) {
            if (closed) {
                return;
            }
            closed = true;
            libc.close(eventFd);
        }
        TunQueue.close(queues[INSIDE]);
        TunQueue.close(queues[OUTSIDE]);
    }
}
