package org.portreeve.testkit.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.portreeve.testkit.pcap.CapturedPacket;
import org.portreeve.testkit.pcap.PcapFile;

/**
 * A running {@code tcpdump}; {@link #stop} gives what it saw. In an unprivileged lab there is none:
 * tcpdump insists on changing its groups, which a user namespace forbids.
 */
public final class Capture {
    private static final Duration START = Duration.ofSeconds(10);

    /** Headers are enough; tests never ask for payload. */
    private static final String SNAP_BYTES = "128";

    private final LabProcess tcpdump;
    private final Path file;

    private Capture(LabProcess tcpdump, Path file) {
        this.tcpdump = tcpdump;
        this.file = file;
    }

    static Capture start(Lab lab, Namespace namespace, String device, String filter) {
        try {
            Path file = Files.createTempFile(lab.directory(), "capture-", ".pcap");
            LabProcess tcpdump =
                    lab.start(
                            namespace,
                            "tcpdump",
                            "-Z",
                            "root",
                            "-n",
                            "-U",
                            "--immediate-mode",
                            "-s",
                            SNAP_BYTES,
                            "-i",
                            device,
                            "-w",
                            file.toString(),
                            filter);
            tcpdump.awaitLine("tcpdump: listening on", START);
            return new Capture(tcpdump, file);
        } catch (IOException e) {
            throw new LabException("cannot capture: " + e.getMessage(), e);
        }
    }

    /** What it writes, whole once it has been stopped; it goes with the lab. */
    public Path file() {
        return file;
    }

    /** Ends the capture and reads it. */
    public List<CapturedPacket> stop() {
        tcpdump.signal("INT");
        tcpdump.await(START);
        try {
            return PcapFile.read(file);
        } catch (IOException e) {
            throw new LabException("cannot read the capture: " + e.getMessage(), e);
        }
    }
}
