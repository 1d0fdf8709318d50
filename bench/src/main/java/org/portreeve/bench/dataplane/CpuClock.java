package org.portreeve.bench.dataplane;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What the machine and one process have worked, from {@code /proc}. Immutable.
 *
 * @param machineNs time that all processors were busy, in nanoseconds
 * @param processNs user and system time of all threads of the process, in nanoseconds
 */
public record CpuClock(long machineNs, long processNs) {
    /** Stands for none. */
    public static final long NO_PROCESS = 0;

    /** USER_HZ, which is 100 on every architecture that Java runs on under Linux. */
    private static final long TICK_NS = 10_000_000;

    /** Reads both. */
    public static CpuClock read(long pid) {
        try {
            return new CpuClock(machine(), pid == NO_PROCESS ? 0 : process(pid));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read /proc", e);
        }
    }

    // cpu user nice system idle iowait irq softirq steal guest guest_nice; guests are in user.
    private static long machine() throws IOException {
        String first = Files.readAllLines(Path.of("/proc/stat")).getFirst();
        List<String> words = List.of(first.split(" +", -1));
        long busy = 0;
        for (int i : new int[] {1, 2, 3, 6, 7}) {
            busy += Long.parseLong(words.get(i));
        }
        return busy * TICK_NS;
    }

    // The name in parentheses may contain blanks; utime and stime are the 12th and 13th after it.
    private static long process(long pid) throws IOException {
        String line = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
        String[] words = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(words[11]) + Long.parseLong(words[12])) * TICK_NS;
    }

    /** What was worked from another moment to this one. */
    public CpuClock since(CpuClock before) {
        return new CpuClock(machineNs - before.machineNs, processNs - before.processNs);
    }
}
