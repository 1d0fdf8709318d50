package org.portreeve.nat.io.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What the kernel dropped in this network namespace since a moment. The kernel counts from the
 * beginning of the namespace, and all devices together. Any thread.
 */
public final class KernelDrops {
    private static final Path NETSTAT = Path.of("/proc/net/netstat");
    private static final String GROUP = "TcpExt:";
    private static final String REVERSE_PATH = "IPReversePathFilter";

    private final long before;

    private KernelDrops(long before) {
        this.before = before;
    }

    /** What is dropped from now on. */
    public static KernelDrops fromNow() {
        return new KernelDrops(count());
    }

    /** Packets dropped by reverse path filters; 0 where the kernel does not tell. */
    public long byReversePath() {
        return Math.max(0, count() - before);
    }

    private static long count() {
        try {
            return parse(Files.readAllLines(NETSTAT));
        } catch (IOException e) {
            return 0; // No Linux, or no /proc: then no packets are translated either.
        }
    }

    /** The counter in the text of the kernel: a line of names, then one of numbers. Pure. */
    static long parse(List<String> lines) {
        List<List<String>> group =
                lines.stream()
                        .filter(line -> line.startsWith(GROUP))
                        .map(line -> List.of(line.split(" ", -1)))
                        .toList();
        if (group.size() != 2) {
            return 0;
        }
        int column = group.getFirst().indexOf(REVERSE_PATH);
        return column < 0 ? 0 : Long.parseUnsignedLong(group.getLast().get(column));
    }
}
