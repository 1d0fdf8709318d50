package org.portreeve.bench.dataplane;

import java.time.Duration;
import org.portreeve.bench.traffic.EchoMain;
import org.portreeve.bench.traffic.Programs;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.LabException;
import org.portreeve.testkit.lab.LabOptions;
import org.portreeve.testkit.lab.LabProcess;
import org.portreeve.testkit.lab.Namespace;
import org.portreeve.testkit.lab.Node;
import org.portreeve.testkit.lab.NodeConfig;

/**
 * A translator in a lab of its own, with the far ends of every measurement on its Internet. With
 * receive steering the kernel spreads packets over all processors where they arrive (RPS).
 */
public final class Candidate implements AutoCloseable {
    /** Where datagrams come back from. */
    static final int ECHO_PORT = 5_300;

    /** Where connections are taken and ended. */
    static final int CONNECT_PORT = 5_301;

    private static final Duration START = Duration.ofSeconds(20);

    /** The same for every candidate; the lab routes the first sixteenth of it. */
    private static final String POOL = "198.51.100.0/24";

    private static final String KERNEL_NAT =
            """
            table ip nat {
              chain post {
                type nat hook postrouting priority srcnat
                oifname %s ip saddr %s snat to 198.51.100.0-198.51.100.255
              }
            }
            """
                    .formatted(Lab.OUTSIDE_DEVICE, Lab.SUBSCRIBER_PREFIX);

    // So that what floods fill the table with makes room for the next round, as the kernel's
    // table has a bound that holds for the whole machine.
    private static final String KERNEL_TIMEOUT =
            "echo 5 > /proc/sys/net/netfilter/nf_conntrack_udp_timeout";

    private static final String STEERING =
            "for queue in /sys/class/net/eth-*/queues/rx-*; do echo %x > $queue/rps_cpus; done"
                    .formatted((1L << Runtime.getRuntime().availableProcessors()) - 1);

    private final Translator translator;
    private final boolean isSteered;
    private final Lab lab;
    private final long pid;

    private Candidate(Translator translator, boolean isSteered, Lab lab, long pid) {
        this.translator = translator;
        this.isSteered = isSteered;
        this.lab = lab;
        this.pid = pid;
    }

    /** Starts everything. */
    public static Candidate open(Translator translator, boolean isSteered, int shards) {
        Lab lab = Lab.open(LabOptions.standard());
        try {
            long pid = translate(lab, translator, shards);
            lab.run(Namespace.INET, "ip", "route", "replace", POOL, "via", Lab.CGN_OUTSIDE)
                    .orThrow();
            Arrivals.sink(lab);
            if (isSteered) {
                lab.run(Namespace.CGN, "sh", "-c", STEERING).orThrow();
            }
            lab.start(Namespace.INET, "iperf3", "-s", "--forceflush")
                    .awaitLine("Server listening", START);
            Programs.start(
                    lab,
                    Namespace.INET,
                    EchoMain.class,
                    Integer.toString(ECHO_PORT),
                    Integer.toString(CONNECT_PORT));
            return new Candidate(translator, isSteered, lab, pid);
        } catch (LabException e) {
            lab.close();
            throw e;
        }
    }

    /** The process that translates; 0 for the kernel. */
    private static long translate(Lab lab, Translator translator, int shards) {
        return switch (translator) {
            case FORWARDING -> {
                String subscribers = Lab.SUBSCRIBER_PREFIX;
                lab.run(Namespace.INET, "ip", "route", "add", subscribers, "via", Lab.CGN_OUTSIDE)
                        .orThrow();
                yield 0;
            }
            case KERNEL -> {
                lab.run(Namespace.CGN, "nft", KERNEL_NAT).orThrow();
                lab.run(Namespace.CGN, "sh", "-c", KERNEL_TIMEOUT).orThrow();
                yield 0;
            }
            case PORTREEVE -> {
                NodeConfig config = NodeConfig.of(lab, shards).withPool(POOL);
                yield Node.start(lab, config).process().pid();
            }
        };
    }

    /** The kind of translator. */
    public Translator translator() {
        return translator;
    }

    /** Whether the kernel spreads packets over processors. */
    public boolean isSteered() {
        return isSteered;
    }

    /** Its name in tables. */
    public String name() {
        return isSteered ? translator.label() + ", receive steering" : translator.label();
    }

    CpuClock cpu() {
        return CpuClock.read(pid);
    }

    /** Starts one of our programs at the subscribers; it is ready and waits for a line. */
    LabProcess atSubscribers(Class<?> program, String... arguments) {
        return Programs.start(lab, Namespace.SUB, program, arguments);
    }

    /** What a command at the subscribers wrote. */
    String outputAtSubscribers(String... command) {
        return lab.run(Namespace.SUB, command).orThrow().output();
    }

    /** Packets that arrived on the Internet since the lab was opened. */
    long arrived() {
        return Arrivals.count(lab);
    }

    @Override
    public void close() {
        lab.close();
    }
}
