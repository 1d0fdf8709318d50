package org.portreeve.testkit.kills;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.portreeve.testkit.host.Host;
import org.portreeve.testkit.lab.JavaProgram;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.LabException;
import org.portreeve.testkit.lab.LabProcess;
import org.portreeve.testkit.lab.Namespace;
import org.portreeve.testkit.lab.Node;
import org.portreeve.testkit.lab.NodeConfig;

/**
 * Kills the node with SIGKILL at random moments under load, starts it again, compares what it then
 * lists and lets in with what it had acknowledged, and asks for every lease once more, and for all
 * that was deleted. Some kills come while the node is still starting.
 */
public final class KillRun {
    /** Subscribers that ask. */
    public static final int SUBSCRIBERS = 10_000;

    /** The usual rate of the load, in requests per second. */
    public static final int RATE_PER_SECOND = 3_000;

    private static final int SHORTEST_LIFE_MILLIS = 500;
    private static final int LONGEST_LIFE_MILLIS = 2_500;
    private static final int LONGEST_START_MILLIS = 1_200;
    private static final int KILLS_AT_START_PERCENT = 25;
    private static final Duration START = Duration.ofSeconds(90);
    private static final Duration SETTLE = Duration.ofSeconds(60);

    private final SplittableRandom random;
    private final int ratePerSecond;
    private final Lab lab;
    private final Node node;
    private final LabProcess load;
    private final BufferedReader record;
    private final Probes probes;
    private final Judge judge = new Judge();
    private final InstantSource wall = InstantSource.system();

    private int kills;
    private long loadRequests;
    private long loadNs;

    private KillRun(
            SplittableRandom random,
            int ratePerSecond,
            Lab lab,
            Node node,
            LabProcess load,
            BufferedReader record,
            Probes probes) {
        this.random = random;
        this.ratePerSecond = ratePerSecond;
        this.lab = lab;
        this.node = node;
        this.load = load;
        this.record = record;
        this.probes = probes;
    }

    /** Runs in a lab of the caller's, on a node that is ready; the seed fixes load and moments. */
    public static KillReport run(Lab lab, Node node, long seed, int kills, int ratePerSecond) {
        Path file = lab.directory().resolve("acknowledgements.txt");
        String[] command =
                JavaProgram.small(
                        LoadMain.class,
                        Lab.CGN_INSIDE,
                        Integer.toString(SUBSCRIBERS),
                        Long.toString(seed),
                        file.toString());
        LabProcess load = lab.start(Namespace.SUB, command);
        SplittableRandom random = new SplittableRandom(seed);
        try {
            load.awaitLine("loaded", START);
            try (Host inet = Host.in(lab, Namespace.INET);
                    Probes probes = new Probes(inet, load, random);
                    BufferedReader record =
                            Files.newBufferedReader(file, StandardCharsets.US_ASCII)) {
                KillRun run = new KillRun(random, ratePerSecond, lab, node, load, record, probes);
                while (run.kills < kills) {
                    run.round(kills);
                }
                return run.report(seed);
            }
        } catch (IOException e) {
            throw new LabException("cannot read the record: " + e.getMessage(), e);
        } finally {
            load.kill();
        }
    }

    private void round(int wantedKills) throws IOException {
        long beforeNs = System.nanoTime();
        long sentBefore = sentCount();
        load.send("load " + ratePerSecond);
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
        judgeRecord();
        judge.compare(Listed.all(lab, controlSocket(), wall), wall.millis());
        probes.round(judge);
        ask("verify", "verified", SETTLE);
        judgeRecord();
    }

    /** Reads on to the end of the record, which is whole while nothing is under way. */
    private void judgeRecord() throws IOException {
        for (String line = record.readLine(); line != null; line = record.readLine()) {
            judge.read(line);
        }
    }

    private Path controlSocket() {
        return NodeConfig.of(lab, 1).data().resolve("control.sock");
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

    private KillReport report(long seed) {
        return new KillReport(
                seed,
                kills,
                sentCount(),
                ratePerSecond,
                loadRequests * 1_000_000_000L / loadNs,
                judge.acks(),
                judge.verified(),
                judge.deletionsVerified(),
                judge.listed(),
                judge.filtersListed(),
                judge.namedPeersListed(),
                judge.setsListed(),
                judge.insistedGranted(),
                judge.refusals(),
                new KillReport.Packets(
                        probes.sent(),
                        probes.lost(),
                        probes.keptOut(),
                        probes.gotIn(),
                        probes.spoken(),
                        probes.disguised()),
                Stream.concat(judge.violations().stream(), probes.violations().stream()).toList());
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
