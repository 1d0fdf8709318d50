package org.portreeve.testkit.kills;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.portreeve.testkit.host.Host;
import org.portreeve.testkit.host.UdpSocket;
import org.portreeve.testkit.lab.JavaProgram;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.LabException;
import org.portreeve.testkit.lab.LabProcess;
import org.portreeve.testkit.lab.Namespace;
import org.portreeve.testkit.lab.Node;

/**
 * Kills the node with SIGKILL at random moments under load, starts it again, and asks for every
 * acknowledged lease once more. Some kills come while the node is still starting.
 */
public final class KillRun {
    /** Subscribers that ask. */
    public static final int SUBSCRIBERS = 10_000;

    /** The rate that the load keeps, in requests per second; the least that counts is 2,000. */
    public static final int RATE_PER_SECOND = 3_000;

    private static final int SHORTEST_LIFE_MILLIS = 500;
    private static final int LONGEST_LIFE_MILLIS = 2_500;
    private static final int LONGEST_START_MILLIS = 1_200;
    private static final int KILLS_AT_START_PERCENT = 25;
    private static final int SAMPLE_SIZE = 400;
    private static final int SENDINGS = 3;
    private static final Duration START = Duration.ofSeconds(30);
    private static final Duration SETTLE = Duration.ofSeconds(60);
    private static final Duration ARRIVAL = Duration.ofSeconds(1);

    private final SplittableRandom random;
    private final Node node;
    private final LabProcess load;
    private final UdpSocket inet;

    private int kills;
    private int packetsSent;
    private int packetsLost;
    private long loadRequests;
    private long loadNs;

    private KillRun(long seed, Node node, LabProcess load, UdpSocket inet) {
        this.random = new SplittableRandom(seed);
        this.node = node;
        this.load = load;
        this.inet = inet;
    }

    /** Runs in a lab of the caller's, on a node that is ready; the seed fixes load and moments. */
    public static KillReport run(Lab lab, Node node, long seed, int kills) {
        Path record = lab.directory().resolve("acknowledgements.txt");
        String[] command =
                JavaProgram.small(
                        LoadMain.class,
                        Lab.CGN_INSIDE,
                        Integer.toString(SUBSCRIBERS),
                        Long.toString(seed),
                        record.toString());
        LabProcess load = lab.start(Namespace.SUB, command);
        try (Host host = Host.in(lab, Namespace.INET);
                UdpSocket inet = host.udp(Lab.INET, 0)) {
            load.awaitLine("loaded", START);
            KillRun run = new KillRun(seed, node, load, inet);
            while (run.kills < kills) {
                run.round(kills);
            }
            return run.report(seed, run.sentCount(), judge(record));
        } finally {
            load.kill();
        }
    }

    private void round(int wantedKills) {
        long beforeNs = System.nanoTime();
        long sentBefore = sentCount();
        load.send("load " + RATE_PER_SECOND);
        sleep(random.nextInt(SHORTEST_LIFE_MILLIS, LONGEST_LIFE_MILLIS));
        loadRequests += sentCount() - sentBefore;
        loadNs += System.nanoTime() - beforeNs;
        node.kill();
        kills++;
        if (kills < wantedKills && random.nextInt(100) < KILLS_AT_START_PERCENT) {
            node.launch();
            sleep(random.nextInt(LONGEST_START_MILLIS));
            node.kill();
            kills++;
        }
        node.start();
        ask("pause", "quiet", SETTLE);
        ask("verify", "verified", SETTLE);
        sample();
    }

    private long sentCount() {
        return Long.parseLong(ask("sent", "sent ", START).split(" ", -1)[1]);
    }

    /** Gives an order and waits for the line that answers it. */
    private String ask(String order, String answer, Duration patience) {
        int from = load.lineCount();
        load.send(order);
        return load.awaitLine(from, line -> line.startsWith(answer), patience)
                .orElseThrow(() ->
                        new LabException(
                                "no answer to \"%s\" within %s; the load:%n%s%nthe node:%n%s"
                                        .formatted(
                                                order,
                                                patience,
                                                load.output(),
                                                node.process().output())));
    }

    /** Sends to some mappings from a host that none of them knows. */
    private void sample() {
        int from = load.lineCount();
        ask("sample " + SAMPLE_SIZE, "sampled", START);
        List<String[]> samples =
                load.linesFrom(from).stream()
                        .filter(line -> line.startsWith("sample "))
                        .map(line -> line.split(" ", -1))
                        .toList();
        Set<String> missing = new HashSet<>();
        for (String[] words : samples) {
            missing.add("packet " + words[3] + " token-" + words[3]);
        }
        packetsSent += missing.size();
        for (int i = 0; i < SENDINGS && !missing.isEmpty(); i++) {
            send(samples);
            String last = samples.getLast()[3];
            load.awaitLine(from, line -> line.endsWith("token-" + last), ARRIVAL);
            missing.removeAll(load.linesFrom(from));
        }
        packetsLost += missing.size();
    }

    private void send(List<String[]> samples) {
        for (String[] words : samples) {
            byte[] token = ("token-" + words[3]).getBytes(StandardCharsets.US_ASCII);
            inet.send(token, words[1], Integer.parseInt(words[2]));
        }
    }

    private static Judge judge(Path record) {
        Judge judge = new Judge();
        try (Stream<String> lines = Files.lines(record, StandardCharsets.US_ASCII)) {
            lines.forEachOrdered(judge::read);
            return judge;
        } catch (IOException e) {
            throw new LabException("cannot read the record: " + e.getMessage(), e);
        }
    }

    private KillReport report(long seed, long requests, Judge judge) {
        return new KillReport(
                seed,
                kills,
                requests,
                loadRequests * 1_000_000_000L / loadNs,
                judge.acks(),
                judge.verified(),
                judge.refusals(),
                packetsSent,
                packetsLost,
                judge.violations());
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted", e);
        }
    }
}
