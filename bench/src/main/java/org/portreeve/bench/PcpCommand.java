package org.portreeve.bench;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.portreeve.bench.pcp.Grounds;
import org.portreeve.bench.pcp.Measurement;
import org.portreeve.bench.pcp.Report;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Port control beside a bare echo and miniupnpd, while packets are forwarded. */
@Command(
        name = "pcp",
        mixinStandardHelpOptions = true,
        description = "Port control beside a UDP echo and miniupnpd, while packets are forwarded.")
final class PcpCommand implements Callable<Integer> {
    @Mixin private SampleOptions sampling;

    @Option(
            names = "--shards",
            description = "Shards (default: as many as processors, as the product has it).")
    private int shards = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--mappings",
            description = "The most mappings measured with (default ${DEFAULT-VALUE}).")
    private long mappings = 1_000_000;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        out.printf("%d rounds of %d s; median [least-most]%n%n", sampling.rounds, sampling.seconds);
        Report report = new Report(out);
        try (Grounds grounds = new Grounds(shards, sampling.rounds, sampling.seconds)) {
            for (Measurement measurement : Measurement.all(mappings)) {
                if (measurement.name().contains(sampling.only)) {
                    measurement.run(grounds, report);
                }
            }
        }
        return report.end() ? 0 : 1;
    }
}
