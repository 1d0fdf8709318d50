package org.portreeve.bench;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One iperf3 run through a translator. Immutable.
 *
 * @param bitsPerSecond what the receiver counted
 * @param bytes what the receiver counted
 * @param cpu what was worked meanwhile
 */
record Transfer(double bitsPerSecond, long bytes, CpuClock cpu) {
    /** A full segment on a link of 1500 octets, with time stamps. */
    private static final int SEGMENT_BYTES = 1_448;

    private static final Pattern RECEIVED =
            Pattern.compile(
                    "\"sum_received\":\\s*\\{[^}]*?\"bytes\":\\s*(\\d+)"
                            + "[^}]*?\"bits_per_second\":\\s*([0-9.e+]+)");

    /** Reads iperf3's JSON. */
    static Transfer of(String json, CpuClock cpu) {
        Matcher matcher = RECEIVED.matcher(json);
        if (!matcher.find()) {
            throw new IllegalArgumentException("iperf3 says: " + json);
        }
        return new Transfer(
                Double.parseDouble(matcher.group(2)), Long.parseLong(matcher.group(1)), cpu);
    }

    double gigabitsPerSecond() {
        return bitsPerSecond / 1e9;
    }

    /** Busy time of the whole machine, both ends included, for each full segment. */
    double machineNsPerSegment() {
        return (double) cpu.machineNs() * SEGMENT_BYTES / bytes;
    }

    /** Busy time of the node's process for each full segment; 0 where there is none. */
    double nodeNsPerSegment() {
        return (double) cpu.processNs() * SEGMENT_BYTES / bytes;
    }
}
