package org.portreeve.nat.io.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import org.portreeve.nat.memory.Memory;

/**
 * What leads packets to queues in the kernel: a map from address to queue, and a program at the
 * device that asks it with an address of each packet. Those of an address that it does not know
 * share a queue. The map drops whom it was not asked for longest. The thread that starts and stops
 * the node, except {@link #put}.
 */
final class SteeringMap implements AutoCloseable {
    /** Where an IPv4 header has the address of its sender. */
    static final int BY_SOURCE = 12;

    /** Where an IPv4 header has the address of its receiver. */
    static final int BY_DESTINATION = 16;

    private static final long TUNSETSTEERINGEBPF = 0x800454e0L;

    // Operations of instructions.
    private static final int LOAD_FROM_PACKET = 0x20;
    private static final int LOAD = 0x61;
    private static final int STORE = 0x63;
    private static final int COPY = 0xbf;
    private static final int ADD = 0x07;
    private static final int LOAD_MAP = 0x18;
    private static final int JUMP_IF_EQUAL = 0x15;
    private static final int CALL = 0x85;
    private static final int EXIT = 0x95;

    // Registers: result, arguments, the packet where it is loaded from, and the stack.
    private static final int R0 = 0;
    private static final int R1 = 1;
    private static final int R2 = 2;
    private static final int PACKET = 6;
    private static final int STACK = 10;

    private static final int KEY = -4;
    private static final int IS_MAP = 1;
    private static final int MAP_LOOKUP = 1;
    private static final int TO_FOUND_NOTHING = 2;

    private final Libc libc = new Libc();
    private final int map;

    /** Takes charge of a device, one of whose queues is given. */
    SteeringMap(int queue, int addressField, int entries) throws IOException {
        map = Bpf.map(libc, entries);
        try {
            attach(queue, Bpf.program(libc, instructions(addressField, map)));
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private void attach(int queue, int program) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            long pointer = Memory.allocate(arena, Integer.BYTES);
            Memory.putInt(pointer, program);
            int error = libc.ioctl(queue, TUNSETSTEERINGEBPF, pointer);
            if (error < 0) {
                throw new IOException("no choice of queues: " + Errno.text(-error));
            }
        } finally {
            libc.close(program);
        }
    }

    // The kernel takes the result modulo the number of queues.
    private static long[] instructions(int addressField, int map) {
        return new long[] {
            instruction(COPY, PACKET, R1, 0, 0),
            instruction(LOAD_FROM_PACKET, 0, 0, 0, addressField),
            instruction(STORE, STACK, R0, KEY, 0),
            instruction(COPY, R2, STACK, 0, 0),
            instruction(ADD, R2, 0, 0, KEY),
            instruction(LOAD_MAP, R1, IS_MAP, 0, map),
            0,
            instruction(CALL, 0, 0, 0, MAP_LOOKUP),
            instruction(JUMP_IF_EQUAL, R0, 0, TO_FOUND_NOTHING, 0),
            instruction(LOAD, R0, R0, 0, 0),
            instruction(EXIT, 0, 0, 0, 0),
            instruction(LOAD, R0, STACK, KEY, 0),
            instruction(EXIT, 0, 0, 0, 0),
        };
    }

    private static long instruction(int operation, int to, int from, int offset, int constant) {
        return operation
                | (long) to << 8
                | (long) from << 12
                | (offset & 0xffffL) << 16
                | (long) constant << 32;
    }

    /** Writes an entry; see {@link Bpf#put}. Any thread, with system calls of its own. */
    void put(Libc callers, long attribute, long key, long value) {
        Bpf.put(callers, map, attribute, key, value);
    }

    /** Gives the map back; the program goes with its device. */
    @Override
    public void close() {
        libc.close(map);
    }
}
