package org.portreeve.bench.pcp;

import java.util.ArrayList;
import java.util.List;
import org.portreeve.bench.dataplane.Spread;
import org.portreeve.bench.pcp.Report.Row;
import org.portreeve.bench.pcp.Stage.Reading;
import org.portreeve.bench.traffic.Order.Operation;
import org.portreeve.bench.traffic.Programs;
import org.portreeve.bench.traffic.RequestFloodMain;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.LabProcess;
import org.portreeve.testkit.lab.Namespace;

/**
 * How long renewals of many subscribers take while one subscriber sends requests without end, and
 * while it does not. Immutable.
 */
record Flood(long mappings) implements Measurement {
    private static final String FLOODER = "100.72.249.1";
    private static final int FLOOD_PER_SECOND = 50_000;
    private static final int OTHERS_PER_SECOND = 5_000;

    /** Of the quiet value. */
    private static final double PROMISED_MULTIPLE = 2;

    @Override
    public String name() {
        return "renewals during a flood of one subscriber, p99, us";
    }

    @Override
    public void run(Grounds grounds, Report report) {
        Stage stage = grounds.product().stage();
        stage.asker().level(Server.PORTREEVE, mappings);
        ask(stage, grounds.warmUpSeconds(Server.PORTREEVE, Operation.RENEW));
        List<Round> rounds = new ArrayList<>();
        for (int i = 0; i < grounds.rounds(); i++) {
            Reading quiet = ask(stage, grounds.seconds());
            rounds.add(new Round(quiet, flooded(stage, grounds.seconds())));
        }
        print(report, rounds);
    }

    private static Reading ask(Stage stage, int seconds) {
        return stage.openLoop(Operation.RENEW, Server.PORTREEVE, OTHERS_PER_SECOND, seconds);
    }

    private static Reading flooded(Stage stage, int seconds) {
        LabProcess flood =
                Programs.start(
                        stage.lab(),
                        Namespace.SUB,
                        RequestFloodMain.class,
                        FLOODER,
                        Lab.CGN_INSIDE,
                        Integer.toString(FLOOD_PER_SECOND));
        try {
            return ask(stage, seconds);
        } finally {
            flood.kill();
        }
    }

    private void print(Report report, List<Round> rounds) {
        Spread multiple = Spread.of(rounds, Round::multiple);
        String text =
                "%s of the quiet value, at most %.0f"
                        .formatted(multiple.cell(2), PROMISED_MULTIPLE);
        boolean isAnswered = rounds.stream().allMatch(Round::isAnswered);
        boolean isKept = isAnswered && multiple.median() <= PROMISED_MULTIPLE;
        String promise = report.promise(name(), text, isKept);
        row(report, "Portreeve, quiet", rounds.stream().map(Round::quiet).toList(), Row.NOTHING);
        row(report, "Portreeve, flooded", rounds.stream().map(Round::flooded).toList(), promise);
        report.note(
                "%s: %,d requests/s of %,d mappings, %,d/s of the one subscriber"
                        .formatted(name(), OTHERS_PER_SECOND, mappings, FLOOD_PER_SECOND));
        rounds.forEach(round -> {
            report.failures(name() + ", quiet", Server.PORTREEVE, round.quiet().answers());
            report.failures(name(), Server.PORTREEVE, round.flooded().answers());
        });
    }

    private void row(Report report, String server, List<Reading> readings, String promise) {
        String figure = Spread.of(readings, reading -> reading.answers().p99Us()).cell(0);
        report.row(Row.of(name(), server, figure, promise, readings));
    }

    private record Round(Reading quiet, Reading flooded) {
        /** A ratio of times that were cut off says nothing. */
        boolean isAnswered() {
            return quiet.answers().never() == 0 && flooded.answers().never() == 0;
        }

        double multiple() {
            return flooded.answers().p99Us() / quiet.answers().p99Us();
        }
    }
}
