package org.portreeve.nat.io.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;

/**
 * The system calls of packet input and output. Each returns what the C function returns, or the
 * negated error number ({@link Errno}) when it failed. Plain calls: a critical one would gain
 * nothing and hold up every safepoint while it blocks. One instance for one thread at a time.
 */
@SuppressWarnings("restricted") // Native calls are what this class is for.
final class Libc {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final long ERRNO =
            STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle OPEN =
            variadic("open", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT), 2);
    private static final MethodHandle IOCTL =
            variadic("ioctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG), 2);
    private static final MethodHandle SYSCALL =
            variadic(
                    "syscall",
                    FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                    1);
    private static final MethodHandle READ =
            plain("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle WRITE =
            plain("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle PPOLL =
            plain(
                    "ppoll",
                    FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle EVENTFD =
            plain("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle CLOSE =
            plain("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private final MemorySegment state = Arena.global().allocate(STATE);

    /** Opens the file of a zero-terminated path. */
    int open(long path, int flags) {
        try {
            return result((int) OPEN.invokeExact(state, path, flags));
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** A device request with a pointer or a plain value. */
    int ioctl(int fd, long request, long argument) {
        try {
            return result((int) IOCTL.invokeExact(state, fd, request, argument));
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** A call that the C library has no function for, with three arguments. */
    long syscall(long number, long first, long second, long third) {
        try {
            return result((long) SYSCALL.invokeExact(state, number, first, second, third));
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** Reads at most so many octets to an address. */
    long read(int fd, long address, long bytes) {
        try {
            return result((long) READ.invokeExact(state, fd, address, bytes));
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** Writes so many octets from an address. */
    long write(int fd, long address, long bytes) {
        try {
            return result((long) WRITE.invokeExact(state, fd, address, bytes));
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** Waits for one of {@code count} descriptors, at most as long as the timespec says. */
    int ppoll(long descriptors, long count, long timespec) {
        try {
            return result((int) PPOLL.invokeExact(state, descriptors, count, timespec, 0L));
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** A counter that can be waited for. */
    int eventfd(int initial, int flags) {
        try {
            return result((int) EVENTFD.invokeExact(state, initial, flags));
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** Gives a descriptor back. */
    int close(int fd) {
        try {
            return result((int) CLOSE.invokeExact(state, fd));
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    private int result(int returned) {
        return returned < 0 ? -state.get(JAVA_INT, ERRNO) : returned;
    }

    private long result(long returned) {
        return returned < 0 ? -state.get(JAVA_INT, ERRNO) : returned;
    }

    private static AssertionError broken(Throwable cause) {
        return new AssertionError("a native call does not fit its description", cause);
    }

    private static MethodHandle plain(String name, FunctionDescriptor function) {
        return handle(name, function, Linker.Option.captureCallState("errno"));
    }

    private static MethodHandle variadic(
            String name, FunctionDescriptor function, int firstVariadic) {
        return handle(
                name,
                function,
                Linker.Option.captureCallState("errno"),
                Linker.Option.firstVariadicArg(firstVariadic));
    }

    private static MethodHandle handle(
            String name, FunctionDescriptor function, Linker.Option... options) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), function, options);
    }
}
