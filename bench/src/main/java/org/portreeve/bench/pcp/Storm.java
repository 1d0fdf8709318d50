package org.portreeve.bench.pcp;

import java.util.ArrayList;
import java.util.List;
import org.portreeve.bench.dataplane.Spread;
import org.portreeve.bench.pcp.Report.Row;
import org.portreeve.bench.pcp.Stage.Reading;
import org.portreeve.bench.traffic.Order.Operation;

/**
 * Clients that renew what they have at once after the node was killed and is ready again: how many
 * requests of a hundred have no answer when the client sends them again. Immutable.
 */
record Storm(long mappings) implements Measurement {
    private static final int PER_SECOND = 20_000;
    private static final int SECONDS = 10;
    private static final double PROMISED_PERCENT = 0.1;
    private static final double PERCENT = 100;

    @Override
    public String name() {
        return "restart storm, %% unanswered at first, %,d present".formatted(mappings);
    }

    @Override
    public void run(Grounds grounds, Report report) {
        Product product = grounds.product();
        product.stage().asker().level(Server.PORTREEVE, mappings);
        List<Reading> readings = new ArrayList<>();
        for (int i = 0; i < grounds.rounds(); i++) {
            readings.add(storm(product, report));
        }
        print(report, readings);
    }

    private Reading storm(Product product, Report report) {
        product.node().kill();
        product.start();
        Losses before = Losses.read(product.stage().lab());
        Reading reading =
                product.stage().openLoop(Operation.RENEW, Server.PORTREEVE, PER_SECOND, SECONDS);
        Losses losses = Losses.read(product.stage().lab()).since(before);
        Answers answers = reading.answers();
        report.note(
                "%s: of %,d requests %,d had no answer after 3 s, %,d none after that; p99 %.0f us;"
                                .formatted(
                                        name(),
                                        answers.sent(),
                                        answers.repeated(),
                                        answers.never(),
                                        answers.p99Us())
                        + " by reason: "
                        + losses.text());
        report.failures(name(), Server.PORTREEVE, answers);
        return reading;
    }

    private void print(Report report, List<Reading> readings) {
        Spread percent = Spread.of(readings, Storm::unansweredPercent);
        long never = readings.stream().mapToLong(reading -> reading.answers().never()).sum();
        String text = "at most %s, none to the end (%,d)".formatted(PROMISED_PERCENT, never);
        boolean isKept = percent.median() <= PROMISED_PERCENT && never == 0;
        String promise = report.promise(name(), text, isKept);
        report.row(Row.of(name(), Server.PORTREEVE.label(), percent.cell(3), promise, readings));
    }

    private static double unansweredPercent(Reading reading) {
        Answers answers = reading.answers();
        return PERCENT * answers.repeated() / Math.max(1, answers.sent());
    }
}
