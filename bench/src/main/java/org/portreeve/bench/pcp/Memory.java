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

    /** A line of a histogram: objects, octets and class. */
    private static final Pattern CLASS = Pattern.compile("\\s*\\d+:\\s+\\d+\\s+(\\d+)\\s+(\\S+).*");

    /** Dead objects that a collection left where they were. */
    private static final String DEAD = "jdk.internal.vm.Filler";

    private static final Pattern RESIDENT = Pattern.compile("RssAnon:\\s+(\\d+) kB");

    /** Octets of all objects on the heap that somebody refers to, found by a full collection. */
    long reachableHeapBytes() {
        return jcmd("GC.class_histogram")
                .lines()
                .map(CLASS::matcher)
                .filter(line -> line.matches() && !line.group(2).contains(DEAD))
                .mapToLong(line -> Long.parseLong(line.group(1)))
                .sum();
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
