package org.portreeve.bench;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** One TCP flow with offloads through Portreeve and through the kernel's NAT, taken in turns. */
@Command(
        name = "dataplane",
        mixinStandardHelpOptions = true,
        description = "One TCP flow through Portreeve and through the kernel's NAT, in turns.")
final class DataplaneCommand implements Callable<Integer> {
    /** Of the kernel's rate. */
    private static final double PROMISED_RATIO = 0.8;

    private static final int WARM_UP_SECONDS = 3;

    @Option(names = "--rounds", description = "Rounds (default ${DEFAULT-VALUE}).")
    private int rounds = 5;

    @Option(names = "--seconds", description = "Seconds a transfer (default ${DEFAULT-VALUE}).")
    private int seconds = 4;

    @Option(names = "--shards", description = "Shards (default ${DEFAULT-VALUE}).")
    private int shards = 1;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try (Candidate ours = Candidate.portreeve(shards);
                Candidate kernel = Candidate.kernel()) {
            out.printf("%d rounds of %d s; median [least-most]%n%n", rounds, seconds);
            out.println(
                    "| flow | translator | Gbit/s | ratio to the kernel"
                            + " | machine CPU, ns per segment | node CPU, ns per segment |");
            out.println("|---|---|---|---|---|---|");
            boolean isKept = true;
            for (Direction direction : Direction.values()) {
                isKept &= measure(out, direction, ours, kernel) >= PROMISED_RATIO;
            }
            return isKept ? 0 : 1;
        }
    }

    /** Prints the rows of a direction and returns the median ratio. */
    private double measure(PrintWriter out, Direction direction, Candidate ours, Candidate kernel) {
        ours.transfer(direction, WARM_UP_SECONDS);
        kernel.transfer(direction, WARM_UP_SECONDS);
        List<Transfer> byOurs = new ArrayList<>();
        List<Transfer> byKernel = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            byOurs.add(ours.transfer(direction, seconds));
            byKernel.add(kernel.transfer(direction, seconds));
        }
        List<Double> ratios =
                IntStream.range(0, rounds)
                        .mapToObj(i ->
                                byOurs.get(i).bitsPerSecond() / byKernel.get(i).bitsPerSecond())
                        .toList();
        String ratio = Spread.of(ratios, Double::doubleValue).cell(2);
        out.println(row(direction, ours, byOurs, ratio));
        out.println(row(direction, kernel, byKernel, "1"));
        out.flush();
        return Spread.of(ratios, Double::doubleValue).median();
    }

    private static String row(
            Direction direction, Candidate candidate, List<Transfer> transfers, String ratio) {
        return "| 1 TCP flow, %s | %s | %s | %s | %s | %s |"
                .formatted(
                        direction.name().toLowerCase(Locale.ROOT),
                        candidate.name(),
                        Spread.of(transfers, Transfer::gigabitsPerSecond).cell(2),
                        ratio,
                        Spread.of(transfers, Transfer::machineNsPerSegment).cell(0),
                        Spread.of(transfers, Transfer::nodeNsPerSegment).cell(0));
    }
}
