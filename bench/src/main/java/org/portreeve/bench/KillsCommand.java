package org.portreeve.bench;

import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.portreeve.testkit.kills.KillReport;
import org.portreeve.testkit.kills.KillRun;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.LabOptions;
import org.portreeve.testkit.lab.Node;
import org.portreeve.testkit.lab.NodeConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Many kills under load; exits 1 when a promise was broken. */
@Command(
        name = "kills",
        mixinStandardHelpOptions = true,
        description = {
            "Kills the node under load, again and again, and checks what it promised: mappings, their",
            "filters, descriptions and times, sessions of PEERs, and deletions."
        })
final class KillsCommand implements Callable<Integer> {
    @Option(names = "-n", description = "How many kills (default ${DEFAULT-VALUE}).")
    private int kills = 50;

    @Option(names = "--seed", description = "Runs a seed again.")
    private long seed = ThreadLocalRandom.current().nextLong(1, 1L << 40);

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "Requests per second up to the kills (default ${DEFAULT-VALUE}).")
    private int ratePerSecond = KillRun.RATE_PER_SECOND;

    @Option(names = "--shards", description = "Shards (default ${DEFAULT-VALUE}).")
    private int shards = 2;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        var out = spec.commandLine().getOut();
        out.printf(
                "%d kills, seed %d, %d shards, %d requests per second%n",
                kills, seed, shards, ratePerSecond);
        out.flush();
        try (Lab lab = Lab.open(LabOptions.standard());
                Node node = Node.start(lab, NodeConfig.of(lab, shards))) {
            KillReport report = KillRun.run(lab, node, seed, kills, ratePerSecond);
            out.println(report.text());
            return report.isClean() ? 0 : 1;
        }
    }
}
