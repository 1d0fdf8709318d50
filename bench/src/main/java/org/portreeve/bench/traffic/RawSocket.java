package org.portreeve.bench.traffic;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * A socket that sends whole IPv4 packets of one size, many with one system call: what a single core
 * can send is more than a translator can take. Main thread.
 */
final class RawSocket {
    /** Packets of a call. */
    static final int BATCH = 64;

    private static final MethodHandle SOCKET =
            Libc.handle("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle SENDMMSG =
            Libc.handle(
                    "sendmmsg",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT));

    private static final int SOCK_RAW = 3;
    private static final int IPPROTO_RAW = 255;

    private final int socket;
    private final MemorySegment messages = Arena.global().allocate(BATCH * Libc.MESSAGE_BYTES, 64);
    private final MemorySegment vectors = Arena.global().allocate(BATCH * Libc.VECTOR_BYTES, 64);
    private final MemorySegment name = Arena.global().allocate(Libc.SOCKADDR_BYTES, 8);

    /**
     * Sends packets of so many octets that lie one after the other, to the address that they carry
     * in network order.
     */
    RawSocket(MemorySegment packets, int packetBytes, int destination) {
        socket = open();
        name.set(JAVA_SHORT, 0, (short) Libc.AF_INET);
        name.set(JAVA_INT, Libc.SOCKADDR_IP, Integer.reverseBytes(destination));
        for (int i = 0; i < BATCH; i++) {
            long vector = i * Libc.VECTOR_BYTES;
            vectors.set(JAVA_LONG, vector, packets.address() + (long) i * packetBytes);
            vectors.set(JAVA_LONG, vector + Libc.VECTOR_LENGTH, packetBytes);
            long message = i * Libc.MESSAGE_BYTES;
            messages.set(JAVA_LONG, message + Libc.MESSAGE_NAME, name.address());
            messages.set(JAVA_INT, message + Libc.MESSAGE_NAME_BYTES, Libc.SOCKADDR_BYTES);
            messages.set(JAVA_LONG, message + Libc.MESSAGE_VECTOR, vectors.address() + vector);
            messages.set(JAVA_LONG, message + Libc.MESSAGE_VECTORS, 1);
        }
    }

    /**
     * Sends the first so many packets of the batch; how many of them the kernel took, less than
     * none for a refusal.
     */
    int send(int count) {
        try {
            return (int) SENDMMSG.invokeExact(socket, messages.address(), count, 0);
        } catch (Throwable e) {
            throw new AssertionError("sendmmsg does not fit its description", e);
        }
    }

    private static int open() {
        int socket;
        try {
            socket = (int) SOCKET.invokeExact(Libc.AF_INET, SOCK_RAW, IPPROTO_RAW);
        } catch (Throwable e) {
            throw new AssertionError("socket does not fit its description", e);
        }
        if (socket < 0) {
            throw new IllegalStateException("no raw socket to be had: run as root");
        }
        return socket;
    }
}
