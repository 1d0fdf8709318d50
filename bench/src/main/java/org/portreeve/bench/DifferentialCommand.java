package org.portreeve.bench;

import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.portreeve.bench.differential.Comparison;
import org.portreeve.bench.differential.Findings;
import org.portreeve.bench.pcp.Miniupnpd;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The same requests to two servers; exits 1 when their answers differ without a known reason, or
 * ours is none we expect.
 */
@Command(
        name = "differential",
        mixinStandardHelpOptions = true,
        description = {
            "Sends the same PCP and NAT-PMP requests to Portreeve and to miniupnpd.",
            "Prints where the answers differ, with reasons, in Markdown: docs/miniupnpd.md."
        })
final class DifferentialCommand implements Callable<Integer> {
    @Option(names = "--seed", description = "Runs a seed again.")
    private long seed = ThreadLocalRandom.current().nextLong(1, 1L << 40);

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        Optional<String> missing = Miniupnpd.missing();
        if (missing.isPresent()) {
            spec.commandLine().getErr().println("miniupnpd is " + missing.get());
            return 1;
        }
        var out = spec.commandLine().getOut();
        Findings findings = Comparison.run(seed);
        out.println(introduction());
        out.print(findings.text());
        out.flush();
        return findings.isJustified() ? 0 : 1;
    }

    private String introduction() {
        return """
        # Beside miniupnpd

        What `./portreeve bench differential` prints: the same PCP and NAT-PMP requests of one subscriber,
        made from the conformance rows and a seed (nonces, ports, numbers that nobody knows), go to Portreeve
        and to %s, both with lifetimes from 120 to 86,400 s and everything else at its default
        but the number of mappings and of requests. Compared are result, lifetime, length, what is echoed and
        how the assigned tuple stands to the one suggested; not the epoch, nor which port. "As asked" means as
        in the request. The command fails when a difference has no reason here, or a reason no difference, or
        when Portreeve's answer is another than here.

        Seed %d.
        """
                .formatted(Miniupnpd.version(), seed);
    }
}
