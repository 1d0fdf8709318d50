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
 * A UDP socket for a port at every address of the host, which takes many datagrams with one system
 * call and sleeps to the microsecond. Main thread.
 */
@SuppressWarnings("restricted") // Native calls are what this class is for.
final class AnswerSocket {
    /** Datagrams of a call. */
    static final int BATCH = 64;

    private static final MethodHandle SOCKET =
            Libc.handle("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle BIND =
            Libc.handle("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle SETSOCKOPT =
            Libc.handle(
                    "setsockopt",
                    FunctionDescriptor.of(
                            JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle RECVMMSG =
            Libc.handle(
                    "recvmmsg",
                    FunctionDescriptor.of(
                            JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle PPOLL =
            Libc.handle(
                    "ppoll",
                    FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle PRCTL =
            Libc.handle(
                    "prctl",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG),
                    Linker.Option.firstVariadicArg(1));

    private static final int SOCK_DGRAM = 2;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int PR_SET_TIMERSLACK = 29;
    private static final long NO_POINTER = 0;

    // struct pollfd, then struct timespec.
    private static final short POLLIN = 1;
    private static final long POLL_EVENTS = 4;
    private static final long TIMESPEC = 8;
    private static final long WAIT_BYTES = 24;
    private static final long NS_PER_SECOND = 1_000_000_000;

    /** More than a second of what a server can answer. */
    private static final int RECEIVE_QUEUE_BYTES = 64 << 20;

    private final int socket;
    private final int slotBytes;
    private final MemorySegment messages = Arena.global().allocate(BATCH * Libc.MESSAGE_BYTES, 64);
    private final MemorySegment waiting = Arena.global().allocate(WAIT_BYTES, 8);
    private final MemorySegment datagrams;

    /** Listens; of each datagram at most so many octets are kept. */
    AnswerSocket(int port, int slotBytes) {
        this.slotBytes = slotBytes;
        datagrams = Arena.global().allocate((long) BATCH * slotBytes, 64);
        MemorySegment vectors = Arena.global().allocate(BATCH * Libc.VECTOR_BYTES, 64);
        for (int i = 0; i < BATCH; i++) {
            long vector = i * Libc.VECTOR_BYTES;
            vectors.set(JAVA_LONG, vector, datagrams.address() + (long) i * slotBytes);
            vectors.set(JAVA_LONG, vector + Libc.VECTOR_LENGTH, slotBytes);
            long message = i * Libc.MESSAGE_BYTES;
            messages.set(JAVA_LONG, message + Libc.MESSAGE_VECTOR, vectors.address() + vector);
            messages.set(JAVA_LONG, message + Libc.MESSAGE_VECTORS, 1);
        }
        try {
            socket = listen(port);
        } catch (Throwable e) {
            throw new IllegalStateException("port " + port + " cannot be listened on", e);
        }
        waiting.set(JAVA_INT, 0, socket);
        waiting.set(JAVA_SHORT, POLL_EVENTS, POLLIN);
    }

    private static int listen(int port) throws Throwable {
        int socket = (int) SOCKET.invokeExact(Libc.AF_INET, SOCK_DGRAM, 0);
        MemorySegment value = Arena.global().allocate(JAVA_INT);
        value.set(JAVA_INT, 0, RECEIVE_QUEUE_BYTES);
        int sized =
                (int)
                        SETSOCKOPT.invokeExact(
                                socket, SOL_SOCKET, SO_RCVBUFFORCE, value.address(), Integer.BYTES);
        MemorySegment name = Arena.global().allocate(Libc.SOCKADDR_BYTES, 8);
        name.set(JAVA_SHORT, 0, (short) Libc.AF_INET);
        name.set(JAVA_SHORT, Libc.SOCKADDR_PORT, Short.reverseBytes((short) port));
        int bound = (int) BIND.invokeExact(socket, name.address(), Libc.SOCKADDR_BYTES);
        // Sleeps end when they are asked to, not up to 50 us later.
        int exact = (int) PRCTL.invokeExact(PR_SET_TIMERSLACK, 1L);
        if (socket < 0 || sized != 0 || bound != 0 || exact != 0) {
            throw new IllegalStateException("the kernel refuses: run as root");
        }
        return socket;
    }

    /** The datagrams of the last call, each at its index times the octets kept of one. */
    MemorySegment octets() {
        return datagrams;
    }

    /** Where a datagram begins. */
    long datagram(int index) {
        return (long) index * slotBytes;
    }

    /** How many octets a datagram of the last call had. */
    int length(int index) {
        return messages.get(JAVA_INT, index * Libc.MESSAGE_BYTES + Libc.MESSAGE_LENGTH);
    }

    /** Takes what is there without waiting; how many they are, at most {@value #BATCH}. */
    int receive() {
        try {
            int count =
                    (int)
                            RECVMMSG.invokeExact(
                                    socket, messages.address(), BATCH, MSG_DONTWAIT, NO_POINTER);
            return Math.max(0, count);
        } catch (Throwable e) {
            throw new AssertionError("recvmmsg does not fit its description", e);
        }
    }

    /** Sleeps until something is there, at most so long. */
    void await(long ns) {
        waiting.set(JAVA_LONG, TIMESPEC, ns / NS_PER_SECOND);
        waiting.set(JAVA_LONG, TIMESPEC + Long.BYTES, ns % NS_PER_SECOND);
        try {
            var _ =
                    (int)
                            PPOLL.invokeExact(
                                    waiting.address(),
                                    1L,
                                    waiting.address() + TIMESPEC,
                                    NO_POINTER);
        } catch (Throwable e) {
            throw new AssertionError("ppoll does not fit its description", e);
        }
    }
}
