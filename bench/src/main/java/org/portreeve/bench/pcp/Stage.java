package org.portreeve.bench.pcp;

import java.util.EnumMap;
import java.util.Map;
import org.portreeve.bench.dataplane.Arrivals;
import org.portreeve.bench.dataplane.CpuClock;
import org.portreeve.bench.dataplane.Sample;
import org.portreeve.bench.traffic.Order.Operation;
import org.portreeve.testkit.lab.Lab;

/** A lab with servers of port control, whose crowd asks one of them at a time. Main thread. */
final class Stage implements AutoCloseable {
    private final Lab lab;
    private final Asker asker;
    private final Map<Server, Long> pids = new EnumMap<>(Server.class);

    /** Of a lab whose servers run. */
    Stage(Lab lab) {
        this.lab = lab;
        Arrivals.sink(lab);
        asker = Asker.start(lab);
    }

    /** Names the process of a server, whose work is measured from now on. */
    void process(Server server, long pid) {
        pids.put(server, pid);
    }

    Lab lab() {
        return lab;
    }

    Asker asker() {
        return asker;
    }

    /** The rate at which a server answers while packets are forwarded. */
    Reading closedLoop(Operation operation, Server server, int seconds) {
        return read(server, () -> asker.closedLoop(operation, server, seconds));
    }

    /** The times that a server takes at a rate while packets are forwarded. */
    Reading openLoop(Operation operation, Server server, long perSecond, int seconds) {
        return read(server, () -> asker.openLoop(operation, server, perSecond, seconds));
    }

    private Reading read(Server server, Asking asking) {
        try (Forwarded forwarded = Forwarded.begin(lab)) {
            CpuClock before = cpu(server);
            forwarded.count();
            Answers answers = asking.ask();
            double packetsPerSecond = forwarded.perSecond();
            CpuClock cpu = cpu(server).since(before);
            double requests = Math.max(1, answers.succeeded());
            return new Reading(
                    new Sample(answers.perSecond(), requests, cpu), answers, packetsPerSecond);
        }
    }

    private CpuClock cpu(Server server) {
        return CpuClock.read(pids.getOrDefault(server, CpuClock.NO_PROCESS));
    }

    @Override
    public void close() {
        lab.close();
    }

    /** One order to the crowd. */
    private interface Asking {
        Answers ask();
    }

    /**
     * What came of an order while packets were forwarded. Immutable.
     *
     * @param sample its figure is the rate of successes
     * @param packetsPerSecond packets that were forwarded meanwhile
     */
    record Reading(Sample sample, Answers answers, double packetsPerSecond) {}
}
