package org.portreeve.bench.dataplane;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.portreeve.bench.traffic.ConnectMain;
import org.portreeve.bench.traffic.FloodMain;
import org.portreeve.bench.traffic.RoundTripMain;
import org.portreeve.testkit.lab.JavaProgram;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.LabException;
import org.portreeve.testkit.lab.LabProcess;

/** What is measured of a candidate. Immutable. */
public sealed interface Measurement {
    /** Its name and unit in tables. */
    String name();

    /** Decimals of its figure in tables. */
    int decimals();

    /** Whether a smaller figure is the better one. */
    default boolean isSmallBetter() {
        return false;
    }

    /** Seconds before the first sample that are not measured; 0 where only new flows count. */
    default int warmUpSeconds() {
        return 2;
    }

    /**
     * Takes a sample.
     *
     * @param round counts the samples of a candidate from 0, the warming up included
     */
    Sample sample(Candidate candidate, int seconds, int round);

    /** All of them, in the order of the tables. */
    static List<Measurement> all() {
        return List.of(
                new Bulk(Direction.OUTBOUND, 1),
                new Bulk(Direction.INBOUND, 1),
                new Bulk(Direction.OUTBOUND, 8),
                new Bulk(Direction.INBOUND, 8),
                new Flood(1, 1),
                new Flood(10, 100),
                new Flood(1_000, 100),
                new NewMappings(),
                new Connections(),
                new RoundTrip(50),
                new RoundTrip(99));
    }

    /**
     * TCP with segmentation offload, by iperf3.
     *
     * @param direction where the octets go
     * @param flows how many connections share it
     */
    record Bulk(Direction direction, int flows) implements Measurement {
        /** A full segment on a link of 1500 octets, with time stamps. */
        private static final int SEGMENT_BYTES = 1_448;

        private static final Pattern RECEIVED =
                Pattern.compile(
                        "\"sum_received\":\\s*\\{[^}]*?\"bytes\":\\s*(\\d+)"
                                + "[^}]*?\"bits_per_second\":\\s*([0-9.e+]+)");

        @Override
        public String name() {
            return "TCP, %d %s %s, Gbit/s"
                    .formatted(flows, flows == 1 ? "flow" : "flows", direction.label());
        }

        @Override
        public int decimals() {
            return 2;
        }

        @Override
        public Sample sample(Candidate candidate, int seconds, int round) {
            List<String> command = new ArrayList<>(List.of("iperf3", "-J", "-c", Lab.INET));
            command.addAll(List.of("-t", Integer.toString(seconds)));
            command.addAll(List.of("-P", Integer.toString(flows)));
            command.addAll(direction.options());
            CpuClock before = candidate.cpu();
            String json = candidate.outputAtSubscribers(command.toArray(String[]::new));
            CpuClock cpu = candidate.cpu().since(before);
            Matcher matcher = found(RECEIVED, json);
            double segments = Double.parseDouble(matcher.group(1)) / SEGMENT_BYTES;
            return new Sample(Double.parseDouble(matcher.group(2)) / 1e9, segments, cpu);
        }
    }

    /**
     * UDP packets of 64 octets, as many as a core can send; those count that arrive.
     *
     * @param hosts subscribers
     * @param portsEach ports of each, each of which is a flow
     */
    record Flood(int hosts, int portsEach) implements Measurement {
        private static final String FIRST_HOST = "100.72.0.0";

        @Override
        public String name() {
            return "UDP of 64 octets, %,d %s, packets/s"
                    .formatted(hosts * portsEach, hosts * portsEach == 1 ? "flow" : "flows");
        }

        @Override
        public int decimals() {
            return 0;
        }

        @Override
        public Sample sample(Candidate candidate, int seconds, int round) {
            return flood(candidate, FIRST_HOST, hosts, portsEach, seconds * MS_PER_SECOND);
        }
    }

    /** The same, where each packet needs a new mapping; for a second, from hosts not seen yet. */
    record NewMappings() implements Measurement {
        private static final int HOSTS = 1_000;
        private static final int PORTS_EACH = 60_000;
        private static final int HOSTS_APART = 1_024;

        @Override
        public String name() {
            return "new UDP mappings/s";
        }

        @Override
        public int decimals() {
            return 0;
        }

        @Override
        public int warmUpSeconds() {
            return 1;
        }

        @Override
        public Sample sample(Candidate candidate, int seconds, int round) {
            int third = 16 + round * HOSTS_APART / 256;
            return flood(candidate, "100.72." + third + ".0", HOSTS, PORTS_EACH, MS_PER_SECOND);
        }
    }

    /** TCP connections that are opened and closed, one after the other on each of four threads. */
    record Connections() implements Measurement {
        private static final String FIRST_HOST = "100.72.240.0";
        private static final int HOSTS = 250;

        /** Ports of each host that a round may use: for a million connections. */
        private static final int PORTS_OF_ROUND = 4_000;

        private static final int FIRST_PORT = 2_000;

        @Override
        public String name() {
            return "TCP connections/s";
        }

        @Override
        public int decimals() {
            return 0;
        }

        @Override
        public Sample sample(Candidate candidate, int seconds, int round) {
            LabProcess client =
                    candidate.atSubscribers(
                            ConnectMain.class,
                            FIRST_HOST,
                            Integer.toString(HOSTS),
                            Integer.toString(FIRST_PORT + round * PORTS_OF_ROUND),
                            Lab.INET,
                            Integer.toString(Candidate.CONNECT_PORT),
                            Integer.toString(seconds * MS_PER_SECOND));
            CpuClock before = candidate.cpu();
            client.send("go");
            Matcher matcher = found(DONE, client.awaitLine("connected", PATIENCE));
            double count = Double.parseDouble(matcher.group(1));
            double tookNs = Double.parseDouble(matcher.group(2));
            return new Sample(count / tookNs * 1e9, count, candidate.cpu().since(before));
        }
    }

    /**
     * Round trips of UDP packets of 64 octets through an idle translator, one after the other.
     *
     * @param percentile of so many of a hundred not more than the figure
     */
    record RoundTrip(int percentile) implements Measurement {
        private static final int COUNT = 20_000;

        @Override
        public String name() {
            return "round trip, p%d, us".formatted(percentile);
        }

        @Override
        public int decimals() {
            return 1;
        }

        @Override
        public boolean isSmallBetter() {
            return true;
        }

        @Override
        public Sample sample(Candidate candidate, int seconds, int round) {
            CpuClock before = candidate.cpu();
            String took =
                    candidate.outputAtSubscribers(
                            JavaProgram.small(
                                    RoundTripMain.class,
                                    Lab.INET,
                                    Integer.toString(Candidate.ECHO_PORT),
                                    Integer.toString(COUNT)));
            Matcher matcher = found(DONE, took);
            double ns = Double.parseDouble(matcher.group(percentile == 50 ? 1 : 2));
            return new Sample(ns / 1e3, COUNT, candidate.cpu().since(before));
        }
    }

    /** Two whole numbers at the end of a line. */
    Pattern DONE = Pattern.compile("(\\d+) (\\d+)$");

    /** For a program to do what takes it seconds. */
    Duration PATIENCE = Duration.ofSeconds(60);

    /** For {@link FloodMain}: as fast as a core can. */
    String UNPACED = "0";

    /** Milliseconds of a second. */
    int MS_PER_SECOND = 1_000;

    private static Sample flood(
            Candidate candidate, String firstHost, int hosts, int portsEach, int millis) {
        LabProcess sender =
                candidate.atSubscribers(
                        FloodMain.class,
                        firstHost,
                        Integer.toString(hosts),
                        Integer.toString(portsEach),
                        Lab.INET,
                        Integer.toString(millis),
                        UNPACED);
        CpuClock cpuBefore = candidate.cpu();
        long before = candidate.arrived();
        sender.send("go");
        Matcher matcher = found(DONE, sender.awaitLine("sent", PATIENCE));
        double arrived = candidate.arrived() - before;
        double tookNs = Double.parseDouble(matcher.group(2));
        return new Sample(arrived / tookNs * 1e9, arrived, candidate.cpu().since(cpuBefore));
    }

    private static Matcher found(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new LabException("unexpected: " + text);
        }
        return matcher;
    }
}
