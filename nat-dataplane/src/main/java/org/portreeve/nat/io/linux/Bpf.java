package org.portreeve.nat.io.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.Map;
import org.portreeve.nat.memory.Memory;

/**
 * The system call bpf(2), as much of it as choosing queues takes. Each method takes the system
 * calls of its caller's thread.
 */
final class Bpf {
    /** As much of the kernel's union bpf_attr as any of these calls reads. */
    static final int ATTRIBUTE_BYTES = 64;

    private static final Map<String, Integer> NUMBERS = Map.of("amd64", 321, "aarch64", 280);
    private static final int UNKNOWN = -1;
    private static final int NUMBER = NUMBERS.getOrDefault(System.getProperty("os.arch"), UNKNOWN);

    private static final int MAP_CREATE = 0;
    private static final int MAP_UPDATE = 2;
    private static final int PROGRAM_LOAD = 5;

    // Hash that drops whom it was not asked for longest; program over the octets of a packet.
    private static final int LRU_HASH = 9;
    private static final int SOCKET_FILTER = 1;

    // Members of bpf_attr: of maps to be made, of programs to be loaded, of entries to be written.
    private static final int TYPE = 0;
    private static final int KEY_BYTES = 4;
    private static final int VALUE_BYTES = 8;
    private static final int ENTRIES = 12;
    private static final int LENGTH = 4;
    private static final int CODE = 8;
    private static final int LICENCE = 16;
    private static final int MAP = 0;
    private static final int KEY = 8;
    private static final int VALUE = 16;

    private Bpf() {}

    /** A map from 4 octets to 4 octets with so many entries; its descriptor. */
    static int map(Libc libc, int entries) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            long attribute = Memory.allocate(arena, ATTRIBUTE_BYTES);
            Memory.putInt(attribute + TYPE, LRU_HASH);
            Memory.putInt(attribute + KEY_BYTES, Integer.BYTES);
            Memory.putInt(attribute + VALUE_BYTES, Integer.BYTES);
            Memory.putInt(attribute + ENTRIES, entries);
            return call(libc, MAP_CREATE, attribute);
        }
    }

    /** Loads a program of instructions of 8 octets; its descriptor. */
    static int program(Libc libc, long[] instructions) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            long code = Memory.allocate(arena, (long) instructions.length * Long.BYTES);
            for (int i = 0; i < instructions.length; i++) {
                Memory.putLong(code + (long) i * Long.BYTES, instructions[i]);
            }
            long noLicence = Memory.allocate(arena, 1);
            long attribute = Memory.allocate(arena, ATTRIBUTE_BYTES);
            Memory.putInt(attribute + TYPE, SOCKET_FILTER);
            Memory.putInt(attribute + LENGTH, instructions.length);
            Memory.putLong(attribute + CODE, code);
            Memory.putLong(attribute + LICENCE, noLicence);
            return call(libc, PROGRAM_LOAD, attribute);
        }
    }

    /** Writes an entry; all three are addresses in memory, the attribute's of zeros at first. */
    static void put(Libc libc, int map, long attribute, long key, long value) {
        Memory.putInt(attribute + MAP, map);
        Memory.putLong(attribute + KEY, key);
        Memory.putLong(attribute + VALUE, value);
        libc.syscall(NUMBER, MAP_UPDATE, attribute, ATTRIBUTE_BYTES);
    }

    private static int call(Libc libc, int command, long attribute) throws IOException {
        if (NUMBER == UNKNOWN) {
            throw new IOException("unknown on " + System.getProperty("os.arch"));
        }
        long result = libc.syscall(NUMBER, command, attribute, ATTRIBUTE_BYTES);
        if (result < 0) {
            throw new IOException("bpf: " + Errno.text((int) -result));
        }
        return (int) result;
    }
}
