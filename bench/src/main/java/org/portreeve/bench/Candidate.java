package org.portreeve.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.LabOptions;
import org.portreeve.testkit.lab.LabProcess;
import org.portreeve.testkit.lab.Namespace;
import org.portreeve.testkit.lab.Node;
import org.portreeve.testkit.lab.NodeConfig;

/** A translator in a lab of its own, with an iperf3 server on its Internet. */
final class Candidate implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(10);

    private static final String KERNEL_NAT =
            """
            table ip nat {
              chain post {
                type nat hook postrouting priority srcnat
                oifname %s ip saddr %s snat to 198.51.100.0-198.51.100.15
              }
            }
            """
                    .formatted(Lab.OUTSIDE_DEVICE, Lab.SUBSCRIBER_PREFIX);

    private final String name;
    private final Lab lab;
    private final long pid;

    private Candidate(String name, Lab lab, long pid) {
        this.name = name;
        this.lab = lab;
        this.pid = pid;
    }

    /** The product. */
    static Candidate portreeve(int shards) {
        Lab lab = Lab.open(LabOptions.standard());
        Node node = Node.start(lab, NodeConfig.of(lab, shards));
        return ready(new Candidate("Portreeve", lab, node.process().pid()));
    }

    /** The kernel's NAT with the same pool. */
    static Candidate kernel() {
        Lab lab = Lab.open(LabOptions.standard());
        lab.run(Namespace.CGN, "nft", KERNEL_NAT).orThrow();
        return ready(new Candidate("kernel NAT (nft)", lab, 0));
    }

    private static Candidate ready(Candidate candidate) {
        LabProcess server = candidate.lab.start(Namespace.INET, "iperf3", "-s", "--forceflush");
        server.awaitLine("Server listening", START);
        return candidate;
    }

    String name() {
        return name;
    }

    /** One TCP flow from the subscriber, or towards it. */
    Transfer transfer(Direction direction, int seconds) {
        List<String> command = new ArrayList<>(List.of("iperf3", "-J", "-c", Lab.INET));
        command.addAll(List.of("-t", Integer.toString(seconds)));
        command.addAll(direction.options());
        CpuClock before = CpuClock.read(pid);
        String json = lab.run(Namespace.SUB, command.toArray(String[]::new)).orThrow().output();
        return Transfer.of(json, CpuClock.read(pid).since(before));
    }

    @Override
    public void close() {
        lab.close();
    }
}
