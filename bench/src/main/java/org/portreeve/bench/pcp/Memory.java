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

    /** A bound of a part of the heap. */
    private static final Pattern ADDRESS = Pattern.compile("0x([0-9a-f]{8,})");

    /** Where an area of memory begins, and what of it is resident and of no file. */
    private static final Pattern AREA = Pattern.compile("([0-9a-f]+)-[0-9a-f]+ ");

    private static final Pattern ANONYMOUS = Pattern.compile("Anonymous:\\s+(\\d+) kB");
    private static final int HEXADECIMAL = 16;
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

    /**
     * Octets that are in memory and of no file, of the heap those alone that somebody refers to:
     * how much of it was ever written to says more of the collector than of the product.
     */
    long bytesInUse() {
        return residentBytes() - residentHeapBytes() + reachableHeapBytes();
    }

    private long residentBytes() {
        Matcher matcher = RESIDENT.matcher(read("status"));
        if (!matcher.find()) {
            throw new LabException("no resident memory of " + pid);
        }
        return Long.parseLong(matcher.group(1)) * KIB;
    }

    private long residentHeapBytes() {
        long[] bounds =
                ADDRESS.matcher(jcmd("GC.heap_info"))
                        .results()
                        .mapToLong(found -> Long.parseLong(found.group(1), HEXADECIMAL))
                        .sorted()
                        .toArray();
        long first = bounds[0];
        long end = bounds[bounds.length - 1];
        boolean isHeap = false;
        long kib = 0;
        for (String line : read("smaps").lines().toList()) {
            Matcher area = AREA.matcher(line);
            Matcher resident = ANONYMOUS.matcher(line);
            if (area.lookingAt()) {
                long address = Long.parseUnsignedLong(area.group(1), HEXADECIMAL);
                isHeap = first <= address && address < end;
            } else if (isHeap && resident.matches()) {
                kib += Long.parseLong(resident.group(1));
            }
        }
        return kib * KIB;
    }

    private String read(String file) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), file));
        } catch (IOException e) {
            throw new LabException("cannot read the memory of " + pid + ": " + e.getMessage(), e);
        }
    }
}
