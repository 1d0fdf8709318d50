package org.portreeve.bench;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.portreeve.bench.dataplane.Candidate;
import org.portreeve.bench.dataplane.Measurement;
import org.portreeve.bench.dataplane.Sample;
import org.portreeve.bench.dataplane.Spread;
import org.portreeve.bench.dataplane.Translator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Portreeve, the kernel's NAT and plain forwarding, taken in turns. */
@Command(
        name = "dataplane",
        mixinStandardHelpOptions = true,
        description = "Portreeve beside the kernel's NAT and plain forwarding, in turns.")
final class DataplaneCommand implements Callable<Integer> {
    /** Of the kernel's rate. */
    private static final double PROMISED_RATIO = 0.8;

    private static final String HEADER =
            """
            | measurement | translator | figure | ratio to the kernel's NAT \
            | machine CPU, ns per packet | node CPU, ns per packet |
            |---|---|---|---|---|---|\
            """;

    @Mixin private SampleOptions sampling;

    @Option(names = "--shards", description = "Shards (default ${DEFAULT-VALUE}).")
    private int shards = 1;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                "%d rounds of %d s; median [least-most]%n%n%s%n",
                sampling.rounds, sampling.seconds, HEADER);
        boolean isKept = true;
        for (Measurement measurement : Measurement.all()) {
            if (measurement.name().contains(sampling.only)) {
                isKept &= measure(out, measurement, false);
                isKept &= measure(out, measurement, true);
            }
        }
        return isKept ? 0 : 1;
    }

    /** Prints the rows of a measurement; whether the promise was kept. */
    private boolean measure(PrintWriter out, Measurement measurement, boolean isSteered) {
        Map<Translator, Candidate> candidates = new EnumMap<>(Translator.class);
        try {
            for (Translator translator : Translator.values()) {
                candidates.put(translator, Candidate.open(translator, isSteered, shards));
            }
            return print(out, measurement, candidates, samples(measurement, candidates.values()));
        } finally {
            candidates.values().forEach(Candidate::close);
        }
    }

    /** The samples of each candidate, in the order of rounds. */
    private Map<Translator, List<Sample>> samples(
            Measurement measurement, Collection<Candidate> candidates) {
        Map<Translator, List<Sample>> samples = new EnumMap<>(Translator.class);
        for (Candidate candidate : candidates) {
            measurement.sample(candidate, measurement.warmUpSeconds(), 0);
            samples.put(candidate.translator(), new ArrayList<>());
        }
        for (int round = 1; round <= sampling.rounds; round++) {
            for (Candidate candidate : candidates) {
                samples.get(candidate.translator())
                        .add(measurement.sample(candidate, sampling.seconds, round));
            }
        }
        return samples;
    }

    private boolean print(
            PrintWriter out,
            Measurement measurement,
            Map<Translator, Candidate> candidates,
            Map<Translator, List<Sample>> samples) {
        List<Sample> kernel = samples.get(Translator.KERNEL);
        candidates.forEach((translator, candidate) -> {
            List<Sample> own = samples.get(translator);
            out.println(row(measurement, candidate, own, ratio(measurement, own, kernel)));
        });
        out.flush();
        Spread ours = ratio(measurement, samples.get(Translator.PORTREEVE), kernel);
        return ours.median() >= PROMISED_RATIO;
    }

    /** Above 1 is better than the kernel's NAT in the same round. */
    private Spread ratio(Measurement measurement, List<Sample> own, List<Sample> kernel) {
        return Spread.of(
                IntStream.range(0, sampling.rounds).boxed().toList(),
                round -> {
                    double ratio = own.get(round).figure() / kernel.get(round).figure();
                    return measurement.isSmallBetter() ? 1 / ratio : ratio;
                });
    }

    private static String row(
            Measurement measurement, Candidate candidate, List<Sample> samples, Spread ratio) {
        boolean isOurs = candidate.translator() == Translator.PORTREEVE;
        return "| %s | %s | %s | %s | %s | %s |"
                .formatted(
                        measurement.name(),
                        candidate.name(),
                        Spread.of(samples, Sample::figure).cell(measurement.decimals()),
                        candidate.translator() == Translator.KERNEL ? "1" : ratio.cell(2),
                        Spread.of(samples, Sample::machineNs).cell(0),
                        isOurs ? Spread.of(samples, Sample::nodeNs).cell(0) : "-");
    }
}
