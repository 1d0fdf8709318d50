package org.portreeve.bench.pcp;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.portreeve.bench.dataplane.Sample;
import org.portreeve.bench.dataplane.Spread;
import org.portreeve.bench.pcp.Report.Row;
import org.portreeve.bench.pcp.Stage.Reading;
import org.portreeve.bench.traffic.Order.Operation;

/**
 * Requests of a second that are granted while there are so many mappings; the requests of a sample
 * add to them, and what they added is taken away before the next. Immutable.
 *
 * @param operation new mappings or renewals
 */
record Rate(Operation operation, long mappings) implements Measurement {
    /** How many mappings there are when rates are measured. */
    static final List<Long> LEVELS = List.of(0L, 1_000L, 5_000L, 100_000L, 1_000_000L);

    /**
     * Fewer mappings belong to fewer subscribers than may ask as fast as the product answers, each
     * at the default request rate.
     */
    static final long LEAST_RENEWED = 5_000;

    /** Of the echo's rate. */
    private static final double PROMISED_NEW = 0.25;

    private static final double PROMISED_RENEWALS = 0.4;

    @Override
    public String name() {
        String what = operation == Operation.NEW ? "new mappings/s" : "renewals/s";
        return "%s, %,d present".formatted(what, mappings);
    }

    @Override
    public void run(Grounds grounds, Report report) {
        Miniupnpd.missing().ifPresent(why -> report.note("miniupnpd was not measured: " + why));
        List<Server> servers = grounds.servers(mappings);
        Map<Server, List<Reading>> readings = new EnumMap<>(Server.class);
        for (Server server : servers) {
            level(grounds, server);
            sample(grounds, server, grounds.warmUpSeconds(server, operation));
            // Or the crowd would have nothing left to ask the echo for.
            level(grounds, server);
            readings.put(server, new ArrayList<>());
        }
        if (operation == Operation.RENEW) {
            // What new mappings were measured with before is gone then, and ends no more.
            grounds.awaitRests();
        }
        for (int round = 0; round < grounds.rounds(); round++) {
            for (Server server : servers) {
                level(grounds, server);
                if (server != Server.ECHO) {
                    grounds.rest(operation);
                }
                readings.get(server).add(sample(grounds, server, grounds.seconds()));
            }
        }
        print(report, readings);
    }

    private void level(Grounds grounds, Server server) {
        if (server != Server.ECHO) {
            grounds.stage(server).asker().level(server, mappings);
        }
    }

    private Reading sample(Grounds grounds, Server server, int seconds) {
        Operation asked = server == Server.ECHO ? Operation.ECHO : operation;
        return grounds.stage(server).closedLoop(asked, server, seconds);
    }

    private void print(Report report, Map<Server, List<Reading>> readings) {
        List<Reading> echo = readings.get(Server.ECHO);
        readings.forEach((server, own) -> {
            Spread ratio = ratio(own, echo);
            String promise =
                    switch (server) {
                        case ECHO -> Row.NOTHING;
                        case MINIUPNPD -> ratio.cell(4) + " of the echo";
                        case PORTREEVE -> promise(report, ratio);
                    };
            List<Sample> samples = own.stream().map(Reading::sample).toList();
            String figure = Spread.of(samples, Sample::figure).cell(0);
            report.row(Row.of(name(), server.label(), figure, promise, own));
            own.forEach(reading -> report.failures(name(), server, reading.answers()));
        });
    }

    private static Spread ratio(List<Reading> own, List<Reading> echo) {
        return Spread.of(
                IntStream.range(0, own.size()).boxed().toList(),
                round -> own.get(round).sample().figure() / echo.get(round).sample().figure());
    }

    private String promise(Report report, Spread ratio) {
        double promised = operation == Operation.NEW ? PROMISED_NEW : PROMISED_RENEWALS;
        report.level(operation, ratio.median());
        String text = "%s of the echo, at least %s".formatted(ratio.cell(2), promised);
        return report.promise(name(), text, ratio.median() >= promised);
    }
}
