package org.portreeve.bench.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.portreeve.bench.pcp.Miniupnpd;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.LabOptions;
import org.portreeve.testkit.lab.Node;
import org.portreeve.testkit.lab.NodeConfig;

/** Asks both servers everything, each in a lab of its own. */
public final class Comparison {
    private static final int FIRST_FREE_PORT = 12_000;
    private static final int FREE_PORTS_EACH = 10;

    /** One subscriber asks more here than any should. */
    private static final String PLENTY =
            """
            profiles:
              default: {quota: {mappings: 1000, requests: {per-second: 1000, burst: 1000}}}
            """;

    private Comparison() {}

    /** What the seed makes, in the order asked. */
    private static List<Question> questions(long seed) {
        Requests requests = new Requests(new SplittableRandom(seed));
        List<Question> all = new ArrayList<>(HeaderQuestions.all(requests));
        int free = FIRST_FREE_PORT;
        all.addAll(OptionQuestions.all(requests, free));
        all.addAll(MappingQuestions.all(requests, free + FREE_PORTS_EACH));
        all.addAll(NatPmpQuestions.all(requests, free + 2 * FREE_PORTS_EACH));
        return all;
    }

    /** The answers of both; miniupnpd must be there. */
    public static Findings run(long seed) {
        List<Question> questions = questions(seed);
        List<List<String>> ours = new ArrayList<>();
        List<List<String>> theirs = new ArrayList<>();
        try (Lab lab = Lab.open(LabOptions.standard());
                Node _ = Node.start(lab, NodeConfig.of(lab, 1).with(PLENTY));
                Asked product = Asked.in(lab)) {
            questions.forEach(question -> ours.add(product.answers(question)));
        }
        try (Lab lab = Lab.open(LabOptions.standard())) {
            Miniupnpd.start(lab);
            try (Asked miniupnpd = Asked.in(lab)) {
                questions.forEach(question -> theirs.add(miniupnpd.answers(question)));
            }
        }
        return Findings.of(questions, ours, theirs);
    }
}
