package org.portreeve.bench.pcp;

import java.util.ArrayList;
import java.util.List;
import org.portreeve.bench.dataplane.Spread;
import org.portreeve.bench.pcp.Report.Row;
import org.portreeve.bench.pcp.Stage.Reading;
import org.portreeve.bench.traffic.Order.Operation;

/**
 * How long all but one of a hundred requests take at half of the rate that the product reaches,
 * from the moment when each was due. The echo is asked at the same rate. Immutable.
 *
 * @param operation new mappings or renewals
 */
record HalfLoad(Operation operation, long mappings) implements Measurement {
    /** How many mappings there are. */
    static final long MAPPINGS = 5_000;

    /** Of what an echo and the disk take one after the other. */
    private static final double PROMISED_MULTIPLE = 3;

    @Override
    public String name() {
        String what = operation == Operation.NEW ? "new mappings" : "renewals";
        return "%s at half load, p99, us".formatted(what);
    }

    @Override
    public void run(Grounds grounds, Report report) {
        Stage stage = grounds.product().stage();
        long perSecond = halfLoad(grounds, stage);
        List<Round> rounds = new ArrayList<>();
        for (int i = 0; i < grounds.rounds(); i++) {
            rounds.add(round(stage, perSecond, grounds.seconds()));
        }
        print(report, perSecond, rounds);
    }

    /** The first sample is for warming up. */
    private long halfLoad(Grounds grounds, Stage stage) {
        double rate = 0;
        for (int seconds :
                new int[] {grounds.warmUpSeconds(Server.PORTREEVE, operation), grounds.seconds()}) {
            stage.asker().level(Server.PORTREEVE, mappings);
            grounds.rest(operation);
            Reading reading = stage.closedLoop(operation, Server.PORTREEVE, seconds);
            rate = reading.sample().figure();
        }
        stage.asker().level(Server.PORTREEVE, mappings);
        grounds.awaitRests();
        return Math.max(1, Math.round(rate / 2));
    }

    private Round round(Stage stage, long perSecond, int seconds) {
        Reading echo = stage.openLoop(Operation.ECHO, Server.ECHO, perSecond, seconds);
        stage.asker().level(Server.PORTREEVE, mappings);
        Reading ours = stage.openLoop(operation, Server.PORTREEVE, perSecond, seconds);
        return new Round(ours, echo, Disk.syncP99Us(stage));
    }

    private void print(Report report, long perSecond, List<Round> rounds) {
        Spread multiple = Spread.of(rounds, Round::multiple);
        String text =
                "%s of echo + fdatasync, at most %.0f"
                        .formatted(multiple.cell(2), PROMISED_MULTIPLE);
        String promise = report.promise(name(), text, multiple.median() <= PROMISED_MULTIPLE);
        row(report, Server.ECHO.label(), rounds.stream().map(Round::echo).toList(), Row.NOTHING);
        String disk = Spread.of(rounds, Round::syncP99Us).cell(0);
        report.row(Row.of(name(), "fdatasync", disk, Row.NOTHING, List.of()));
        row(report, Server.PORTREEVE.label(), rounds.stream().map(Round::ours).toList(), promise);
        report.note(
                "%s: %,d requests/s; p50 %s us of the echo, %s us of Portreeve"
                        .formatted(
                                name(),
                                perSecond,
                                Spread.of(rounds, round -> round.echo().answers().p50Us()).cell(0),
                                Spread.of(rounds, round -> round.ours().answers().p50Us())
                                        .cell(0)));
        rounds.forEach(round -> report.failures(name(), Server.PORTREEVE, round.ours().answers()));
    }

    private void row(Report report, String server, List<Reading> readings, String promise) {
        String figure = Spread.of(readings, reading -> reading.answers().p99Us()).cell(0);
        report.row(Row.of(name(), server, figure, promise, readings));
    }

    /** One of each. */
    private record Round(Reading ours, Reading echo, double syncP99Us) {
        double multiple() {
            return ours.answers().p99Us() / (echo.answers().p99Us() + syncP99Us);
        }
    }
}
