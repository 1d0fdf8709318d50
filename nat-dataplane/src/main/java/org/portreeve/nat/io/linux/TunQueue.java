package org.portreeve.nat.io.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import org.portreeve.nat.memory.Memory;

/**
 * Opens one queue of a TUN device that carries the virtio-net header and super-packets, making the
 * device with its first queue. The thread that starts the node.
 */
final class TunQueue {
    private static final String DEVICE_NODE = "/dev/net/tun";

    private static final int O_RDWR = 0x2;
    private static final int O_NONBLOCK = 0x800;
    private static final int O_CLOEXEC = 0x80000;

    private static final long TUNSETIFF = 0x400454caL;
    private static final long TUNGETIFF = 0x800454d2L;
    private static final long TUNSETOFFLOAD = 0x400454d0L;

    private static final int IFF_TUN = 0x1;
    private static final int IFF_MULTI_QUEUE = 0x100;
    private static final int IFF_PERSIST = 0x800;
    private static final int IFF_NO_PI = 0x1000;
    private static final int IFF_VNET_HDR = 0x4000;
    private static final int IFF_TUN_EXCL = 0x8000;
    private static final int FLAGS = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR | IFF_MULTI_QUEUE;

    // struct ifreq: the name, then flags.
    private static final int IFREQ_BYTES = 40;
    private static final int IFREQ_FLAGS = 16;

    /** Checksums, TCP over IPv4 and IPv6, ECN, UDP over IPv4 and IPv6. */
    private static final long OFFLOADS = 0x6f;

    /** The same without UDP, which kernels before 6.2 do not know. */
    private static final long OFFLOADS_WITHOUT_UDP = 0x0f;

    private static final Libc LIBC = new Libc();

    private TunQueue() {}

    /**
     * Opens the first queue of a device: one that did not exist, or one that the operator made
     * beforehand. A device that another process made is refused.
     */
    static int openFirst(String device) throws IOException {
        int fd = openNode();
        int error = attach(fd, device, FLAGS | IFF_TUN_EXCL);
        if (error == -Errno.EBUSY) {
            error = attachExisting(fd, device);
        }
        return offload(fd, device, error);
    }

    /** Opens one more queue of a device whose first queue is open. */
    static int openNext(String device) throws IOException {
        int fd = openNode();
        return offload(fd, device, attach(fd, device, FLAGS));
    }

    /** Gives a queue back; the device goes with its last queue unless the operator made it. */
    static void close(int fd) {
        LIBC.close(fd);
    }

    private static int openNode() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            long path = cString(arena, DEVICE_NODE, DEVICE_NODE.length() + 1);
            int fd = LIBC.open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
            if (fd < 0) {
                throw new IOException(nodeFault(-fd));
            }
            return fd;
        }
    }

    private static int attachExisting(int fd, String device) {
        int error = attach(fd, device, FLAGS);
        return error < 0 || isPersistent(fd) ? error : -Errno.EBUSY;
    }

    private static int attach(int fd, String device, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            long ifreq = cString(arena, device, IFREQ_BYTES);
            Memory.putShort(ifreq + IFREQ_FLAGS, flags);
            return LIBC.ioctl(fd, TUNSETIFF, ifreq);
        }
    }

    private static boolean isPersistent(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            long ifreq = Memory.allocate(arena, IFREQ_BYTES);
            LIBC.ioctl(fd, TUNGETIFF, ifreq);
            return (Memory.getShort(ifreq + IFREQ_FLAGS) & IFF_PERSIST) != 0;
        }
    }

    private static int offload(int fd, String device, int attached) throws IOException {
        if (attached < 0) {
            LIBC.close(fd);
            throw new IOException(deviceFault(device, -attached));
        }
        int error = LIBC.ioctl(fd, TUNSETOFFLOAD, OFFLOADS);
        if (error == -Errno.EINVAL) {
            error = LIBC.ioctl(fd, TUNSETOFFLOAD, OFFLOADS_WITHOUT_UDP);
        }
        if (error < 0) {
            LIBC.close(fd);
            throw new IOException(device + ": no segmentation offload: " + Errno.text(-error));
        }
        return fd;
    }

    private static long cString(Arena arena, String text, int bytes) {
        long address = Memory.allocate(arena, bytes);
        byte[] octets = text.getBytes(StandardCharsets.US_ASCII);
        Memory.put(address, octets, 0, octets.length);
        return address;
    }

    private static String nodeFault(int errno) {
        return switch (errno) {
            case Errno.ENOENT, Errno.ENODEV, Errno.ENXIO ->
                    "there is no "
                            + DEVICE_NODE
                            + ": load the kernel module (modprobe tun), or give the device to the"
                            + " container";
            case Errno.EACCES, Errno.EPERM ->
                    DEVICE_NODE
                            + " may not be opened by this user: run as root, or let the user read"
                            + " and write it (most systems have it with mode 0666)";
            default -> DEVICE_NODE + " cannot be opened: " + Errno.text(errno);
        };
    }

    private static String deviceFault(String device, int errno) {
        return switch (errno) {
            case Errno.EPERM, Errno.EACCES ->
                    device
                            + " may not be made: it needs the capability CAP_NET_ADMIN, or a device"
                            + " made beforehand with: ip tuntap add dev "
                            + device
                            + " mode tun multi_queue vnet_hdr user USER";
            case Errno.EBUSY -> device + " is held by another process: is a node running already?";
            case Errno.EINVAL ->
                    device
                            + " exists and is not a TUN device with multi_queue: choose another name";
            default -> device + " cannot be made: " + Errno.text(errno);
        };
    }
}
