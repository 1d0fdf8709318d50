package org.portreeve.bench.traffic;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * A socket that sends whole IPv4 packets of one size, many with one system call: what a single core
 * can send is more than a translator can take. Main thread.
 */
@SuppressWarnings("restricted") // Native calls are what this class is for.
final class RawSocket {
    /** Packets of a call. */
    static final int BATCH = 64;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle SOCKET =
            handle("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle SENDMMSG =
            handle(
                    "sendmmsg",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT));

    private static final int AF_INET = 2;
    private static final int SOCK_RAW = 3;
    private static final int IPPROTO_RAW = 255;

    // struct mmsghdr and its struct msghdr, struct iovec, struct sockaddr_in.
    private static final long MESSAGE_BYTES = 64;
    private static final long NAME = 0;
    private static final long NAME_BYTES = 8;
    private static final long VECTOR = 16;
    private static final long VECTORS = 24;
    private static final long VECTOR_BYTES = 16;
    private static final long VECTOR_LENGTH = 8;
    private static final int SOCKADDR_BYTES = 16;
    private static final long SOCKADDR_IP = 4;

    private final int socket;
    private final MemorySegment messages = Arena.global().allocate(BATCH * MESSAGE_BYTES, 64);
    private final MemorySegment vectors = Arena.global().allocate(BATCH * VECTOR_BYTES, 64);
    private final MemorySegment name = Arena.global().allocate(SOCKADDR_BYTES, 8);

    /**
     * Sends packets of so many octets that lie one after the other, to the address that they carry
     * in network order.
     */
    RawSocket(MemorySegment packets, int packetBytes, int destination) {
        socket = open();
        name.set(JAVA_SHORT, 0, (short) AF_INET);
        name.set(JAVA_INT, SOCKADDR_IP, Integer.reverseBytes(destination));
        for (int i = 0; i < BATCH; i++) {
            long vector = i * VECTOR_BYTES;
            vectors.set(JAVA_LONG, vector, packets.address() + (long) i * packetBytes);
            vectors.set(JAVA_LONG, vector + VECTOR_LENGTH, packetBytes);
            long message = i * MESSAGE_BYTES;
            messages.set(JAVA_LONG, message + NAME, name.address());
            messages.set(JAVA_INT, message + NAME_BYTES, SOCKADDR_BYTES);
            messages.set(JAVA_LONG, message + VECTOR, vectors.address() + vector);
            messages.set(JAVA_LONG, message + VECTORS, 1);
        }
    }

    /** Sends the batch; how many of it the kernel took, less than none for a refusal. */
    int send() {
        try {
            return (int) SENDMMSG.invokeExact(socket, messages.address(), BATCH, 0);
        } catch (Throwable e) {
            throw new AssertionError("sendmmsg does not fit its description", e);
        }
    }

    private static int open() {
        int socket;
        try {
            socket = (int) SOCKET.invokeExact(AF_INET, SOCK_RAW, IPPROTO_RAW);
        } catch (Throwable e) {
            throw new AssertionError("socket does not fit its description", e);
        }
        if (socket < 0) {
            throw new IllegalStateException("no raw socket to be had: run as root");
        }
        return socket;
    }

    private static MethodHandle handle(String function, FunctionDescriptor description) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(function), description);
    }
}
