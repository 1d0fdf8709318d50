package org.portreeve.bench.traffic;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/** Functions of the C library by their names. Any thread. */
@SuppressWarnings("restricted") // Native calls are what this class is for.
final class Libc {
    static final int AF_INET = 2;

    // struct mmsghdr and its struct msghdr, struct iovec.
    static final long MESSAGE_BYTES = 64;
    static final long MESSAGE_NAME = 0;
    static final long MESSAGE_NAME_BYTES = 8;
    static final long MESSAGE_VECTOR = 16;
    static final long MESSAGE_VECTORS = 24;
    static final long MESSAGE_LENGTH = 56;
    static final long VECTOR_BYTES = 16;
    static final long VECTOR_LENGTH = 8;

    // struct sockaddr_in.
    static final int SOCKADDR_BYTES = 16;
    static final long SOCKADDR_PORT = 2;
    static final long SOCKADDR_IP = 4;

    private static final Linker LINKER = Linker.nativeLinker();

    private Libc() {}

    static MethodHandle handle(
            String function, FunctionDescriptor description, Linker.Option... options) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(function), description, options);
    }
}
