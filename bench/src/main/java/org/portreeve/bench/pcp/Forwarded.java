package org.portreeve.bench.pcp;

import org.portreeve.bench.dataplane.Arrivals;
import org.portreeve.bench.traffic.FloodMain;
import org.portreeve.bench.traffic.Programs;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.LabProcess;
import org.portreeve.testkit.lab.Namespace;

/**
 * Packets of 64 octets that go through the node while it answers requests, from subscribers apart
 * from the crowd. Main thread.
 */
final class Forwarded implements AutoCloseable {
    /** What is sent; what arrives is measured. */
    static final int PACKETS_PER_SECOND = 50_000;

    private static final String FIRST_HOST = "100.72.250.0";
    private static final String HOSTS = "10";
    private static final String PORTS_EACH = "100";
    private static final String LONGEST_MILLIS = "3600000";
    private static final double NS_PER_SECOND = 1e9;

    /** Until every flow has its mapping, and the sender's code is compiled. */
    private static final int SETTLE_MILLIS = 1_500;

    private final Lab lab;
    private final LabProcess sender;
    private long sinceNs;
    private long arrivedBefore;

    private Forwarded(Lab lab, LabProcess sender) {
        this.lab = lab;
        this.sender = sender;
    }

    /** Begins; the mappings of its flows are there when this returns. */
    static Forwarded begin(Lab lab) {
        LabProcess sender =
                Programs.start(
                        lab,
                        Namespace.SUB,
                        FloodMain.class,
                        FIRST_HOST,
                        HOSTS,
                        PORTS_EACH,
                        Lab.INET,
                        LONGEST_MILLIS,
                        Integer.toString(PACKETS_PER_SECOND));
        sender.send("go");
        var forwarded = new Forwarded(lab, sender);
        Pauses.sleep(SETTLE_MILLIS);
        forwarded.count();
        return forwarded;
    }

    /** Counts from now on. */
    void count() {
        arrivedBefore = Arrivals.count(lab);
        sinceNs = System.nanoTime();
    }

    /** Packets that arrived in a second since counting began. */
    double perSecond() {
        double arrived = Arrivals.count(lab) - arrivedBefore;
        return arrived * NS_PER_SECOND / (System.nanoTime() - sinceNs);
    }

    @Override
    public void close() {
        sender.kill();
    }
}
