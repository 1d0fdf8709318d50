package org.portreeve.bench.pcp;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.portreeve.testkit.lab.Commands;
import org.portreeve.testkit.lab.LabException;

/**
 * What a node has of memory. Main thread.
 *
 * @param pid its process
 */
record Memory(long pid) {
    private static final long KIB = 1_024;

    /** A full collection of a heap of gigabytes. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final Pattern GENERATION = Pattern.compile("total \\d+K, used (\\d+)K");
    private static final Pattern RESIDENT = Pattern.compile("RssAnon:\\s+(\\d+) kB");

    /** Octets of the heap in use after a collection of everything that nobody refers to. */
    long reachableHeapBytes() {
        jcmd("GC.run");
        Matcher generations = GENERATION.matcher(jcmd("GC.heap_info"));
        long usedKib = 0;
        while (generations.find()) {
            usedKib += Long.parseLong(generations.group(1));
        }
        return usedKib * KIB;
    }

    private String jcmd(String order) {
        String program = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        List<String> command = List.of(program, Long.toString(pid), order);
        return Commands.run(command, PATIENCE).orThrow().output();
    }

    /** Octets that are in memory and of no file, heap and all else together. */
    long residentBytes() {
        try {
            String status = Files.readString(Path.of("/proc", Long.toString(pid), "status"));
            Matcher matcher = RESIDENT.matcher(status);
            if (!matcher.find()) {
                throw new LabException("no resident memory in " + status);
            }
            return Long.parseLong(matcher.group(1)) * KIB;
        } catch (IOException e) {
            throw new LabException("cannot read the memory of " + pid + ": " + e.getMessage(), e);
        }
    }
}
